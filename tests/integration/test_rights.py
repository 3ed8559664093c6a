"""A copy, an explanation and an erasure for one person, with who was asked for and how it was checked in the trail."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from data_schemas.codes import Tier
from runxin.cli.main import run
from runxin.settings import read_settings
from serving.store import Store, audit_rows, find_student, keep_names
from serving.store.case_events import CaseEvent, add_case_event
from serving.store.tables import names
from tests.desk import PROTECT, SHEET
from tests.factories import NOW, assessment, publish
from tests.new_stores import store_at

WHO = ("--for", "guardian", "--identity", "document")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))
    store = store_at(read_settings())
    opened = {"tier_source": "floor"}
    said = [
        assessment("S-1"),
        assessment("S-2", Tier.CRISIS, floors=(PROTECT,), **opened),
        assessment("S-3", Tier.PRIORITY, floors=(SHEET,), **opened),
    ]
    publish(store, said)
    keep_names(store, {"S-1": "林小满", "S-3": "周舟"}, NOW, "test")
    return store


def trail(store: Store, action: str) -> list[tuple[str | None, str | None, str | None]]:
    return [(one.object_id, one.purpose, one.detail) for one in audit_rows(store) if one.action == action]


def test_a_copy_holds_what_is_stored_and_the_trail_says_for_whom(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "copy.json"
    assert run(["rights", "export", "S-1", *WHO, "--out", str(file)]) == 0
    tables = json.loads(file.read_text("utf-8"))["tables"]
    assert tables["names"][0]["sealed"] == "林小满"
    assert tables["assessments"][0]["payload"]["reasons"]
    assert trail(store, "student.exported") == [("S-1", "rights_request", "for=guardian identity=document")]
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_explanation_has_words_and_no_figures(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rights", "explain", "S-1", *WHO]) == 0
    said = capsys.readouterr()
    assert "PHQ-9 总分 12" in said.out + said.err
    assert "-1.9" not in said.out + said.err
    assert len(trail(store, "student.explained")) == 1


@pytest.mark.parametrize("verb", ["export", "explain"])
def test_under_the_protection_lock_a_guardian_is_given_nothing(store: Store, tmp_path: Path, verb: str) -> None:
    more = ["--out", str(tmp_path / "copy.json")] if verb == "export" else []
    assert run(["rights", verb, "S-2", *WHO, *more]) == 4
    assert not (tmp_path / "copy.json").exists()
    assert trail(store, "right.refused")[0][0] == "S-2"
    assert run(["rights", verb, "S-2", "--for", "student", "--identity", "in_person", *more]) == 0


def test_an_erasure_waits_for_open_evidence_and_takes_the_name(store: Store) -> None:
    assert run(["rights", "erase", "S-3", *WHO]) == 4
    assert find_student(store, "S-3", True).name == "周舟"  # type: ignore[union-attr]
    assert run(["rights", "erase", "S-1", *WHO]) == 0
    assert find_student(store, "S-1", True) is None
    with store.reading() as connection:
        assert connection.scalar(sa.select(names.c.student_id).where(names.c.student_id == "S-1")) is None


def test_an_erasure_waits_until_nobody_works_on_the_case(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with store.writing() as connection:
        add_case_event(connection, CaseEvent("S-1", "school-01", "acknowledge", NOW, "wang"))
    assert run(["rights", "erase", "S-1", *WHO]) == 4
    assert "it is closed first" in capsys.readouterr().err
    assert trail(store, "right.refused")[0][0] == "S-1"


def test_who_asks_and_how_it_was_checked_has_to_be_said(store: Store) -> None:
    assert run(["rights", "explain", "S-1", "--for", "aunt", "--identity", "document"]) == 2
    assert run(["rights", "explain", "S-9", *WHO]) != 0
