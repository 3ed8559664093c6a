"""Every address of the pages for every role, and of the API for every scope, against tables written here by hand.

Whoever adds an address says here who may come: without an entry these tests fail.
"""

import re
from itertools import product
from pathlib import Path

import pytest

from data_schemas.codes import Tier
from models.triage.queues import BESIDE, QUEUES
from serving.access import SCOPES, Role
from serving.accounts import create_link, create_user
from serving.app import PAGES, ROUTERS, make_web
from tests.api_state import make_api
from tests.factories import assessment, publish, student
from tests.http_client import Client
from tests.new_stores import new_store
from tests.sample_pages import NOW, follow, make_state

STAFF = frozenset(Role.codes())
TALKS, ADMINISTRATOR = frozenset({"counselor", "supervisor"}), frozenset({"administrator"})
COUNTS = frozenset({"counselor", "principal", "bureau"})
NO_SCHOOL = frozenset({"bureau", "administrator"})  # they are told that no school is theirs
NOBODY_NEEDED = None  # anybody, signed in or not
# method and path → roles that are let in
ALLOWED: dict[tuple[str, str], frozenset[str] | None] = {
    ("GET", "/"): STAFF,  # who has no list is led to the page of their own
    **{
        ("GET", path): TALKS | NO_SCHOOL
        for path in ("/week", "/to-complete", *(queue.path for queue in QUEUES if queue.band == BESIDE))
    },
    ("GET", "/students/{student_id:path}"): TALKS,
    **{
        ("POST", path): TALKS
        for path in (
            "/records",
            "/records/draft",
            "/records/drop",
            "/records/undo",
            "/explanation-views",
            "/cases",
            "/drafts",
            "/drafts/drop",
        )
    },
    ("GET", "/cases"): TALKS,
    ("GET", "/concerns"): TALKS | {"staff"},
    ("POST", "/concerns"): TALKS | {"staff"},
    ("POST", "/concerns/undo"): TALKS | {"staff"},
    ("GET", "/beside"): TALKS,
    ("GET", "/students"): TALKS,
    ("GET", "/readings"): TALKS | {"principal"},
    ("POST", "/readings"): TALKS,
    ("POST", "/readings/answer"): frozenset({"supervisor", "principal"}),
    ("POST", "/readings/alert"): frozenset({"supervisor", "principal", "administrator"}),
    ("GET", "/export/list"): TALKS,
    ("GET", "/export/handover"): TALKS,
    ("GET", "/handover"): TALKS,
    ("POST", "/handover"): TALKS,
    ("POST", "/handover/answer"): TALKS,
    **{("GET", f"/{kind}/students/{{student_id:path}}"): TALKS for kind in ("plans", "notes", "links", "support")},
    **{("POST", f"/{kind}"): TALKS for kind in ("plans", "notes", "links", "support")},
    ("GET", "/export/students/{student_id:path}"): TALKS,
    ("POST", "/identity"): TALKS,
    ("POST", "/identity/undo"): TALKS,
    ("GET", "/duty"): TALKS | {"principal"},
    ("GET", "/duty/sheet"): TALKS | {"principal"},
    **{("POST", path): frozenset({"counselor", "principal"}) for path in ("/duty", "/duty/numbers", "/duty/import")},
    ("GET", "/duties"): TALKS | {"principal"},
    ("GET", "/export/duties"): TALKS,
    ("POST", "/duties"): frozenset({"counselor", "principal"}),  # D11, of the school itself
    ("POST", "/duties/undo"): frozenset({"counselor", "principal"}),
    **{("GET", path): frozenset({"counselor"}) for path in ("/intake", "/intake/template")},
    ("POST", "/intake"): frozenset({"counselor"}),
    ("GET", "/bookings"): TALKS | {"staff"},
    ("POST", "/bookings"): TALKS | {"staff"},
    **{("POST", path): TALKS for path in ("/bookings/step", "/bookings/times")},
    ("GET", "/waves"): TALKS,
    ("POST", "/waves"): TALKS,
    ("POST", "/waves/new"): TALKS,
    ("GET", "/rings"): TALKS | {"principal"},
    ("POST", "/rings"): TALKS | {"principal"},
    ("GET", "/admin/channels"): ADMINISTRATOR,
    ("POST", "/admin/channels"): ADMINISTRATOR,
    **{("GET", path): COUNTS | {"supervisor"} for path in ("/reports", "/export/reports")},
    ("GET", "/miss-review"): COUNTS,
    ("GET", "/admin"): ADMINISTRATOR,
    ("POST", "/admin/accounts"): ADMINISTRATOR,
    ("POST", "/admin/requests"): ADMINISTRATOR,
    ("GET", "/admin/accounts/{username}"): ADMINISTRATOR,
    ("POST", "/admin/accounts/{username}"): ADMINISTRATOR,
    ("GET", "/sign-in"): NOBODY_NEEDED,
    ("POST", "/sign-in"): NOBODY_NEEDED,
    ("POST", "/sign-in/link"): NOBODY_NEEDED,
    ("GET", "/sign-in/code"): NOBODY_NEEDED,
    ("POST", "/sign-in/code"): NOBODY_NEEDED,
    ("GET", "/sign-in/oidc"): NOBODY_NEEDED,
    ("GET", "/sign-in/oidc/back"): NOBODY_NEEDED,
    ("POST", "/sign-out"): NOBODY_NEEDED,
    ("GET", "/confirm"): STAFF,
    ("POST", "/confirm"): STAFF,
    ("GET", "/account"): STAFF,
    ("POST", "/account"): STAFF,
    ("POST", "/account/sessions"): STAFF,
    ("GET", "/account/second-factor"): STAFF,
    ("POST", "/account/second-factor"): STAFF,
    ("POST", "/account/second-factor/remove"): STAFF,
}
# method and path → the scopes of which a key needs one
SCOPED: dict[tuple[str, str], frozenset[str] | None] = {
    ("POST", "/score"): frozenset({"score"}),  # with `?dry_run=true` the scope dry_run
    ("POST", "/score_batch"): frozenset({"score"}),
    ("POST", "/outcomes"): frozenset({"outcomes"}),
    ("POST", "/events"): frozenset({"events"}),
    ("GET", "/changes"): frozenset({"changes"}),
    ("POST", "/prompts"): frozenset({"prompts"}),
    ("GET", "/follow_up_list"): frozenset({"list"}),
    ("GET", "/instruments"): frozenset({"score", "model"}),
    ("GET", "/instruments/{code}"): frozenset({"score", "model"}),
    ("GET", "/model"): frozenset({"score", "model"}),
    ("GET", "/docs.json"): NOBODY_NEEDED,
    ("GET", "/openapi.json"): NOBODY_NEEDED,
    ("GET", "/docs"): NOBODY_NEEDED,
}
NAMED = {"{student_id:path}": "S-1", "{username}": "wang", "{code}": "phq9"}
# In every form: others leave it unread.
OF_A_STUDENT = {
    "student_id": "S-1",
    "student": "S-1",
    "school": "school-01",
    "to_school": "x",
    "said": "accept",
    "duty": "D11",
    "table": "family",
}
SCHOOLS = {"counselor": ["school-01"], "supervisor": ["school-01"], "principal": ["school-01"], "staff": ["school-01"]}


def addresses(routes: object) -> set[tuple[str, str]]:
    return {(method, route.path) for route in routes for method in route.methods - {"HEAD"}}  # type: ignore[attr-defined]


def test_every_page_has_an_entry_and_every_entry_a_page() -> None:
    assert addresses(PAGES) == set(ALLOWED)


def test_every_address_of_the_api_has_an_entry_and_every_entry_an_address() -> None:
    assert addresses(route for router in ROUTERS for route in router.routes) == set(SCOPED)


def named(path: str) -> str:
    for pattern, value in NAMED.items():
        path = path.replace(pattern, value)
    return path


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Client:
    home = tmp_path_factory.mktemp("pages")
    store = new_store(home)
    publish(store, [assessment("S-1", Tier.PRIORITY)], students=[student("S-1")])
    for role in Role.codes():
        create_user(store, role, role, SCHOOLS.get(role, []), NOW)
    create_user(store, "wang", "bureau", [], NOW)
    client = Client(make_web(make_state(store, home, lambda: NOW)))
    client.links = lambda role: "/sign-in?link=" + create_link(store, role, NOW)  # type: ignore[attr-defined]
    return client


def visitor(web: Client, role: str) -> tuple[Client, dict[str, str]]:
    """A browser in which somebody of this role is in, and what makes a form valid there."""
    client = Client(web.app)
    assert follow(client, web.links(role)).status_code == 303  # type: ignore[attr-defined]
    found = re.search(r'name="form_token" value="(\w+)"', client.get("/help").text)
    assert found
    return client, {"form_token": found[1]}


@pytest.mark.parametrize("role", Role.codes())
def test_a_page_lets_in_whom_the_table_names_and_nobody_else(role: str, web: Client) -> None:
    for (method, path), roles in ALLOWED.items():
        if roles is NOBODY_NEEDED:
            continue
        client, form = visitor(web, role)
        sent = {"data": form | OF_A_STUDENT} if method == "POST" else {}
        response = client.send(method, named(path), **sent)
        let_in = response.status_code != 403
        assert let_in is (role in roles), (method, path, role, response.status_code)


@pytest.mark.parametrize(("method", "path"), [entry for entry, roles in ALLOWED.items() if roles is not NOBODY_NEEDED])
def test_without_a_session_no_page_is_shown_and_no_form_taken(method: str, path: str, web: Client) -> None:
    response = Client(web.app).send(method, named(path), **({"data": {"form_token": "x"}} if method == "POST" else {}))
    assert response.status_code in ((303,) if method == "GET" else (401,)), (method, path)
    assert "S-1" not in response.text.replace(named(path), "")


def test_the_api_asks_for_the_scope_that_the_table_names(tmp_path: Path) -> None:
    api = make_api(tmp_path)
    keys = {scope: api.key(scope) for scope in SCOPES}
    for ((method, path), scopes), scope in product(SCOPED.items(), SCOPES):
        if scopes is NOBODY_NEEDED:
            continue
        headers = {"authorization": f"Bearer {keys[scope]}", "content-type": "application/json"}
        body = {"content": b"{}"} if method == "POST" else {}
        response = api.client.send(method, named(path), headers=headers, **body)
        assert (response.status_code != 403) is (scope in scopes), (method, path, scope, response.status_code)
        del headers["authorization"]
        assert api.client.send(method, named(path), headers=headers, **body).status_code == 401, (method, path)
