"""Marked names, notes, answers and ids go through forms, API, imports, names and faults; none of them is then found in
the log, on stdout or stderr, or in what a fault or a refusal answers. Each request has an id of its own.
"""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from runxin.cli.main import run
from runxin.logs import configure_logs, get_logger
from serving.accounts import create_link
from serving.app import PAGES, ROUTERS, make_app, make_web
from serving.health.request_log import SERVERS, WithoutMessage, keep_messages_out
from serving.keys import create_key
from tests.api_state import Api, make_api, phq9, record
from tests.factories import NOW
from tests.http_client import Client
from tests.marked_student import SCHOOL, WHO, lay_out_marked
from tests.sample_pages import follow

ID, NAME, NOTE, ANSWER = "ZQ-SENT", "圈送名", "圈送言", 987654321
SENT = (ID, NAME, NOTE, str(ANSWER))
LAID_OUT = (WHO, "圈标名", "标备注", "标方案", "标限阅", "ZQANSWER")
MARKS = (*SENT, *LAID_OUT)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    made = make_api(tmp_path)
    lay_out_marked(made.state.store)
    made.client = Client(make_app(made.state, make_web(made.state)))
    configure_logs(made.settings.logs)
    yield made
    close_logs()


def close_logs() -> None:
    structlog.get_config()["logger_factory"]._file.close()
    structlog.reset_defaults()


def lines(api: Api) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (api.settings.logs / "runxin.log").read_text("utf-8").splitlines()]


def assert_private(api: Api, *texts: str) -> None:
    logs = [path.read_text("utf-8") for path in api.settings.logs.rglob("*") if path.is_file()]
    assert logs, "nothing was logged"
    for text in (*logs, *texts):
        assert [mark for mark in MARKS if mark in text] == []


def counselor(api: Api) -> Client:
    client = Client(api.client.app)
    link = "/sign-in?link=" + create_link(api.state.store, "counselor", api.state.clock())
    assert follow(client, link).status_code == 303
    return client


def test_forms_and_pages(api: Api, capfd: pytest.CaptureFixture[str]) -> None:
    client = counselor(api)
    token = re.search(r'name="form_token" value="(\w+)"', client.get("/help").text)
    assert token
    fields = {"form_token": token[1], "student_id": WHO, "student": ID, "q": NAME, "note": NOTE, "goal": NOTE}
    for route in PAGES:
        path = re.sub(r"\{[^}]*\}", ID, route.path)
        if "POST" in route.methods and path != "/sign-out":
            client.post(path, fields | {"text": NOTE, "name": NAME, "username": NAME, "password": NOTE})
        elif "GET" in route.methods and "oidc" not in path:
            client.get(f"{path}?q={NAME}&student={ID}")
            client.get(re.sub(r"\{[^}]*\}", WHO, route.path))
    assert {line["route"] for line in lines(api) if line["event"] == "answered"} == {"pages"}
    assert not [line for line in lines(api) if line["event"] == "request_failed"]
    assert_private(api, *capfd.readouterr())


def test_the_api_and_what_it_refuses(api: Api, capfd: pytest.CaptureFixture[str]) -> None:
    key = create_key(api.state.store, "city", ("score", "outcomes", "list"), NOW, schools=(SCHOOL,))
    good = record(ID, school_id=SCHOOL)
    bad = record(ID, school_id=SCHOOL, name=NAME, note=NOTE, responses=[phq9([ANSWER, NOTE])])
    assert api.post("/score", good, key).status_code == 200
    refused = [api.post("/score", bad, key), api.post("/score", b'{"student_id": "ZQ-SENT", ', key)]
    for route in (route for router in ROUTERS for route in router.routes):
        path = re.sub(r"\{[^}]*\}", ID, route.path)  # type: ignore[attr-defined]
        if "POST" in route.methods:  # type: ignore[attr-defined]
            refused.append(api.post(path, {"records": [bad], "outcomes": [bad], NOTE: NAME}, key))
        else:
            refused.append(api.client.get(f"{path}?school_id={ID}&{ID}={NAME}"))
    bodies = [one.text for one in refused if one.status_code >= 400]
    assert len(bodies) > 4
    for body in bodies:
        assert [mark for mark in (NAME, str(ANSWER), *LAID_OUT) if mark in body] == []
    assert_private(api, *capfd.readouterr())


def test_an_import_and_names(api: Api, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    names = tmp_path / "names.csv"
    names.write_text(f"student_id,name\n{ID},{NAME}\n{ID},{NOTE}\n{WHO},\n", "utf-8")
    students = tmp_path / "students.csv"
    students.write_text(f"student_id,school_id,grade,sex,birth_date\n{ID},A,{ANSWER},{NOTE},{NAME}\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNXIN_HOME", str(api.settings.home))
        assert run(["names", str(names)]) != 0
        assert run(["import", str(students), "--out", str(tmp_path / "data")]) != 0
    api.client.get("/help")
    said = capfd.readouterr()
    assert said.err
    assert_private(api, *said)


class Fault(RuntimeError):
    """Repeats everything that it was given."""


@pytest.mark.parametrize("fault", [Fault(" ".join(SENT)), sa.exc.DataError(NOTE, {"id": ID}, Exception(NAME))])
def test_a_fault(
    api: Api, fault: Exception, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise fault

    client = counselor(api)
    key = api.key()
    monkeypatch.setattr("serving.app.session_of", fail)
    monkeypatch.setattr("serving.api.turns.prepare", fail)
    page, answer = client.get(f"/students/{WHO}"), api.post("/score", record(ID), key)
    assert (page.status_code, answer.status_code) == (500, 500)
    failed = [line for line in lines(api) if line["event"] == "request_failed"]
    assert [line["request"] for line in failed] == [one.headers["x-request-id"] for one in (page, answer)]
    assert answer.json()["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert all("test_log_privacy.py" in line["frames"][-1] for line in failed)
    # The page links to itself in the other language.
    assert_private(api, page.text.replace(f"/students/{WHO}", ""), answer.text, *capfd.readouterr())


def test_what_the_server_says_of_a_fault_is_its_kind(caplog: pytest.LogCaptureFixture) -> None:
    keep_messages_out()
    keep_messages_out()
    try:
        try:
            raise Fault(NAME)
        except Fault as inner:
            raise Fault(NOTE) from inner
    except Fault:
        for name in SERVERS:
            logging.getLogger(name).exception("Exception in ASGI application %s", "x", stack_info=True)
            assert len([one for one in logging.getLogger(name).filters if isinstance(one, WithoutMessage)]) == 1
    said = caplog.text
    assert said.count("Fault; logs/runxin.log has its place") == len(SERVERS)
    assert (NAME in said, NOTE in said) == (False, False)


def test_a_log_that_was_moved_away_goes_on_in_a_new_file(tmp_path: Path) -> None:
    configure_logs(tmp_path)
    for name in ("first", "second"):
        get_logger("test").info(name)
        (tmp_path / "runxin.log").rename(tmp_path / name)
    get_logger("test").info("third")
    close_logs()
    told = {file.name: json.loads(file.read_text("utf-8"))["event"] for file in tmp_path.iterdir()}
    assert told == {"first": "first", "second": "second", "runxin.log": "third"}


def test_each_answer_names_its_request_and_takes_over_no_id(api: Api) -> None:
    answers = [api.client.get("/help", headers={"x-request-id": NAME.encode()}) for _ in range(2)]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == 2
    said = [line for line in lines(api) if line["event"] == "answered"]
    assert [line["request"] for line in said] == ids
    assert {"route", "status", "seconds", "timestamp", "level"} <= set(said[0])
    assert_private(api)
