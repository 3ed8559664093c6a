"""Who is drawn by lot for a routine talk: just inside and just outside of every condition."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.triage import Word, week_of
from models.triage.lots import drawn, lot, may_be_drawn, talk_done
from models.triage.week import blind_students
from tests.factories import assessment, lead
from tests.triage_facts import (
    AUDIT,
    CRISIS,
    NOW,
    PRIORITY,
    WATCH,
    at,
    contact,
    day,
    event,
    piece,
    present,
    rule,
    talk,
)

MONDAY = day(-2)


@pytest.mark.parametrize(
    ("moment", "monday"),
    [
        (at(-2, 0), MONDAY),
        (at(-3, 23, 59), day(-9)),
        (at(0), MONDAY),
        (at(4, 23, 59), MONDAY),
        (at(5, 0), day(5)),
        (datetime(2026, 11, 22, 16, tzinfo=UTC), day(5)),
        (datetime(2026, 11, 22, 15, 59, tzinfo=UTC), MONDAY),
    ],
)
def test_a_week_begins_on_monday_at_school(moment: datetime, monday: date) -> None:
    assert week_of(moment) == monday


def test_a_lot_hangs_on_school_week_and_student_alone() -> None:
    known = hashlib.sha256(b"school-01/2026-11-16/S-1").hexdigest()
    assert lot("school-01", MONDAY, "S-1") == known
    others = [lot("school-02", MONDAY, "S-1"), lot("school-01", day(5), "S-1"), lot("school-01", MONDAY, "S-2")]
    assert len({known, *others}) == 4


# A talk found it, or something came in afterwards: that does not undo that the student was drawn.
HELD = talk(-1, WATCH, **AUDIT)
DRAWN: list[tuple[str, tuple[Word, ...], dict[str, Any], bool]] = [
    ("nothing known", (), {}, True),
    ("关注 by the model", (), {"model": WATCH}, True),
    ("重点 by the model", (), {"model": PRIORITY}, False),
    ("关注 by a person", (talk(-9, WATCH),), {}, True),
    ("重点 by a person", (talk(-9, PRIORITY),), {}, False),
    ("a stranger", (), {"stranger": True}, False),
    ("declined", (), {"withdrawn": {"screening": day(-9)}}, False),
    ("another consent taken back", (), {"withdrawn": {"research": day(-9)}}, True),
    ("suspended", (), {"assessment": assessment("S-1", suspended_since=day(-9))}, False),
    ("at school", (), {"assessment": assessment("S-1")}, True),
    ("open evidence of 关注", (), {"pieces": [piece(rule(level=WATCH))]}, False),
    ("closed evidence", (talk(0, WATCH),), {"pieces": [piece(rule())]}, True),
    ("an open report", (), {"pieces": [piece(lead())]}, False),
    ("a report looked into", (), {"pieces": [piece(lead(known_on=day(-9)))], "contacts": (contact(-1),)}, True),
    ("lowered from 危机", (talk(-9, CRISIS), talk(-7, WATCH, "A", "B")), {}, False),
    ("in review", (event(-9, CRISIS),), {}, False),
    ("talk held", (HELD,), {}, True),
    ("talk held, found 重点", (talk(-1, PRIORITY, **AUDIT),), {}, True),
    ("talk held, found 危机", (talk(-1, CRISIS, **AUDIT),), {}, True),
    ("talk held, evidence since", (HELD,), {"pieces": [piece(rule(on=0))]}, True),
    ("talk held, a report since", (HELD,), {"pieces": [piece(lead())]}, True),
    ("talk held, the model says 关注", (talk(-1, PRIORITY, **AUDIT),), {"model": WATCH}, True),
    ("talk held, the model says 重点", (HELD,), {"model": PRIORITY}, False),
    ("talk held, suspended", (HELD,), {"assessment": assessment("S-1", suspended_since=day(-9))}, False),
    ("talk held, declined", (HELD,), {"withdrawn": {"screening": day(-9)}}, False),
    ("talk held, a stranger", (HELD,), {"stranger": True}, False),
    ("talk held last week, found 重点", (talk(-3, PRIORITY, **AUDIT),), {}, False),
]  # fmt: skip


@pytest.mark.parametrize(("said", "fields", "expected"), [row[1:] for row in DRAWN], ids=[row[0] for row in DRAWN])
def test_who_may_be_drawn(said: tuple[Word, ...], fields: dict[str, Any], expected: bool) -> None:
    assert may_be_drawn(present(*said, **fields), NOW) is expected


@pytest.mark.parametrize(
    ("said", "done"),
    [
        ((), False),
        ((talk(-2, **AUDIT),), True),
        ((talk(-3, **AUDIT),), False),
        ((talk(0),), False),
        ((talk(0, by=None, **AUDIT),), False),
        ((event(0, WATCH, **AUDIT),), False),
        ((talk(-9, **AUDIT), talk(-2, **AUDIT)), True),
    ],
)
def test_whose_talk_of_this_week_is_recorded(said: tuple[Word, ...], done: bool) -> None:
    assert talk_done(present(*said), NOW) is done
    assert talk_done(present(*said), NOW + timedelta(days=7)) is False


def test_the_places_by_lot_are_given_to_those_who_may_be_drawn_and_a_held_talk_keeps_its_place() -> None:
    a, c = present(student_id="a"), present(student_id="c")
    b, held = present(student_id="b", model=PRIORITY), present(HELD, student_id="held")
    order = [a, b, held, c]
    given = {n: [one.student_id for one in drawn(order, n, NOW)] for n in (-1, 0, 1, 2, 3, 9)}
    assert given == {-1: [], 0: [], 1: ["a"], 2: ["a", "held"], 3: ["a", "held", "c"], 9: ["a", "held", "c"]}


def test_who_is_blind_is_drawn_and_not_spoken_with() -> None:
    them = [present(student_id=f"S-{n}") for n in range(12)]
    by_lot = sorted(them, key=lambda one: lot("school-01", MONDAY, one.student_id))
    first, second = by_lot[0].student_id, by_lot[1].student_id
    for mixed in (them, them[::-1], by_lot):
        assert blind_students(mixed, "school-01", 2, NOW) == {first, second}
        assert blind_students(mixed, "school-01", 0, NOW) == frozenset()
    held = [present(HELD, student_id=first) if one.student_id == first else one for one in them]
    assert blind_students(held, "school-01", 1, NOW) == frozenset(), "no other is drawn for it"
    assert blind_students(held, "school-01", 2, NOW) == {second}
