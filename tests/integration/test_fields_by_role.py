"""Every page for every role and every answer for every scope, over a student of whom each field has a mark: what is
found is what the tables of fields name. A column or a page without an entry fails."""

import json
import re
from itertools import product
from pathlib import Path

import pytest

from runxin.cli.main import run
from serving.access import GRANTS, SCOPES, Action, Role
from serving.access.columns import EVERYWHERE, HOLDS, field_of
from serving.access.fields import KEY_SEES, SEES, STANDS_AT, RecordField, answered_at, seen_at
from serving.accounts import create_link
from serving.app import PAGES, ROUTERS, make_web
from serving.keys import create_key
from serving.store.tables import metadata
from tests.api_state import make_api, phq9, record
from tests.factories import NOW
from tests.http_client import Client
from tests.marked_student import MARKS, SCHOOL, WHO, lay_out_marked, marks_in, note_of
from tests.new_stores import new_store
from tests.sample_pages import follow, make_state

ADDRESS = {"{student_id:path}": WHO, "{username}": "bureau", "{code}": "phq9"}
QUERY = {"/students": "?q=ZQ", "/miss-review": "?half=2026H1", "/duties": "?duty=D02"}
UNMARKED = {RecordField.INTERNAL}  # numbers and moments, which tell of nobody


def test_every_column_about_students_says_which_field_it_holds() -> None:
    about = [table for table in metadata.sorted_tables if "student_id" in table.c]
    assert {table.name for table in about} == set(HOLDS)
    for table in about:
        for column in table.c:
            assert field_of(table.name, column.name) is not None, (table.name, column.name)
        assert set(HOLDS[table.name]) <= set(table.c.keys()), table.name
    assert set(EVERYWHERE) <= {column.name for table in about for column in table.c}


def test_every_field_has_a_mark_and_names_are_seen_by_whom_the_table_of_actions_lets() -> None:
    assert set(MARKS) | {RecordField.NOTE} | UNMARKED == set(RecordField)
    for role in Role:
        assert (RecordField.NAME in SEES[role]) is (Action.SEE_NAMES in GRANTS[role])
        assert (RecordField.MISS in SEES[role]) is (Action.SEE_MISS_CASES in GRANTS[role])
    assert set(KEY_SEES) == set(SCOPES)
    assert set(SEES) == set(Role)


def test_every_door_of_the_table_is_there() -> None:
    routes = [*PAGES, *(route for router in ROUTERS for route in router.routes)]
    doors = {f"{method} {route.path}" for route in routes for method in route.methods}  # type: ignore[attr-defined]
    assert {door for door in STANDS_AT if not door.startswith("runxin ")} <= doors


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Client:
    home = tmp_path_factory.mktemp("marked")
    store = new_store(home)
    lay_out_marked(store)
    client = Client(make_web(make_state(store, home, lambda: NOW)))
    client.links = lambda role: "/sign-in?link=" + create_link(store, role, NOW)  # type: ignore[attr-defined]
    return client


def as_role(web: Client, role: str) -> Client:
    client = Client(web.app)
    assert follow(client, web.links(role)).status_code == 303  # type: ignore[attr-defined]
    return client


def named(path: str) -> str:
    for pattern, value in ADDRESS.items():
        path = path.replace(pattern, value)
    return path


def shown(text: str) -> str:
    """A page without what the reader sent: addresses of this very page."""
    return re.sub(r'(href|action|value)="[^"]*"', "", text)


def test_a_page_shows_each_role_what_both_tables_name_and_nothing_else(web: Client) -> None:
    found: dict[str, set[RecordField]] = {}
    readers = {role: as_role(web, role.code) for role in Role}
    for route in PAGES:
        if "GET" not in route.methods:
            continue
        door = f"GET {route.path}"
        for role, reader in readers.items():
            if route.path in ("/sign-in/oidc", "/sign-in/oidc/back"):
                continue
            for language in ("zh", "en"):
                address = named(route.path) + QUERY.get(route.path, "?")
                answer = reader.get(f"{address}&lang={language}")
                # An address of nobody's page comes back in the page that says so.
                text = answer.text if answer.status_code == 200 else answer.text.replace(named(route.path), "")
                seen = marks_in(shown(text), of=role.code)
                assert seen <= seen_at(door, role), (door, role.code, language, seen - seen_at(door, role))
                found.setdefault(door, set()).update(marks_in(shown(text)))
    stands = {door: fields for door, fields in STANDS_AT.items() if door.startswith("GET ") and door in found}
    everything = {"GET /", "GET /students", "GET /students/{student_id:path}", "GET /readings", "GET /miss-review"}
    everything |= {"GET /duties", "GET /bookings"}
    missing = {door: fields & set(MARKS) - found[door] for door, fields in stands.items() if door in everything}
    assert not any(missing.values()), f"the table names what does not stand there: {missing}"


def test_a_note_is_read_by_its_author_alone(web: Client) -> None:
    for author, other in (("counselor", "supervisor"), ("supervisor", "counselor")):
        page = as_role(web, author).get(f"/students/{WHO}").text
        assert note_of(author) in page
        assert note_of(other) not in page


def test_a_form_answers_no_role_with_more_than_its_page(web: Client) -> None:
    for role in Role:
        reader = as_role(web, role.code)
        token = re.search(r'name="form_token" value="(\w+)"', reader.get("/help").text)
        assert token
        for route in PAGES:
            if "POST" not in route.methods or route.path == "/sign-out":
                continue
            fields = {"form_token": token[1], "student_id": WHO, "student": WHO}
            answer = reader.post(named(route.path), fields)
            assert marks_in(shown(answer.text), of=role.code) <= SEES[role], (route.path, role.code)
            reader.cookies.delete("runxin_session") if answer.status_code == 500 else None


def test_an_answer_tells_each_scope_what_both_tables_name_and_nothing_else(tmp_path: Path) -> None:
    api = make_api(tmp_path)
    lay_out_marked(api.state.store)
    mine = record(WHO, school_id=SCHOOL, responses=[phq9([1, 0, 1, 0, 0, 0, 0, 0, 0], source_event_id="ZQANSWER")])
    happened = {"event": "concern", "kind": "mood_abnormal", "reported_on": "2026-11-01"}
    asked = {
        "POST /events": ("/events", {"student_id": WHO, "school_id": SCHOOL, "events": [happened]}),
        "POST /score": ("/score", mine),
        "POST /score_batch": ("/score_batch", {"records": [mine]}),
        "GET /changes": ("/changes", None),
        "GET /follow_up_list": (f"/follow_up_list?school_id={SCHOOL}", None),
    }
    for scope, more in product(SCOPES, ((), ("explain",))):
        scopes = tuple(dict.fromkeys((scope, *more)))
        key = create_key(api.state.store, "city", scopes, NOW, schools=(SCHOOL,))
        for door, (path, body) in asked.items():
            address = path + ("?dry_run=true" if body is not None and scope == "dry_run" else "")
            answer = api.get(address, key) if body is None else api.post(address, body, key)
            text = json.dumps(answer.json(), ensure_ascii=False)
            assert marks_in(text) <= answered_at(door, scopes), (door, scopes, marks_in(text), answer.status_code)


def test_what_the_command_line_exports_is_in_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path))
    lay_out_marked(new_store(tmp_path))
    book = tmp_path / "list.xlsx"
    assert run(["list", "--json", "--xlsx", str(book)]) == 0
    from openpyxl import load_workbook

    cells = [str(cell.value) for sheet in load_workbook(book) for row in sheet.iter_rows() for cell in row]
    for text in (capsys.readouterr().out, "\n".join(cells)):
        found = marks_in(text)
        assert RecordField.ID in found
        assert found <= STANDS_AT["runxin list"], found - STANDS_AT["runxin list"]
