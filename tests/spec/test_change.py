"""Comparison over time: first, last, change in the right direction, and whether it is more than measurement error."""

import math

import pytest

from data_schemas.instruments import change_of, packaged_instruments
from tests.students import AS_OF, by_rules, days_before, eight, phq9, student

KNOWN = packaged_instruments()


@pytest.mark.parametrize(
    ("code", "before", "after", "direction"),
    [
        ("phq9", 9, 17, "worse"),
        ("phq9", 17, 9, "better"),
        ("phq9", 9, 9, "same"),
        ("cdrisc10", 20, 30, "better"),
        ("cdrisc10", 30, 20, "worse"),
        ("kidscreen10", 50, 40, "worse"),
    ],
)
def test_the_direction_is_the_scales_own(code: str, before: float, after: float, direction: str) -> None:
    """A fall of a protective score is worse: "improved" is never read off the sign alone."""
    change = change_of(KNOWN[code], "total", before, after)
    assert (change.points, change.direction) == (after - before, direction)


def test_a_score_without_a_direction_changes_unclearly() -> None:
    assert change_of(KNOWN["mht"], "validity", 2, 6).direction == "unclear"


def test_the_reliable_change_index_is_that_of_jacobson_and_truax() -> None:
    """PHQ-9: two-week retest .80, spread 5: 1.96 is reached between 6 and 7 points."""
    error = 5 * math.sqrt(2 * (1 - 0.80))
    assert change_of(KNOWN["phq9"], "total", 5, 12).index == pytest.approx(7 / error)
    assert change_of(KNOWN["phq9"], "total", 5, 12).reliable
    assert change_of(KNOWN["phq9"], "total", 5, 11).reliable is False
    assert change_of(KNOWN["phq9"], "total", 5, 11, sd=4.0).reliable, "a narrower group of one's own goes before"


def test_without_a_published_reliability_nothing_is_claimed() -> None:
    change = change_of(KNOWN["k10"], "total", 20, 40)
    assert (change.index, change.reliable, change.direction) == (None, None, "worse")


def test_first_previous_and_last_of_a_student() -> None:
    """First, previous and change are of valid sheets of other days; one that cannot be scored is passed over."""
    rows = [
        phq9(0, eight(4), on=days_before(400)),
        phq9(0, eight(9), on=days_before(120)),
        phq9(0, [None, None, None, 3, 3, 3, 3, 3], on=days_before(60)),
        phq9(0, eight(17)),
    ]
    result = by_rules(student(responses=rows)).instruments[0]
    assert (result.first_total, result.first_on) == (4, days_before(400))
    assert (result.previous_total, result.previous_on) == (9, days_before(120))
    assert result.change is not None
    assert (result.change.points, result.change.direction, result.change.reliable) == (8, "worse", True)


@pytest.mark.parametrize(("days", "current"), [(14 + 90, True), (14 + 91, False)])
def test_a_sheet_is_current_for_its_recall_window_and_90_days(days: int, current: bool) -> None:
    said = by_rules(student(responses=[phq9(0, on=days_before(days))]), AS_OF)
    assert said.instruments[0].current is current
    assert ("stale" in {one.why for one in said.data_quality.retest}) is not current
