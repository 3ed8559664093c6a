"""Who may do what: `check_…` raises `UserError` (refused), `…_can_…` answers yes or no."""

from collections.abc import Callable
from typing import ParamSpec

from runxin.errors import Kind, UserError, refused
from serving.access.roles import Client, Role, User
from serving.store import UNASSIGNED

P = ParamSpec("P")


def _allows(check: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> bool:
    try:
        check(*args, **kwargs)
    except UserError as error:
        if error.kind is not Kind.REFUSED:
            raise
        return False
    return True


def check_user_can_see_list(user: User, school_id: str) -> None:
    """A counselor sees the lists of the own schools; nobody else sees a list of students."""
    if user.role is not Role.COUNSELOR:
        raise refused("only a counselor sees a follow-up list")
    if school_id not in user.schools:
        raise refused("this school is not one of yours", fix="ask an administrator to add it to your account")


def user_can_see_list(user: User, school_id: str) -> bool:
    return _allows(check_user_can_see_list, user, school_id)


def check_user_can_see_student(user: User, school_id: str) -> None:
    """A counselor sees the record of a student of the own schools, and of one whose school nobody has named yet;
    `school_id` is the student's school."""
    if user.role is not Role.COUNSELOR:
        raise refused("only a counselor sees a student's record")
    if school_id not in (*user.schools, UNASSIGNED):
        raise refused("this student is not at one of your schools")


def user_can_see_student(user: User, school_id: str) -> bool:
    return _allows(check_user_can_see_student, user, school_id)


def check_user_can_see_names(user: User, school_id: str) -> None:
    """Names go to those who talk with the student; everybody else sees the pseudonymous id."""
    if user.role is not Role.COUNSELOR:
        raise refused("only a counselor sees names")
    if school_id not in user.schools:
        raise refused("names are shown for your own schools only")


def user_can_see_names(user: User, school_id: str) -> bool:
    return _allows(check_user_can_see_names, user, school_id)


def check_user_can_see_misses(user: User, school_id: str) -> None:
    """The cases of a miss review are students' records: a counselor sees those of the own schools."""
    if user.role is not Role.COUNSELOR:
        raise refused("only a counselor sees the cases of a review")
    if school_id not in user.schools:
        raise refused("this school is not one of yours")


def user_can_see_misses(user: User, school_id: str) -> bool:
    return _allows(check_user_can_see_misses, user, school_id)


def check_user_can_see_miss_counts(user: User, school_id: str | None) -> None:
    """The counts of a review: of the own schools for counselors and principals, of all schools together (None) for the
    bureau."""
    if user.role is Role.BUREAU and school_id is None:
        return
    if user.role not in (Role.COUNSELOR, Role.PRINCIPAL) or school_id not in user.schools:
        raise refused("this review is not open to you")


def user_can_see_miss_counts(user: User, school_id: str | None) -> bool:
    return _allows(check_user_can_see_miss_counts, user, school_id)


def check_user_can_manage_users(user: User) -> None:
    if user.role is not Role.ADMINISTRATOR:
        raise refused("only an administrator manages users")


def user_can_manage_users(user: User) -> bool:
    return _allows(check_user_can_manage_users, user)


def check_user_can_manage_keys(user: User) -> None:
    if user.role is not Role.ADMINISTRATOR:
        raise refused("only an administrator manages API keys")


def user_can_manage_keys(user: User) -> bool:
    return _allows(check_user_can_manage_keys, user)


def check_user_can_see_service(user: User) -> None:
    """The state of the service: counts and versions, no student's data."""
    if user.role is not Role.ADMINISTRATOR:
        raise refused("only an administrator sees the state of the service")


def user_can_see_service(user: User) -> bool:
    return _allows(check_user_can_see_service, user)


def check_user_can_promote_model(user: User) -> None:
    """Ask for a promotion, sign one off, take a champion back: it touches every student, and shows none."""
    if user.role is not Role.ADMINISTRATOR:
        raise refused("only an administrator decides which model serves")


def user_can_promote_model(user: User) -> bool:
    return _allows(check_user_can_promote_model, user)


def check_client_can(client: Client, scope: str, school_id: str | None = None) -> None:
    """A key does what its scopes name, for its schools."""
    if scope not in client.scopes:
        raise refused(f"this key has no scope {scope}", fix="make a key with it: runxin key create --scopes …")
    if client.schools is not None and school_id is not None and school_id not in client.schools:
        raise refused("this key does not hold for that school")


def client_can(client: Client, scope: str, school_id: str | None = None) -> bool:
    return _allows(check_client_can, client, scope, school_id)
