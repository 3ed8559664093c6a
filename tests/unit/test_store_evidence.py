"""Evidence is filed once, its clock starts at receipt and never anew, and only people close it, by name."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from data_schemas.codes import Tier
from models.assessment import Floor
from models.triage import Piece, day_start
from serving.store import PAGE, SCORE, SCREENING, Filing, NewContact, RunFacts, Store, facts_of
from serving.store.evidence import file_evidence, pieces_of
from tests.factories import NOW, ON, assessment, floor, lead, present, publish, tell, word
from tests.new_stores import new_store

pytestmark = pytest.mark.usefixtures("each_database")

LATER = NOW + timedelta(days=7)
THURSDAY_8 = day_start(ON)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def file(store: Store, *floors: Floor, at: datetime = NOW, door: str = SCREENING, who: str = "S-1") -> int:
    """How many pieces were new."""
    with store.writing() as connection:
        return file_evidence(connection, {"by-test": [Filing(who, "school-01", floors)]}, at, door)["by-test"]


def pieces(store: Store, student: str = "S-1") -> tuple[Piece, ...]:
    return facts_of(store, [student], NOW.date())[student].pieces


def open_keys(store: Store) -> list[str]:
    return [one.piece.key for one in present(store).open]


def test_the_same_evidence_is_filed_once_by_whatever_door(store: Store) -> None:
    assert file(store, floor(), door=SCREENING) == 1
    for door in (SCORE, PAGE, SCREENING):
        assert file(store, floor(), at=LATER, door=door) == 0
    (only,) = pieces(store)
    assert (only.floor, only.door, only.filed_by) == (only.floor, SCREENING, "by-test")
    assert file(store, floor(), floor(), who="S-2") == 1, "twice in one filing"


def test_what_is_on_file_already_keeps_nothing_out_that_stands_beside_it(store: Store) -> None:
    file(store, floor())
    other = floor("R10")
    assert file(store, floor(), other, at=LATER) == 1
    assert [one.key for one in pieces(store)] == [floor().evidence, other.evidence]


def test_what_was_on_file_at_a_moment_was_filed_by_then(store: Store) -> None:
    file(store, floor(), at=NOW)
    file(store, floor("R10"), at=LATER)
    moments = [(NOW - timedelta(seconds=1), 0), (NOW, 1), (LATER - timedelta(seconds=1), 1), (LATER, 2), (None, 2)]
    with store.reading() as connection:
        for moment, filed in moments:
            assert len(pieces_of(connection, ["S-1"], moment).get("S-1", [])) == filed


@pytest.mark.parametrize(
    ("more", "filed"),
    [
        ({"tier": Tier.CRISIS}, True),
        ({"severity": 41}, True),
        ({"tier": Tier.WATCH}, False),
        ({"tier": Tier.WATCH, "severity": 100}, False),
        ({"severity": 39}, False),
        ({"text": floor().text}, False),
        ({"history": True}, False),
    ],
)
def test_a_key_is_filed_again_only_where_more_was_seen_in_it(
    store: Store, more: dict[str, object], filed: bool
) -> None:
    known = floor("R13", Tier.PRIORITY, severity=40)
    file(store, known)
    again = floor("R13", **({"tier": Tier.PRIORITY, "severity": 40} | more))  # type: ignore[arg-type]
    assert bool(file(store, again, at=LATER)) is filed


def test_an_old_sheet_that_proves_to_have_come_in_time_is_filed_again(store: Store) -> None:
    file(store, floor(history=True))
    assert present(store).urgent is False
    assert file(store, floor()) == 1
    assert present(store).urgent


def test_the_clock_of_a_piece_is_not_started_anew_and_more_has_a_clock_of_its_own(store: Store) -> None:
    mild, grave = floor("R13", Tier.PRIORITY, severity=50), floor("R13", severity=90)
    file(store, mild, at=NOW)
    file(store, grave, at=LATER)
    file(store, mild, at=LATER + timedelta(days=1))
    first, second = pieces(store)
    assert (first.floor.tier, first.received_at) == (Tier.PRIORITY, THURSDAY_8)
    assert (second.floor.tier, second.received_at) == (Tier.CRISIS, THURSDAY_8)
    assert present(store).tier is Tier.CRISIS, "and never falls"
    assert [one.id for one in present(store).floors] == ["R13"], "a key is told once"


MOMENT = datetime(2026, 11, 19, 13, 5, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("found", "door", "waits_since"),
    [
        (floor(received_at=MOMENT), SCREENING, MOMENT),
        (floor(received_at=MOMENT), SCORE, MOMENT),
        (floor(received_at=NOW + timedelta(hours=9)), SCORE, NOW),  # not before it was here
        (floor(), SCREENING, THURSDAY_8),
        (floor(known_on=date(2026, 10, 9)), SCREENING, day_start(date(2026, 10, 9))),
        (floor(), SCORE, THURSDAY_8),  # it says when it came in
        (floor(known_on=TODAY), SCORE, NOW),
        (floor(known_on=TODAY), PAGE, NOW),
        (floor(known_on=TODAY), SCREENING, day_start(TODAY)),
        (floor(known_on=date(2026, 11, 21)), SCREENING, NOW),  # never in the future
    ],
)
def test_a_clock_starts_at_receipt_and_never_at_publication(
    store: Store, found: Floor, door: str, waits_since: datetime
) -> None:
    file(store, found, door=door)
    assert [one.received_at for one in pieces(store)] == [waits_since]


def test_a_screening_files_what_its_run_found_and_keeps_the_clock_of_before(store: Store) -> None:
    said = assessment("S-1", Tier.CRISIS, tier_source="floor", floors=(floor(),))
    assert publish(store, [said]).opened == 1
    assert publish(store, [said], fingerprint="f2", as_of=LATER.date(), at=LATER).opened == 0
    assert [one.received_at for one in pieces(store)] == [THURSDAY_8]
    publish(store, [assessment("S-1", Tier.ROUTINE)], fingerprint="f3", as_of=date(2026, 11, 28), at=LATER)
    now = present(store, now=LATER + timedelta(days=2))
    assert (now.tier, now.source, [one.id for one in now.floors]) == (Tier.CRISIS, "floor", ["R02"])


def test_a_screening_files_evidence_about_whom_it_does_not_assess(store: Store) -> None:
    facts = RunFacts(filings=[Filing("X-9", "school-01", (floor(),))])
    assert publish(store, [assessment("S-1")], facts=facts).opened == 1
    assert present(store, "X-9").tier is Tier.CRISIS


MILD = floor("R01", Tier.PRIORITY)


@pytest.mark.parametrize(
    ("held", "left"),
    [
        (word(on=date(2026, 11, 20)), []),
        (word(on=ON), [MILD.evidence]),  # known on the very day: perhaps an hour after
        (word(on=date(2026, 11, 18)), [MILD.evidence]),
        (word(selection_reason="audit"), [MILD.evidence]),
        (word(interviewer=None), [MILD.evidence]),
        (word(kind="referral"), [MILD.evidence]),
        (word(kind="crisis_event"), [MILD.evidence]),
        (word(assessed=()), [MILD.evidence]),
        (word(assessed=("R01:another",)), [MILD.evidence]),
        (word(on=ON, assessed=(MILD.evidence,)), []),
        (word(selection_reason="audit", assessed=(MILD.evidence,)), []),
        (word(interviewer=None, assessed=(MILD.evidence,)), [MILD.evidence]),
    ],
)
def test_who_closes_evidence(store: Store, held: object, left: list[str]) -> None:
    file(store, MILD)
    tell(store, held)  # type: ignore[arg-type]
    assert open_keys(store) == left


@pytest.mark.parametrize("door", [SCORE, PAGE])
def test_what_is_sent_after_a_talk_of_the_same_day_was_not_known_in_it(store: Store, door: str) -> None:
    """A sheet of yesterday that arrives an hour after today's talk stays open, in whatever order they are stored."""
    tell(store, word(on=TODAY, second_interviewer="staff-2"), at=NOW)
    file(store, floor(known_on=TODAY), at=NOW + timedelta(hours=1), door=door)
    tell(store, word(on=TODAY, interviewer="staff-3", second_interviewer="staff-2"), at=NOW + timedelta(hours=2))
    assert open_keys(store) == [floor().evidence]
    tell(store, word(on=date(2026, 11, 23), second_interviewer="staff-2"), at=NOW + timedelta(days=3))
    assert open_keys(store) == []


def test_a_talk_that_names_some_closes_those_and_no_other(store: Store) -> None:
    both = (MILD, floor("R10", Tier.PRIORITY))
    file(store, *both)
    tell(store, word(assessed=(both[1].evidence,)))
    assert open_keys(store) == [MILD.evidence]


def test_a_named_talk_does_not_close_what_came_in_after_it(store: Store) -> None:
    file(store, MILD)
    tell(store, word(assessed=(MILD.evidence,)))
    grave = floor("R01", Tier.PRIORITY, severity=99, received_at=NOW + timedelta(hours=1))
    file(store, grave, at=NOW + timedelta(hours=1))
    assert open_keys(store) == [MILD.evidence], "the same key, in which more was seen since"


def test_danger_takes_two_persons_together_or_each_by_name(store: Store) -> None:
    key = floor().evidence
    file(store, floor())
    tell(store, word(assessed=(key,)), at=NOW)
    assert (open_keys(store), present(store).lacks) == ([key], "second_person")
    tell(store, word(on=date(2026, 11, 19), assessed=(key,)), at=NOW + timedelta(hours=1))
    assert open_keys(store) == [key], "the same person twice is one person"
    tell(store, word(interviewer="staff-2", assessed=(key,)), at=NOW + timedelta(hours=2))
    assert open_keys(store) == []


@pytest.mark.parametrize(("second", "left"), [(None, 1), ("staff-1", 1), ("staff-2", 0)])
def test_a_talk_without_a_list_closes_danger_by_two_in_one_record(store: Store, second: str | None, left: int) -> None:
    file(store, floor())
    tell(store, word(second_interviewer=second))
    tell(store, word(interviewer="staff-3"))
    assert len(open_keys(store)) == left


def test_closed_evidence_stays_closed_when_it_is_found_again(store: Store) -> None:
    said = assessment("S-1", Tier.PRIORITY, tier_source="floor", own_tier=Tier.WATCH, floors=(MILD,))
    publish(store, [said])
    tell(store, word())
    assert publish(store, [said], fingerprint="f2", as_of=LATER.date(), at=LATER).opened == 0
    file(store, MILD, at=LATER)
    assert open_keys(store) == []


def test_closed_evidence_is_kept_with_its_history(store: Store) -> None:
    file(store, MILD)
    tell(store, word(level=2))
    (standing,) = present(store).evidence
    assert standing.closed_by is not None
    assert [(one.interviewer, one.level) for one in standing.assessed_by] == [("staff-1", 2)]


def test_a_report_is_looked_into_by_a_contact_of_a_later_day(store: Store) -> None:
    publish(store, [assessment("S-1", Tier.ROUTINE, leads=(lead(),))])
    assert (present(store).tier, len(present(store).leads)) == (Tier.ROUTINE, 1)
    for n, (on, left) in enumerate(((ON, 1), (date(2026, 11, 20), 0))):
        facts = RunFacts(contacts=[NewContact("S-1", "school-01", on, "student")])
        publish(store, [assessment("S-1", Tier.ROUTINE)], fingerprint=f"c{n}", at=LATER, facts=facts)
        assert len(present(store).leads) == left


def test_a_contact_closes_no_safety_evidence(store: Store) -> None:
    facts = RunFacts(contacts=[NewContact("S-1", "school-01", date(2026, 11, 20), "student")])
    publish(store, [assessment("S-1", Tier.ROUTINE)], facts=facts)
    file(store, MILD)
    assert open_keys(store) == [MILD.evidence]
