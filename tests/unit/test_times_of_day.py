"""Days with a time as platforms write them, and the halves of school days between two of them."""

from datetime import date, datetime

import pytest

from data_schemas.cells import BadCell, day, moment, value_of
from data_schemas.tables import TABLES
from data_schemas.times_of_day import halves_away

END, HALVES = TABLES["leaves"].column("end_on"), TABLES["leaves"].column("half_days")


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2026-03-23T16:00:00Z", datetime(2026, 3, 24)),
        ("2026-03-24T00:00:00+08:00", datetime(2026, 3, 24)),
        ("2026-03-24 01:30 +0900", datetime(2026, 3, 24, 0, 30)),
        ("2026-03-23 18:30:15.250 GMT-4", datetime(2026, 3, 24, 6, 30, 15)),
        ("1774281600000", datetime(2026, 3, 24)),
        ("1774281600", datetime(2026, 3, 24)),
        ("2026-03-24 下午2:30", datetime(2026, 3, 24, 14, 30)),
        ("2026/3/24 2:30 PM", datetime(2026, 3, 24, 14, 30)),
        ("2026-03-24 12:15 am", datetime(2026, 3, 24, 0, 15)),
        ("2026年3月24日 上午9:05", datetime(2026, 3, 24, 9, 5)),
        ("2026-03-24 24:00", datetime(2026, 3, 25)),
    ],
)
def test_a_time_is_read_as_local_time(text: str, local: datetime) -> None:
    assert moment(text) == local


def test_a_day_is_the_one_that_it_is_at_the_school() -> None:
    assert day("2026-03-24T16:30:00Z") == date(2026, 3, 25)
    assert day("2026-03-24 24:00") == date(2026, 3, 24), "24:00 is the end of a day"
    assert (day("2026-03-24 上午"), day("2026-03-24 下午")) == (date(2026, 3, 24),) * 2


@pytest.mark.parametrize("text", ["2026-03-24 25:00", "2026-03-24 Z", "2026-03-24 noon", "2026-03-24 8:30-12:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match=r"not a date|no such time"):
        moment(text)


@pytest.mark.parametrize("text", ["0209-03-24", "3026-03-24"])
def test_a_year_that_nobody_means_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match=f"the year {text[:4]} is hardly meant"):
        day(text)


@pytest.mark.parametrize("text", ["至今", "今", "Present", "-"])
def test_leave_until_now_has_no_end(text: str) -> None:
    assert value_of(text, END) is None
    with pytest.raises(BadCell, match="not a date"):
        value_of(text, TABLES["leaves"].column("start_on"))


@pytest.mark.parametrize(
    ("text", "halves"), [("0.5天", 1), ("1 天", 2), ("4小时", 1), ("4.5小时", 2), ("8h", 2), ("3", 3)]
)
def test_a_length_of_time_is_read_by_its_unit(text: str, halves: int) -> None:
    assert value_of(text, HALVES) == halves


@pytest.mark.parametrize(
    ("start", "end", "last", "halves"),
    [
        ("2026-03-24 08:00", "2026-03-24 12:00", date(2026, 3, 24), 1),
        ("2026-03-24 13:30", "2026-03-24 17:30", date(2026, 3, 24), 1),
        ("2026-03-24 00:00", "2026-03-25 00:00", date(2026, 3, 24), None),
        ("2026-03-24 08:00", "2026-03-24 17:30", date(2026, 3, 24), None),
        ("2026-03-24 13:30", "2026-03-25 12:00", date(2026, 3, 25), 2),
        ("2026-03-24 上午", "2026-03-24 下午", date(2026, 3, 24), None),
        ("2026-03-24 12:10", "2026-03-24 12:40", date(2026, 3, 24), 1),
        ("2026-03-27 14:00", "2026-03-30 11:30", date(2026, 3, 30), 2),  # Friday to Monday
    ],
)
def test_halves_between_two_times(start: str, end: str, last: date, halves: int | None) -> None:
    assert halves_away(moment(start), moment(end))[:2] == (last, halves)
