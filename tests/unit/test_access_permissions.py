"""Who may do what: every role, action and place, against a table that is written here by hand."""

import ast
from itertools import product
from pathlib import Path

import pytest

import serving
from runxin.errors import Kind, UserError
from serving.access import (
    SCOPES,
    Action,
    Client,
    Role,
    User,
    check_client_can,
    check_may,
    client_can,
    may,
    may_somewhere,
    takes_schools,
)
from serving.store import UNASSIGNED
from serving.store.students import unassigned_among

OWN, OTHER = "school-01", "school-02"
USERS = {
    "counselor": User("wang", Role.COUNSELOR, (OWN,)),
    "supervisor": User("gu", Role.SUPERVISOR, (OWN,)),
    "principal": User("li", Role.PRINCIPAL, (OWN,)),
    "staff": User("zhao", Role.STAFF, (OWN,)),
    "bureau": User("zhou", Role.BUREAU),
    "administrator": User("admin", Role.ADMINISTRATOR),
}
PLACES = {
    "own": OWN,
    "other": OTHER,
    "unassigned": UNASSIGNED,
    "among own": unassigned_among((OTHER, OWN)),
    "among others": unassigned_among((OTHER, "school-010")),
    "no school": None,
}
OWN_AND_UNASSIGNED = {"own", "unassigned", "among own"}
# action → role → where it is allowed; everywhere else it is refused.
ALLOWED: dict[str, dict[str, set[str]]] = {
    "see_list": {"counselor": {"own"}, "supervisor": {"own"}},
    "see_student": {"counselor": OWN_AND_UNASSIGNED, "supervisor": OWN_AND_UNASSIGNED},
    "see_names": {"counselor": {"own"}, "supervisor": {"own"}},
    "record_word": {"counselor": OWN_AND_UNASSIGNED, "supervisor": OWN_AND_UNASSIGNED},
    "report_concern": {"counselor": OWN_AND_UNASSIGNED, "supervisor": OWN_AND_UNASSIGNED, "staff": {"own"}},
    "settle_identity": {
        "counselor": {"own", "unassigned", "among own"},
        "supervisor": {"own", "unassigned", "among own"},
    },
    "answer_ring": {role: {"own"} for role in ("counselor", "supervisor", "principal")},
    "approve_case": {"supervisor": {"own"}},
    "review_readings": {"supervisor": {"own"}, "principal": {"own"}},
    "see_duty": {"counselor": {"own"}, "supervisor": {"own"}, "principal": {"own"}},
    "change_duty": {"counselor": {"own"}, "principal": {"own"}},
    "plan_waves": {"counselor": {"own"}, "supervisor": {"own"}},
    "see_tasks": {"counselor": {"own"}, "supervisor": {"own"}},
    "count_tasks": {"counselor": {"own"}, "supervisor": {"own"}, "principal": {"own"}},
    "do_tasks": {"counselor": {"own"}, "supervisor": {"own"}},
    "do_school_tasks": {"counselor": {"own"}, "principal": {"own"}},
    "ask_booking": {"counselor": {"own"}, "supervisor": {"own"}, "staff": {"own"}},
    "keep_bookings": {"counselor": {"own"}, "supervisor": {"own"}},
    "bring_rows": {"counselor": {"own"}},
    "see_miss_cases": {"counselor": {"own"}},
    "see_miss_counts": {"counselor": {"own"}, "principal": {"own"}, "bureau": {"no school"}},
    "see_reports": {"counselor": {"own"}, "supervisor": {"own"}, "principal": {"own"}, "bureau": {"no school"}},
    "manage_users": {"administrator": {"no school"}},
    "manage_keys": {"administrator": {"no school"}},
    "see_service": {"administrator": {"no school"}},
    "promote_model": {"administrator": {"no school"}},
}
SERVING = Path(serving.__file__).parent


@pytest.mark.parametrize("action", Action, ids=lambda one: one.code)
@pytest.mark.parametrize("role", Role, ids=lambda one: one.code)
@pytest.mark.parametrize("place", PLACES)
def test_each_role_does_what_the_table_says_where_it_says(role: Role, action: Action, place: str) -> None:
    user, school = USERS[role.code], PLACES[place]
    allowed = place in ALLOWED[action.code].get(role.code, set())
    assert may(user, action, school) is allowed
    if allowed:
        check_may(user, action, school)
        return
    with pytest.raises(UserError, match="may") as caught:
        check_may(user, action, school)
    assert caught.value.kind is Kind.REFUSED


def test_the_table_names_every_action_and_role_and_nothing_else() -> None:
    assert set(ALLOWED) == set(Action.codes())
    assert set(USERS) == set(Role.codes())


def test_a_refusal_says_who_may_or_where() -> None:
    said = {
        ("bureau", Action.SEE_LIST, OWN): "only a counselor or a supervisor may see a follow-up list",
        ("administrator", Action.SEE_MISS_COUNTS, None): "only a counselor, a principal or an education bureau may see "
        "the counts of a miss review",
        ("counselor", Action.SEE_LIST, OTHER): "you may see a follow-up list at your own schools only",
        (
            "bureau",
            Action.SEE_MISS_COUNTS,
            OWN,
        ): "you may see the counts of a miss review for all schools together only",
    }
    for (role, action, school), words in said.items():
        with pytest.raises(UserError) as caught:
            check_may(USERS[role], action, school)
        assert caught.value.message == words


def test_what_is_offered_is_what_may_be_done_somewhere() -> None:
    for role, action in product(Role, Action):
        allowed = ALLOWED[action.code].get(role.code, set())
        assert may_somewhere(USERS[role.code], action) is bool(allowed & {"own", "no school"}), (role, action)
    assert not may_somewhere(User("new", Role.COUNSELOR), Action.SEE_LIST), "a counselor of no school has no list"


def test_counselors_and_principals_work_for_schools() -> None:
    assert [role.code for role in Role if takes_schools(role)] == ["counselor", "supervisor", "principal", "staff"]


def test_roles_are_compared_nowhere_but_in_the_table() -> None:
    """A page or a service asks `may`; it never looks at a role by itself."""
    found = [
        f"{file.relative_to(SERVING)}:{node.lineno}"
        for file in sorted(SERVING.rglob("*.py"))
        if file.relative_to(SERVING).parts[0] != "access"
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if _compares_a_role(node)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ("user.role is Role.COUNSELOR", True),
        ("role == 'bureau'", True),
        ("user.role in (Role.BUREAU, Role.PRINCIPAL)", True),
        ("user.role.code != code", True),
        ("role not in Role.codes()", False),
        ("user.username == name", False),
    ],
)
def test_the_search_for_comparisons_finds_them(code: str, caught: bool) -> None:
    assert any(_compares_a_role(node) for node in ast.walk(ast.parse(code))) is caught


def _compares_a_role(node: ast.AST) -> bool:
    if not isinstance(node, ast.Compare):
        return False
    sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
    known = any(side == "Role.codes()" for side in sides)  # whether such a role exists at all
    return not known and any(side.removesuffix(".code").split(".")[-1] == "role" or "Role." in side for side in sides)


def test_a_key_does_what_its_scopes_name_for_its_schools() -> None:
    """Every scope × every place, for keys of one school and of all."""
    for scope, asked, schools in product(SCOPES, SCOPES, (None, (OWN,))):
        client = Client("id", "city", (scope,), schools)
        assert client_can(client, asked) is (scope == asked)
        for school in (OWN, OTHER, UNASSIGNED, None):
            if scope == asked and (schools is None or school in (OWN, None)):
                check_client_can(client, asked, school)
                continue
            with pytest.raises(
                UserError, match="no scope" if scope != asked else "not valid for that school"
            ) as caught:
                check_client_can(client, asked, school)
            assert caught.value.kind is Kind.REFUSED
    with pytest.raises(UserError, match="not valid for that school"):
        check_client_can(Client("id", "city", ("score",), (OWN,)), "score", OWN, OTHER)
