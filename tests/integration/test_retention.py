"""What has been kept long enough goes when somebody says so, purpose by purpose; what danger or a case needs stays."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from data_schemas.codes import Tier
from models import read_policy
from runxin.cli.main import run
from runxin.errors import UserError
from runxin.settings import read_settings
from serving.audit import verify_log
from serving.recording.store import keep_draft
from serving.retention import DueToGo, Keeping, apply_retention, look_at_retention, read_retention
from serving.rights import birthdays
from serving.store import Consent, Filing, NewEntry, RunFacts, Store, audit_rows, find_student, record_entry
from serving.store.case_events import CaseEvent, add_case_event
from serving.store.tables import metadata
from tests.factories import AS_OF, NOW, assessment, floor, publish, student
from tests.new_stores import new_store, store_at

LATER = NOW.replace(year=NOW.year + 4)
TABLE = read_retention(Path("none"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Three students on a list and one on another list a year later; a stranger; two drafts."""
    store = new_store(tmp_path)
    publish(store, [assessment(f"S-{n}") for n in range(4)])
    record_entry(store, NewEntry("city", "X-1 (school-01)", "school-01", "junior", 7, {"a": 1}, assessment(), NOW))
    keep_draft(store, "S-0", "wang", {"note": ["x"]}, NOW, None)
    at, day = NOW.replace(year=NOW.year + 1), AS_OF.replace(year=AS_OF.year + 1)
    publish(store, [assessment("S-0", as_of=day)], as_of=day, at=at, fingerprint="later")
    return store


def due(store: Store, now: datetime = LATER) -> dict[str, DueToGo]:
    return {one.purpose: one for one in look_at_retention(store, TABLE, read_policy(), now, "cli:test")}


def rows(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        tables = [one for one in metadata.sorted_tables if one.name != "audit"]
        return {t.name: connection.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in tables}


def test_what_is_due_is_said_and_nothing_changes(store: Store) -> None:
    before = rows(store)
    found = due(store)
    assert {name: one.students for name, one in found.items()} == {
        "left_school": ("S-1", "S-2", "S-3"),
        "strangers": ("X-1 (school-01)",),
        "lists": ("S-0",),
        "replay": ("X-1 (school-01)",),
        "readings": (),
        "drafts": ("S-0",),
    }
    assert rows(store) == before
    assert audit_rows(store)[0].action == "retention.looked"
    assert {one.students for one in due(store, NOW).values()} == {()}


def test_what_is_due_goes_and_what_is_not_stays(store: Store) -> None:
    apply_retention(store, due(store).values(), LATER, "cli:test")
    assert [find_student(store, f"S-{n}") is None for n in range(4)] == [False, True, True, True]
    left = rows(store)
    assert (left["assessments"], left["entries"], left["drafts"]) == (1, 0, 0)
    assert {one.students for one in due(store).values()} == {()}
    assert [one.action for one in audit_rows(store) if one.action == "retention.applied"] == ["retention.applied"] * 5
    store.keep_checkpoint()
    assert verify_log(store, store.checkpoints).faults == ()


def test_open_danger_and_a_running_case_keep_what_there_is(store: Store) -> None:
    publish(
        store,
        [assessment("S-1", Tier.CRISIS, floors=(floor(),), tier_source="floor")],
        facts=RunFacts(filings=[Filing("S-1", "school-01", (floor(),))]),
        fingerprint="danger",
    )
    with store.writing() as connection:
        add_case_event(connection, CaseEvent("S-2", "school-01", "acknowledge", NOW, "wang"))
    found = due(store)
    assert found["left_school"].students == ("S-3",)
    assert found["left_school"].kept == 2
    with store.writing() as connection:
        add_case_event(connection, CaseEvent("S-2", "school-01", "close", NOW, "wang"))
    assert due(store)["left_school"].students == ("S-2", "S-3")


def test_the_operators_months_go_before_the_packaged_ones(tmp_path: Path) -> None:
    own = tmp_path / "retention.toml"
    own.write_text('[lists]\nmonths = 0\nsource = "教育局 2026 号文"\n', "utf-8")
    table = read_retention(own)
    assert (table["lists"].before(NOW), table["lists"].source) == (None, "教育局 2026 号文")
    assert table["drafts"] == TABLE["drafts"]
    for wrong, what in (("[lists]\nmonths = 3\n", "lists.source"), ("[else]\nmonths = 3\n", "else"), ("[", "TOML")):
        own.write_text(wrong, "utf-8")
        with pytest.raises(UserError) as caught:
            read_retention(own)
        assert what in f"{caught.value} {[problem.column for problem in caught.value.problems]}"


@pytest.mark.parametrize(
    ("now", "months", "expected"),
    [("2026-03-31", 1, "2026-02-28"), ("2026-01-15", 12, "2025-01-15"), ("2028-03-31", 1, "2028-02-29")],
)
def test_months_are_those_of_the_calendar(now: str, months: int, expected: str) -> None:
    before = Keeping(months=months, source="x").before(datetime.fromisoformat(f"{now}T10:00:00+00:00"))
    assert before is not None
    assert before.date().isoformat() == expected


def test_the_verb_changes_nothing_unless_it_is_asked_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))
    store = store_at(read_settings())
    keep_draft(store, "S-0", "wang", {"note": ["x"]}, NOW - timedelta(days=400), None)
    assert run(["retention"]) == 0
    assert "drafts: 1 row of 1 student" in capsys.readouterr().out
    assert rows(store)["drafts"] == 1
    assert run(["retention", "--apply"]) == 0
    assert rows(store)["drafts"] == 0


def test_who_turns_fourteen_is_named_before_the_day(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    born = {"S-1": AS_OF.replace(year=AS_OF.year - 14), "S-2": AS_OF.replace(year=AS_OF.year - 14, month=12)}
    born |= {"S-3": born["S-2"], "S-4": AS_OF.replace(year=AS_OF.year - 13)}
    them = [student(who, birth_date=day) for who, day in born.items()]
    given = {who: [Consent("model_score", AS_OF, given_by="parent")] for who in born}
    given["S-3"] = [*given["S-3"], Consent("model_score", AS_OF, given_by="student")]
    publish(store, [assessment(who) for who in born], students=them, facts=RunFacts(consents=given))
    found = birthdays(store, NOW, 60, None, "cli:test")
    assert [(one.student_id, one.on) for one in found] == [("S-1", AS_OF), ("S-2", AS_OF.replace(month=12))]
    assert audit_rows(store)[0].action == "birthdays.read"
    assert birthdays(store, NOW, 60, "school-02", "cli:test") == []
