"""How the week's places are given out, who stands below, and which deadlines the hours cannot meet."""

from datetime import datetime
from itertools import permutations
from typing import Any

import pytest

from data_schemas.codes import Selection
from models.assessment import DataQuality, Retest
from models.triage import Present, plan_week, strengths_of
from models.triage.lots import lot
from models.triage.week import Week, by_total, hours_for, places, slots_of
from tests.factories import assessment, floor, words
from tests.triage_facts import (
    NOW,
    POLICY,
    PRIORITY,
    TIER,
    WATCH,
    at,
    day,
    event,
    piece,
    present,
    rule,
    talk,
)

BY_TIER = floor("phq9-total-15", TIER[PRIORITY], severity=0, evidence_on=day(-9), known_on=day(-9))
MONDAY = day(-2)


@pytest.mark.parametrize(
    ("slots", "given"),
    [(1, (0, 0)), (2, (0, 0)), (3, (1, 1)), (10, (1, 1)), (14, (1, 1)), (16, (2, 2)), (20, (2, 2)), (30, (3, 3))],
)
def test_how_many_places_are_for_concerns_and_for_lots(slots: int, given: tuple[int, int]) -> None:
    assert places(slots, POLICY) == given
    bare = POLICY.model_copy(update={"list": POLICY.list.model_copy(update={"concern_slots": 0})})
    assert places(slots, bare) == (0, given[1])


def test_hours_and_interviews() -> None:
    assert [slots_of(hours, POLICY) for hours in (0, 0.5, 0.75, 1.49, 1.5, 7.5)] == [1, 1, 1, 1, 2, 10]
    assert [hours_for(minutes) for minutes in (0, 1, 30, 31, 60, 61)] == [0, 0.5, 0.5, 1, 1, 1.5]


TOTALS: list[tuple[str, Present, bool]] = [
    ("a total", present(severity=0.5), True),
    ("a low one", present(severity=0.01), True),
    ("none", present(severity=0.0), False),
    ("a stranger", present(severity=0.5, stranger=True), False),
    ("urgent", present(severity=0.5, pieces=[piece()]), False),
    ("in review", present(event(0), severity=0.5), False),
    ("old sheets alone", present(severity=0.5, pieces=[piece(rule(history=True))]), False),
    ("spoken with", present(talk(-90), severity=0.5), False),
    ("an unnamed talk", present(talk(-90, by=None), severity=0.5), True),
]


@pytest.mark.parametrize(("one", "counts"), [row[1:] for row in TOTALS], ids=[row[0] for row in TOTALS])
def test_whose_total_may_fill_a_place(one: Present, counts: bool) -> None:
    assert by_total([one], set(), 1) == ([one] if counts else [])
    assert by_total([one], {"S-1"}, 1) == []
    assert by_total([one], {"S-2"}, 0) == []


def test_the_highest_totals_go_first_and_ties_by_id() -> None:
    them = [
        present(student_id=name, severity=total) for name, total in (("c", 0.5), ("b", 0.5), ("a", 0.4), ("d", 0.9))
    ]
    for order in permutations(them):
        ids = {most: [one.student_id for one in by_total(order, set(), most)] for most in (-1, 0, 2, 9)}
        assert ids == {-1: [], 0: [], 2: ["d", "b"], 9: ["d", "b", "c", "a"]}


def planned(everyone: list[Present], slots: int, by_model: bool = True, now: datetime = NOW) -> Week:
    return plan_week(everyone, strengths_of(everyone), "school-01", slots, by_model, POLICY, now)


def line(week: Week) -> list[tuple[str, str]]:
    return [(one.student_id, place) for one, place in week.line]


def below(week: Week) -> list[str]:
    return [one.student_id for one in week.below]


def high(n: int, **fields: Any) -> Present:
    return present(student_id=f"H-{n}", model=PRIORITY, margin=-float(n), **fields)


WORRY = rule("R20", WATCH, answer=floor("R20", TIER[WATCH]).answer, own_concern=True)
CONCERN, OTHER = (present(student_id=name, pieces=[piece(WORRY)], margin=-99.0) for name in ("C-1", "C-2"))
LOT = present(student_id="L-1", margin=-999.0)
HIGHS = [high(n) for n in range(6)]
SEEN = present(talk(0), student_id="H-9", model=PRIORITY, margin=99.0)
BY_LOT = Selection.AUDIT.code


def test_places_go_to_the_ranked_to_a_concern_and_to_a_lot() -> None:
    week = planned([CONCERN, LOT, *HIGHS, OTHER], 5)
    assert line(week) == [("H-0", "ranked"), ("H-1", "ranked"), ("H-2", "ranked"), ("C-1", "concern"), ("L-1", BY_LOT)]
    assert (below(week), week.blind) == (["H-3", "H-4", "H-5", "C-2"], frozenset({"L-1"}))
    assert (week.unmet, week.more_minutes) == (3, 3 * 45)


@pytest.mark.parametrize(
    ("everyone", "slots", "expected", "left"),
    [
        ([], 5, [], []),
        (HIGHS[:2], 1, [("H-0", "ranked")], ["H-1"]),
        (HIGHS[:3], 2, [("H-0", "ranked"), ("H-1", "ranked")], ["H-2"]),
        # Nobody's concern: its place goes to the next. Nobody to draw: the place stays free.
        (HIGHS, 5, [(f"H-{n}", "ranked") for n in range(4)], ["H-4", "H-5"]),
        (HIGHS, 3, [("H-0", "ranked"), ("H-1", "ranked")], ["H-2", "H-3", "H-4", "H-5"]),
        # A concern that stands on the line by its rank takes no place of its own.
        ([CONCERN, HIGHS[0]], 5, [("H-0", "ranked"), ("C-1", "ranked")], []),
        ([CONCERN, HIGHS[0], OTHER], 4, [("H-0", "ranked"), ("C-1", "ranked"), ("C-2", "concern")], []),
        ([CONCERN, HIGHS[0], OTHER], 3, [("H-0", "ranked"), ("C-1", "concern")], ["C-2"]),
        # Who was seen to stands below, in order.
        ([SEEN, *HIGHS[:2]], 9, [("H-0", "ranked"), ("H-1", "ranked")], ["H-9"]),
        ([SEEN, *HIGHS[:2]], 1, [("H-0", "ranked")], ["H-9", "H-1"]),
    ],
)
def test_who_stands_where(
    everyone: list[Present], slots: int, expected: list[tuple[str, str]], left: list[str]
) -> None:
    for mixed in (everyone, everyone[::-1]):
        week = planned(mixed, slots)
        assert (line(week), below(week), week.blind) == (expected, left, frozenset())


APART = [
    present(student_id="urgent", pieces=[piece()], model=PRIORITY, severity=0.9),
    present(event(0), student_id="review", severity=0.9),
    present(student_id="old", pieces=[piece(rule(history=True))], severity=0.9),
    present(student_id="stranger", model=PRIORITY, stranger=True, severity=0.9),
]


@pytest.mark.parametrize("by_model", [True, False])
def test_who_stands_above_or_apart_never_takes_a_place(by_model: bool) -> None:
    week = planned([*APART, *HIGHS[:1]], 10, by_model)
    assert (line(week), below(week), week.unmet) == ([("H-0", "ranked")], [], 0)


def test_without_a_model_totals_fill_the_places_that_rules_leave_free() -> None:
    raised = present(student_id="R-1", pieces=[piece(BY_TIER)])
    totals = [present(student_id=f"T-{n}", severity=0.1 * n) for n in range(1, 9)]
    by_lot = sorted([*totals, raised], key=lambda one: lot("school-01", MONDAY, one.student_id))
    blind = next(one.student_id for one in by_lot if one is not raised)
    free = [f"T-{n}" for n in range(8, 0, -1) if f"T-{n}" != blind]
    week = planned([raised, *totals], 5, by_model=False)
    assert line(week) == [(who, "ranked") for who in ("R-1", *free[:3])] + [(blind, BY_LOT)]
    assert below(week) == [free[3]], "as many as there are places, no more"
    ranked_by_model = planned([raised, *totals], 5)
    assert line(ranked_by_model) == [("R-1", "ranked"), (blind, BY_LOT)]


def test_who_is_on_the_line_or_drawn_fills_no_place_by_a_total_as_well() -> None:
    raised = present(student_id="R-1", pieces=[piece(BY_TIER)], severity=0.9)
    assert line(planned([raised], 5, by_model=False)) == [("R-1", "ranked")]
    drawn = present(student_id="L-1", severity=0.9)
    assert line(planned([drawn], 5, by_model=False)) == [("L-1", BY_LOT)]
    week = planned([raised, drawn], 5, by_model=False)
    assert (line(week), below(week)) == ([("R-1", "ranked"), ("L-1", BY_LOT)], [])


def test_who_was_drawn_is_not_ranked_as_well() -> None:
    watched = [present(student_id=f"W-{n}", model=WATCH, margin=float(-n)) for n in range(6)]
    for slots in (1, 3, 5, 9):
        week = planned(watched, slots)
        names = [who for who, _ in line(week)] + below(week)
        assert sorted(names) == [f"W-{n}" for n in range(6)]
        assert [who for who, place in line(week) if place == BY_LOT] == sorted(week.blind)
        assert len(week.blind) == (1 if slots > 2 else 0)


@pytest.mark.parametrize(
    ("since", "unmet"),
    [(at(1), 0), (at(2), 0), (at(0), 1), (at(-1), 1), (at(-30), 1)],  # two school days after: Monday, Tuesday; Friday …
)
def test_deadlines_of_this_week_that_its_places_cannot_meet(since: datetime, unmet: int) -> None:
    week = planned([high(0), high(1, model_since=since)], 1)
    assert (line(week), below(week)) == ([("H-0", "ranked")], ["H-1"])
    assert (week.unmet, week.more_minutes) == (unmet, 45 * unmet)
    none = present(student_id="H-1", model=PRIORITY, model_since=None, margin=-9.0)
    assert planned([high(0), none], 1).unmet == 0
    seen = high(1, model_since=since)
    assert planned([high(0), seen], 2).unmet == 0


@pytest.mark.parametrize(("sheet", "unmet"), [(-10, 1), (-9, 0)])
def test_the_week_ends_on_sunday_night(sheet: int, unmet: int) -> None:
    """A questionnaire is to be repeated within 14 days: by Sunday, or by Monday."""
    again = DataQuality("low", (Retest("phq9", "stale", words("复测")),))
    said = assessment("H-1", as_of=day(sheet), instruments=(), data_quality=again)
    waits = high(1, model_since=at(1), assessment=said)
    assert planned([high(0), waits], 1).unmet == unmet
