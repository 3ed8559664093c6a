"""Leave as it was miscounted elsewhere: its days, the longest, what lies in the second term, and marks of lateness."""

from datetime import date
from typing import NamedTuple

import pytest

from tests.spec.test_leave_features import features
from tests.students import Row, leave

AS_OF = date(2026, 3, 31)


def march(first: int, last: int | None = None, kind: str = "sick", **more: object) -> Row:
    return leave(date(2026, 3, first), date(2026, 3, last or first), kind, **more)


class Counted(NamedTuple):
    days: float
    longest: float
    term: float
    marks: float = 0


CASES: dict[str, tuple[list[Row], Counted]] = {
    "two days apart": ([march(11), march(17)], Counted(2, 1, 2)),
    "over a weekend": ([march(20, 23)], Counted(2, 2, 2)),
    "over the winter holidays": ([leave(date(2026, 1, 21), date(2026, 2, 28))], Counted(8, 8, 5)),
    "half a make-up Saturday": ([leave(date(2026, 2, 28), half_days=1)], Counted(0.5, 1, 0.5)),
    "late twice a day": ([march(24, kind="late"), march(24, kind="late")], Counted(0, 0, 0, 1)),
    "sick, then personal": ([march(24, half_days=1), march(24, kind="personal", half_days=1)], Counted(1, 1, 1)),
    "shortened later": (
        [march(9, 20, recorded_on=date(2026, 3, 8)), march(9, 10, recorded_on=date(2026, 3, 11))],
        Counted(2, 2, 2),
    ),
    "a weekend": ([march(21, 22)], Counted(0, 0, 0)),
    "the same half twice": ([march(24, half_days=1), march(24, half_days=1)], Counted(0.5, 1, 0.5)),
    "not yet begun": ([leave(date(2026, 4, 7), date(2026, 4, 10), recorded_on=date(2026, 3, 30))], Counted(0, 0, 0)),
}


@pytest.mark.parametrize("case", CASES)
def test_leave_is_counted_in_school_days(case: str) -> None:
    rows, right = CASES[case]
    for order in (rows, rows[::-1]):
        found = features(*order, as_of=AS_OF)
        names = ("leave_days_365", "longest_leave_365", "leave_days_term", "late_early_20")
        assert Counted(*(found[name] for name in names)) == right
