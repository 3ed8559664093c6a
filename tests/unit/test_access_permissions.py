"""Who may do what, as one table over roles."""

from collections.abc import Callable

import pytest

from runxin.errors import Kind, UserError
from serving import access
from serving.access import SCOPES, Client, Role, User, check_client_can, client_can

OWN, OTHER = "school-01", "school-02"
COUNSELOR = User("wang", Role.COUNSELOR, (OWN,))
ADMINISTRATOR = User("admin", Role.ADMINISTRATOR)
PRINCIPAL = User("li", Role.PRINCIPAL, (OWN,))
BUREAU = User("zhou", Role.BUREAU)

# action: (counselor at an own school, elsewhere, administrator, principal at an own school, elsewhere, bureau)
TABLE = {
    "see_list": (True, False, False, False, False, False),
    "see_student": (True, False, False, False, False, False),
    "see_names": (True, False, False, False, False, False),
    "see_misses": (True, False, False, False, False, False),
    "see_miss_counts": (True, False, False, True, False, False),
    "manage_users": (False, False, True, False, False, False),
    "manage_keys": (False, False, True, False, False, False),
    "see_service": (False, False, True, False, False, False),
    "promote_model": (False, False, True, False, False, False),
}
OF_SCHOOL = ("see_list", "see_student", "see_names", "see_misses", "see_miss_counts")
USERS = (COUNSELOR, COUNSELOR, ADMINISTRATOR, PRINCIPAL, PRINCIPAL, BUREAU)


def calls(action: str) -> tuple[Callable[..., bool], Callable[..., None]]:
    return getattr(access, f"user_can_{action}"), getattr(access, f"check_user_can_{action}")


@pytest.mark.parametrize("action", TABLE)
def test_each_role_does_what_the_table_says(action: str) -> None:
    can, check = calls(action)
    for user, school, allowed in zip(USERS, (OWN, OTHER, OWN, OWN, OTHER, OWN), TABLE[action], strict=True):
        where = (school,) if action in OF_SCHOOL else ()
        assert can(user, *where) is allowed, f"{user.role.code} at {school}"
        if allowed:
            check(user, *where)
            continue
        with pytest.raises(UserError) as caught:
            check(user, *where)
        assert caught.value.kind is Kind.REFUSED
        assert caught.value.message


def test_the_table_names_every_permission_and_every_role() -> None:
    named = {name.removeprefix("check_user_can_") for name in access.__all__ if name.startswith("check_user_can_")}
    assert named == set(TABLE)
    assert {user.role for user in USERS} == set(Role)


def test_all_schools_together_are_the_bureaus() -> None:
    allowed = [access.user_can_see_miss_counts(user, None) for user in (BUREAU, PRINCIPAL, COUNSELOR, ADMINISTRATOR)]
    assert allowed == [True, False, False, False]


def test_a_key_does_what_its_scopes_name_for_its_schools() -> None:
    anywhere = Client("id", "city", ("score",))
    here = Client("id", "city", SCOPES, (OWN,))
    assert client_can(anywhere, "score", OTHER)
    assert not client_can(anywhere, "list", OTHER)
    assert client_can(here, "list", OWN)
    assert client_can(here, "model")
    assert not client_can(here, "list", OTHER)
    with pytest.raises(UserError, match="no scope explain") as caught:
        check_client_can(anywhere, "explain")
    assert caught.value.kind is Kind.REFUSED
