"""Who may do what: `may` answers yes or no by the table, `check_may` raises `UserError` (refused)."""

from runxin.errors import refused
from serving.access.roles import GRANTS, Action, Client, Reach, Role, User
from serving.store import concerns_school, is_unassigned


def may(user: User, action: Action, school_id: str | None = None) -> bool:
    """Whether the table lets the user do this at this school; None is no single school."""
    reach = GRANTS[user.role].get(action)
    if reach is None:
        return False
    if reach is Reach.WHOLE_SERVICE:
        return school_id is None
    if school_id is None:
        return False
    if is_unassigned(school_id):
        mine = any(concerns_school(school_id, school) for school in user.schools)
        return mine and reach is Reach.OWN_AND_UNASSIGNED
    return school_id in user.schools


def may_somewhere(user: User, action: Action) -> bool:
    """Whether there is a place where the user may do this: what a page offers. The service asks again where it is."""
    return any(may(user, action, school_id) for school_id in (*user.schools, None))


def check_may(user: User, action: Action, school_id: str | None = None) -> None:
    """Raise `UserError` (refused) where the table does not let the user do this at this school."""
    if may(user, action, school_id):
        return
    reach = GRANTS[user.role].get(action)
    if reach is Reach.WHOLE_SERVICE:
        raise refused(f"you may {action.en} for all schools together only")
    if reach is not None:
        fix = "ask an administrator to add the school to your account"
        raise refused(f"you may {action.en} at your own schools only", fix=fix)
    raise refused(f"only {_roles_with(action)} may {action.en}")


def _roles_with(action: Action) -> str:
    roles = [f"{'an' if role.en[0] in 'aeiou' else 'a'} {role.en}" for role in Role if action in GRANTS[role]]
    return " or ".join(", ".join(roles).rsplit(", ", 1))


def client_can(client: Client, scope: str) -> bool:
    """Whether the key has this scope."""
    return scope in client.scopes


def check_client_can(client: Client, scope: str, *schools: str | None) -> None:
    """Raise `UserError` (refused) where the key lacks the scope or is not for one of the schools; None is no school."""
    if not client_can(client, scope):
        raise refused(f"this key has no scope {scope}", fix="make a key with it: runxin key create --scopes …")
    check_school(client, *schools)


def check_school(client: Client, *schools: str | None) -> None:
    """Raise `UserError` (refused) where the key is not for one of the schools; None is no school."""
    allowed = client.schools
    if allowed is not None and any(school not in allowed for school in schools if school is not None):
        raise refused("this key is not valid for that school")
