"""A case that is closed is open again where something came in; what another school was given only it gives back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from data_schemas.codes import Tier
from data_schemas.roster import UNASSIGNED
from serving.cases.service import case_of
from serving.store import NewEntry, Store, record_entry
from serving.store.case_tables import talks
from serving.store.files import contested
from tests.desk import SHEET, Desk, colleague, open_keys, rows, small_school
from tests.factories import NOW, assessment, present, publish, tell, word
from tests.integration.test_identity import EARLIER, FOUND, STRANGER, post, send, settle, undo
from tests.new_stores import new_store
from tests.sample_pages import SCHOOLS


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        small_school(opened)
        yield opened


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


def is_closed(store: Store) -> bool:
    return case_of(store, "S-2").state.code == "closed"


def test_by_a_crisis_event(desk: Desk, store: Store) -> None:
    desk.record("S-2", level="0", step="close")
    assert is_closed(store)
    event = word("S-2", kind="crisis_event", level=3, interviewer=None, selection_reason=None)
    tell(store, event, at=NOW + timedelta(hours=1))
    assert (present(store, "S-2").tier, is_closed(store)) == (Tier.CRISIS, False)


def test_by_danger_of_somebody_who_turns_out_to_be_the_student(desk: Desk, store: Store) -> None:
    send(store)
    desk.record("S-2", level="0", step="close")
    desk.now = NOW + timedelta(minutes=1)
    settle(desk, STRANGER, "same", other_id="S-2")
    assert (present(store, "S-2").tier, is_closed(store)) == (Tier.CRISIS, False)


def test_by_danger_that_a_talk_found(desk: Desk, store: Store) -> None:
    desk.record("S-2", level="0", step="close")
    assert is_closed(store)
    tell(store, word("S-2", level=2), at=NOW + timedelta(hours=1))
    assert is_closed(store), "less opens no case"
    tell(store, word("S-2", level=3, interviewer="staff-2"), at=NOW + timedelta(hours=2))
    assert (present(store, "S-2").tier, is_closed(store)) == (Tier.CRISIS, False)


def test_by_what_was_said_of_somebody_who_turns_out_to_be_the_student(desk: Desk, store: Store) -> None:
    event = word(STRANGER, kind="crisis_event", level=3, interviewer=None, selection_reason=None)
    tell(store, event, at=NOW - timedelta(hours=1))
    desk.record("S-2", level="0", step="close")
    desk.now = NOW + timedelta(minutes=1)
    settle(desk, STRANGER, "same", other_id="S-2")
    assert (present(store, "S-2").in_review, is_closed(store)) == (True, False)


def test_where_the_talk_that_had_settled_the_evidence_is_taken_back(desk: Desk, store: Store) -> None:
    publish(store, [assessment("S-2", Tier.PRIORITY, tier_source="floor", floors=(SHEET,))], fingerprint="f4", at=NOW)
    other = colleague(desk)
    desk.record("S-2", level="1", assessed=[SHEET.evidence])
    desk.now = NOW + timedelta(minutes=1)
    other.record("S-2", level="0", step="close")
    assert is_closed(store)
    desk.now = NOW + timedelta(minutes=2)
    talk_id = next(row["talk_id"] for row in rows(store, talks) if row["recorded_by"] == "wang")
    post(desk, "/records/undo", talk_id=talk_id)
    assert (open_keys(present(store, "S-2")), is_closed(store)) == ({SHEET.evidence}, False)


def test_a_counselor_of_another_school_takes_no_evidence_out_of_a_students_file(desk: Desk, store: Store) -> None:
    """The stranger had no school, so that every counselor might have settled who it is."""
    who = contested("X-7", UNASSIGNED)
    said = assessment(who, Tier.CRISIS, tier_source="floor", floors=(FOUND,))
    record_entry(store, NewEntry("city", who, UNASSIGNED, "junior", 7, {}, said, EARLIER, (FOUND,)))
    settle(desk, who, "same", other_id="S-2")
    undo(colleague(desk, "zhao", schools=SCHOOLS[1:]))
    assert FOUND.evidence in open_keys(present(store, "S-2"))
    undo(desk)
    assert FOUND.evidence not in open_keys(present(store, "S-2"))
