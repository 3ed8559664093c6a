"""Who may do what, as one table over roles."""

from collections.abc import Callable

import pytest

from runxin.errors import Kind, UserError
from serving import access
from serving.access import SCOPES, Client, Role, User, check_client_can, client_can

OWN, OTHER = "school-01", "school-02"
COUNSELOR = User("wang", Role.COUNSELOR, (OWN,))
ADMINISTRATOR = User("admin", Role.ADMINISTRATOR)

# action: (counselor at an own school, counselor elsewhere, administrator)
TABLE = {
    "see_list": (True, False, False),
    "see_student": (True, False, False),
    "see_names": (True, False, False),
    "manage_users": (False, False, True),
    "manage_keys": (False, False, True),
    "see_service": (False, False, True),
    "promote_model": (False, False, True),
}
OF_SCHOOL = ("see_list", "see_student", "see_names")


def calls(action: str) -> tuple[Callable[..., bool], Callable[..., None]]:
    return getattr(access, f"user_can_{action}"), getattr(access, f"check_user_can_{action}")


@pytest.mark.parametrize("action", TABLE)
def test_each_role_does_what_the_table_says(action: str) -> None:
    can, check = calls(action)
    for user, school, allowed in zip(
        (COUNSELOR, COUNSELOR, ADMINISTRATOR), (OWN, OTHER, OWN), TABLE[action], strict=True
    ):
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
    assert {user.role for user in (COUNSELOR, ADMINISTRATOR)} == set(Role)


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
