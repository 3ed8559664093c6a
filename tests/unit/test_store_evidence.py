"""Open evidence raises the tier until a named person has assessed it; nothing else closes it."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from data_schemas.codes import Tier
from serving.store import (
    UNASSIGNED,
    Interviews,
    NewEntry,
    Store,
    assessment_of,
    audit_rows,
    evidence_of,
    find_pupil,
    known_students,
    open_evidence,
    read_school,
    received_record,
    record_entry,
)
from tests.factories import NOW, assessment, floor, new_store, publish, pupil

LATER = NOW + timedelta(days=7)
NEXT = {"fingerprint": "f2", "as_of": date(2026, 11, 27), "at": LATER}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def tier_of(store: Store, student_id: str = "S-1") -> Tier:
    said = assessment_of(store, student_id)
    assert said is not None
    return said.tier


def entry(student_id: str = "S-1", **fields: object) -> NewEntry:
    said = assessment(student_id, Tier.CRISIS, tier_source="floor", floors=(floor("R11"),))
    default = {
        "client": "platform",
        "student_id": student_id,
        "school_id": "school-01",
        "stage": "junior",
        "grade": 7,
        "record": {"concerns": [{"kind": "suicide_intent"}]},
        "assessment": said,
        "received_at": NOW + timedelta(hours=1),
    }
    return NewEntry(**{**default, **fields})  # type: ignore[arg-type]


def test_evidence_of_an_earlier_run_raises_the_tier_of_the_newest(store: Store) -> None:
    publish(store, [assessment("S-1", Tier.CRISIS, tier_source="floor", floors=(floor("R02"),))])
    publish(store, [assessment("S-1", Tier.ROUTINE)], **NEXT)
    said = assessment_of(store, "S-1")
    assert said is not None
    assert (said.tier, said.tier_source, [f.id for f in said.floors]) == (Tier.CRISIS, "floor", ["R02"])
    assert [s.assessment.tier for s in read_school(store, "school-01", False).standings if s.assessment] == [
        Tier.CRISIS
    ]


def test_the_same_evidence_opens_once_and_keeps_its_clock(store: Store) -> None:
    said = assessment("S-1", Tier.CRISIS, tier_source="floor", floors=(floor(),))
    assert publish(store, [said]).opened == 1
    assert publish(store, [said], **NEXT).opened == 0
    assert [row.opened_at for row in open_evidence(store, "S-1")] == [NOW]


def test_evidence_in_which_a_rule_sees_more_rises(store: Store) -> None:
    mild = floor("R13", Tier.PRIORITY, severity=50)
    publish(store, [assessment("S-1", Tier.PRIORITY, tier_source="floor", floors=(mild,))])
    publish(store, [assessment("S-1", Tier.CRISIS, floors=(floor("R13", severity=90),))], **NEXT)
    (row,) = open_evidence(store, "S-1")
    assert (row.floor.tier, row.floor.severity, row.opened_at) == (Tier.CRISIS, 90, NOW)
    publish(
        store,
        [assessment("S-1", Tier.PRIORITY, floors=(mild,))],
        fingerprint="f3",
        as_of=date(2026, 11, 28),
        at=LATER,
    )
    assert tier_of(store) is Tier.CRISIS, "and never falls"


def test_an_interview_by_a_named_person_closes_what_came_before_it(store: Store) -> None:
    found = floor("R01", Tier.PRIORITY, evidence_on=date(2026, 11, 19))
    later = floor("R01", Tier.PRIORITY, evidence="R01:later", evidence_on=date(2026, 11, 26))
    publish(store, [assessment("S-1", Tier.PRIORITY, floors=(found,))])
    done = publish(
        store,
        [assessment("S-1", Tier.PRIORITY, floors=(later,))],
        interviews={"S-1": Interviews(date(2026, 11, 25))},
        **NEXT,
    )
    assert (done.opened, done.closed) == (1, 1)
    assert [row.floor.evidence for row in open_evidence(store, "S-1")] == ["R01:later"]
    (closed,) = [row for row in evidence_of(store, "S-1") if row.closed_at is not None]
    assert (closed.closed_by, closed.reason) == ("imported interview", "interview of 2026-11-25")


@pytest.mark.parametrize(("day", "closed"), [(18, 0), (19, 1)])
def test_an_interview_of_the_same_day_closes_evidence_and_one_of_the_day_before_does_not(
    store: Store, day: int, closed: int
) -> None:
    found = floor("R01", Tier.PRIORITY, evidence_on=date(2026, 11, 19))
    publish(store, [assessment("S-1", Tier.PRIORITY, floors=(found,))])
    held = {"S-1": Interviews(date(2026, 11, day))}
    assert publish(store, [assessment("S-1", Tier.ROUTINE)], interviews=held, **NEXT).closed == closed


def test_danger_is_closed_by_two_persons_only(store: Store) -> None:
    publish(store, [assessment("S-1", Tier.CRISIS, floors=(floor(),))])
    alone = Interviews(date(2026, 11, 25))
    publish(store, [assessment("S-1", Tier.ROUTINE)], interviews={"S-1": alone}, **NEXT)
    assert tier_of(store) is Tier.CRISIS
    both = Interviews(date(2026, 11, 25), date(2026, 11, 25))
    more = {"fingerprint": "f3", "as_of": date(2026, 11, 28), "at": LATER}
    publish(store, [assessment("S-1", Tier.ROUTINE)], interviews={"S-1": both}, **more)
    assert tier_of(store) is Tier.ROUTINE


def test_closed_evidence_stays_closed_when_it_is_published_again(store: Store) -> None:
    said = assessment(
        "S-1", Tier.PRIORITY, tier_source="floor", own_tier=Tier.WATCH, floors=(floor("R01", Tier.PRIORITY),)
    )
    publish(store, [said])
    publish(store, [assessment("S-1")], interviews={"S-1": Interviews(date(2026, 11, 25))}, **NEXT)
    more = {"fingerprint": "f3", "as_of": date(2026, 11, 28), "at": LATER}
    assert publish(store, [said], **more).opened == 0
    again = assessment_of(store, "S-1")
    assert again is not None
    assert (again.tier, again.tier_source, again.floors) == (Tier.WATCH, "model", ())


def test_a_persons_tier_is_not_lowered(store: Store) -> None:
    publish(store, [assessment("S-1", Tier.PRIORITY, tier_source="human", confirmed=True)])
    record_entry(store, entry(assessment=assessment("S-1", Tier.ROUTINE)))
    assert tier_of(store) is Tier.PRIORITY


def test_an_entry_opens_floors_and_raises_the_list(store: Store) -> None:
    publish(store, [assessment("S-1", Tier.ROUTINE)])
    entry_id = record_entry(store, entry())
    said = assessment_of(store, "S-1")
    assert said is not None
    assert (said.tier, said.tier_source) == (Tier.CRISIS, "floor")
    (row,) = open_evidence(store, "S-1")
    assert (row.opened_by, row.opened_at) == (entry_id, NOW + timedelta(hours=1))
    (standing,) = read_school(store, "school-01", False).standings
    assert standing.assessment is not None
    assert standing.assessment.tier is Tier.CRISIS
    assert received_record(store, entry_id) == {"concerns": [{"kind": "suicide_intent"}]}
    assert received_record(store, "none") is None
    newest = audit_rows(store, 1)[0]
    assert (newest.actor, newest.action, newest.object_id) == ("platform", "entry.recorded", "S-1")


def test_an_entry_may_raise_the_models_tier_but_not_lower_it(store: Store) -> None:
    publish(store, [assessment("S-1", Tier.WATCH)])
    record_entry(store, entry(assessment=assessment("S-1", Tier.PRIORITY)))
    assert tier_of(store) is Tier.PRIORITY
    record_entry(store, entry(assessment=assessment("S-1", Tier.ROUTINE), received_at=NOW + timedelta(hours=2)))
    assert tier_of(store) is Tier.WATCH
    publish(store, [assessment("S-1", Tier.ROUTINE)], **NEXT)
    assert tier_of(store) is Tier.ROUTINE, "the next screening settles it"


def test_a_student_on_no_list_stands_under_identity(store: Store) -> None:
    publish(store, [assessment("S-1", Tier.ROUTINE)])
    record_entry(store, entry("X-9"))
    reading = read_school(store, "school-01", False)
    (unknown,) = reading.unknown
    assert unknown.pupil == pupil("X-9", class_id=None)
    assert unknown.assessment is not None
    assert unknown.assessment.tier is Tier.CRISIS
    assert find_pupil(store, "X-9") == pupil("X-9", class_id=None)
    assert tier_of(store, "X-9") is Tier.CRISIS


def test_a_stranger_without_a_school_is_on_every_schools_list_until_one_knows_them(store: Store) -> None:
    publish(store, [assessment("S-1"), assessment("S-2")], pupils=[pupil("S-1"), pupil("S-2", "school-02")])
    record_entry(store, entry("X-9", school_id=UNASSIGNED))
    for school in ("school-01", "school-02"):
        assert [one.pupil.student_id for one in read_school(store, school, False).unknown] == ["X-9"]
    them = [pupil("S-1"), pupil("S-2", "school-02"), pupil("X-9")]
    publish(store, [assessment("S-1"), assessment("S-2"), assessment("X-9")], pupils=them, **NEXT)
    assert read_school(store, "school-01", False).unknown == ()
    assert read_school(store, "school-02", False).unknown == ()


def test_the_school_of_a_known_student_is_the_lists(store: Store) -> None:
    publish(store, [assessment("S-1", Tier.ROUTINE)])
    record_entry(store, entry("S-1", school_id=UNASSIGNED))
    assert read_school(store, "school-01", False).unknown == ()
    assert known_students(store, ["S-1", "nobody"])["S-1"].school_id == "school-01"
    assert known_students(store, ["nobody"])["nobody"].school_id is None


def test_open_evidence_of_a_student_who_left_the_roll_is_not_lost(store: Store) -> None:
    publish(store, [assessment("S-1", Tier.CRISIS, floors=(floor(),)), assessment("S-2")])
    publish(store, [assessment("S-2")], **NEXT)
    (gone,) = read_school(store, "school-01", False).unknown
    assert gone.pupil.student_id == "S-1"
    assert gone.assessment is not None
    assert gone.assessment.tier is Tier.CRISIS


def test_a_student_who_changed_schools_is_on_the_new_list_only(store: Store) -> None:
    publish(
        store,
        [assessment("S-1", Tier.CRISIS, floors=(floor(),)), assessment("S-2")],
        pupils=[pupil("S-1"), pupil("S-2")],
    )
    publish(
        store,
        [assessment("S-1", Tier.ROUTINE), assessment("S-2")],
        pupils=[pupil("S-1", "school-02"), pupil("S-2")],
        **NEXT,
    )
    assert read_school(store, "school-01", False).unknown == ()
    (moved,) = read_school(store, "school-02", False).standings
    assert moved.assessment is not None
    assert moved.assessment.tier is Tier.CRISIS
