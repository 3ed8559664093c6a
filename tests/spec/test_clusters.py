"""A note of a cluster is told of what is unusual for the unit, and of nothing else."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from models.clusters import (
    CLASS,
    HISTORY,
    LEAVE,
    REPORT,
    SCHOOL,
    SHEET,
    WINDOW,
    Cluster,
    Happened,
    WatchedUnit,
    unusual,
)

TODAY = date(2026, 11, 20)
CLASSES = {f"八({n})班": frozenset(f"S-{n}-{place}" for place in range(45)) for n in range(1, 7)}
EVERYONE = sorted(who for members in CLASSES.values() for who in members)
UNITS = (
    *(WatchedUnit(CLASS, name, who) for name, who in CLASSES.items()),
    WatchedUnit(SCHOOL, "school-01", frozenset(EVERYONE)),
)


def usual(kind: str, days: int = HISTORY + 2 * WINDOW, a_day: int = 1, seed: int = 7) -> list[Happened]:
    """A year in which something comes in every day, whoever it is about."""
    chance = random.Random(seed)
    return [
        Happened(who, kind, TODAY - timedelta(days=back))
        for back in range(days)
        for who in chance.sample(EVERYONE, a_day)
    ]


def in_class(kind: str, students: int, name: str = "八(3)班", back: Sequence[int] = (0, 1, 2)) -> list[Happened]:
    return [
        Happened(who, kind, TODAY - timedelta(days=back[place % len(back)]))
        for place, who in enumerate(sorted(CLASSES[name])[:students])
    ]


def told(found: Sequence[Cluster]) -> list[tuple[str, str]]:
    return [(one.unit.unit_id, one.kind) for one in found]


@pytest.mark.parametrize("kind", [REPORT, SHEET, LEAVE])
def test_many_in_one_class_are_told_and_the_usual_are_not(kind: str) -> None:
    assert unusual(usual(kind), UNITS, TODAY) == ()
    found, *_ = unusual([*usual(kind), *in_class(kind, 14)], UNITS, TODAY)
    assert told([found]) == [("八(3)班", kind)]
    assert found.students >= 14
    assert found.expected < 5


def test_a_few_reports_are_many_where_there_are_none_otherwise() -> None:
    first = Happened(EVERYONE[0], REPORT, TODAY - timedelta(days=HISTORY + WINDOW))
    assert told(unusual([first, *in_class(REPORT, 3)], UNITS, TODAY)) == [("八(3)班", REPORT), ("school-01", REPORT)]
    assert unusual([first, *in_class(REPORT, 2)], UNITS, TODAY) == (), "two students are no cluster"


def test_a_wave_in_the_whole_school_is_no_cluster_of_a_class() -> None:
    everywhere = [one for name in CLASSES for one in in_class(SHEET, 12, name)]
    assert not any(one.unit.kind == CLASS for one in unusual([*usual(SHEET), *everywhere], UNITS, TODAY))


def test_nothing_is_told_without_24_weeks_on_record() -> None:
    short = usual(LEAVE, HISTORY + WINDOW - 1)
    assert unusual([*short, *in_class(LEAVE, 20)], UNITS, TODAY) == ()
    long = usual(LEAVE, HISTORY + WINDOW)
    assert told(unusual([*long, *in_class(LEAVE, 20)], UNITS, TODAY))


def test_what_came_before_the_fortnight_or_is_known_later_does_not_count() -> None:
    early = in_class(LEAVE, 14, back=(WINDOW, WINDOW + 1))
    later = in_class(LEAVE, 14, back=(-1, -2))
    assert unusual([*usual(LEAVE), *early], UNITS, TODAY) == ()
    assert unusual([*usual(LEAVE), *later], UNITS, TODAY) == ()


def test_a_student_counts_once() -> None:
    often = [Happened("S-3-0", REPORT, TODAY - timedelta(days=back)) for back in range(WINDOW)]
    assert unusual([*usual(REPORT), *often], UNITS, TODAY) == ()
