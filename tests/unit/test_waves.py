"""What a wave is expected to bring, what a day can hold, and how classes are spread."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_schemas.calendar import default_calendar
from data_schemas.codes import DutyRole
from data_schemas.duty import DutySpan
from data_schemas.zone import CHINA
from models.policy import read_policy
from models.waves import (
    DayFault,
    RateFrom,
    WaveClass,
    WaveCount,
    WaveDay,
    is_too_full,
    loads,
    moves_that_help,
    spread,
    wave_class,
    wave_day,
)

POLICY, SCHOOL = read_policy(), default_calendar()
MONDAY = date(2026, 11, 23)
DAYS = [MONDAY + timedelta(days=n) for n in range(4)]


def turn(first: int, last: int, role: DutyRole = DutyRole.COUNSELOR, person: str = "王老师") -> DutySpan:
    """Hours of that Monday."""
    start = datetime(2026, 11, 23, tzinfo=CHINA)
    return DutySpan("A", person, role, None, start + timedelta(hours=first), start + timedelta(hours=last))


@pytest.mark.parametrize(
    ("mine", "school", "expected", "rate_from"),
    [
        (WaveCount(), WaveCount(), 40 * 0.09, RateFrom.PUBLISHED),
        (WaveCount(19, 1), WaveCount(19, 1), 40 * 0.09, RateFrom.PUBLISHED),
        (WaveCount(19, 19), WaveCount(980, 98.2), 40 * 0.1, RateFrom.SCHOOL),  # 98.2 + 20 × 0.09 of 1,000
        (WaveCount(40, 8), WaveCount(980, 98.2), 40 * (8 + 2) / 60, RateFrom.CLASS),
        (WaveCount(40, 0), WaveCount(980, 98.2), 40 * 2 / 60, RateFrom.CLASS),  # none found is not none to come
    ],
)
def test_what_to_expect_of_a_class(mine: WaveCount, school: WaveCount, expected: float, rate_from: RateFrom) -> None:
    found = wave_class("七(1)班", {"junior": 40}, mine, school, POLICY)
    assert found == WaveClass("七(1)班", 40, pytest.approx(expected), rate_from)


def test_published_shares_go_by_stage() -> None:
    found = wave_class("混", {"primary": 10, "senior": 20}, WaveCount(), WaveCount(), POLICY)
    assert found.expected == pytest.approx(10 * 0.05 + 20 * 0.11)
    assert wave_class("空", {}, WaveCount(), WaveCount(500, 50), POLICY).expected == 0


@pytest.mark.parametrize(
    ("spans", "people", "capacity", "uncovered", "fault"),
    [
        ([turn(8, 17)], ("王老师",), 6, 0, None),  # 120 minutes at 20 each
        ([turn(8, 9)], ("王老师",), 3, 1, None),  # there for one hour
        ([turn(8, 9), turn(9, 10, person="陈老师")], ("王老师", "陈老师"), 6, 1, None),
        ([turn(6, 8)], (), 0, 1, DayFault.NOBODY),  # gone before lessons
        ([turn(8, 17, DutyRole.ON_CALL)], (), 0, 1, DayFault.NOBODY),
        ([turn(8, 17, DutyRole.DEPUTY)], (), 0, 0, None),  # somebody is there who holds no checks
        ([], (), 0, 1, DayFault.NOBODY),
    ],
)
def test_what_a_day_can_hold(
    spans: list[DutySpan], people: tuple[str, ...], capacity: int, uncovered: int, fault: DayFault | None
) -> None:
    day = wave_day(MONDAY, spans, SCHOOL, POLICY, MONDAY)
    assert (day.people, day.capacity, len(day.uncovered), day.fault) == (people, capacity, uncovered, fault)


def test_whose_turns_count_is_the_operators_to_say() -> None:
    waves = POLICY.waves.model_copy(update={"check_roles": ("counselor", "on_call")})
    spans = [turn(8, 17), turn(8, 17, DutyRole.ON_CALL, "李老师")]
    day = wave_day(MONDAY, spans, SCHOOL, POLICY.model_copy(update={"waves": waves}), MONDAY)
    assert (day.people, day.capacity) == (("王老师", "李老师"), 12)


def test_no_class_goes_to_a_day_that_is_over_or_without_school() -> None:
    assert wave_day(MONDAY, [turn(8, 17)], SCHOOL, POLICY, DAYS[1]).fault is DayFault.PAST
    assert wave_day(MONDAY, [], SCHOOL, POLICY, DAYS[1]).fault is DayFault.PAST
    assert wave_day(MONDAY + timedelta(days=5), [turn(8, 17)], SCHOOL, POLICY, MONDAY).fault is DayFault.NO_SCHOOL


def a_class(name: str, expected: float) -> WaveClass:
    return WaveClass(name, 40, expected, RateFrom.SCHOOL)


def a_day(place: int, capacity: int, fault: DayFault | None = None) -> WaveDay:
    return WaveDay(DAYS[place], (), capacity, (), fault)


def test_classes_are_spread_where_there_is_room_and_never_on_a_refused_day() -> None:
    classes = [a_class(name, 3) for name in "abcd"]
    days = [a_day(0, 6), a_day(1, 99, DayFault.NOBODY), a_day(2, 6)]
    plan = spread(classes, days)
    assert plan == {"a": DAYS[0], "b": DAYS[2], "c": DAYS[0], "d": DAYS[2]}
    assert loads(classes, plan, DAYS[:3]) == {DAYS[0]: 6, DAYS[1]: 0, DAYS[2]: 6}
    assert spread(classes, [a_day(0, 6, DayFault.NOBODY)]) == {}


def test_a_day_that_is_too_full_is_told_with_what_helps() -> None:
    classes = [a_class("a", 4), a_class("b", 2), a_class("c", 3)]
    days = [a_day(0, 6), a_day(1, 2), a_day(2, 6, DayFault.NOBODY)]
    plan = dict.fromkeys("abc", DAYS[0])
    assert is_too_full(days[0], 9)
    assert not is_too_full(days[0], 6)
    moves, left = moves_that_help(classes, plan, days)
    assert [(one.class_id, one.from_day, one.to_day) for one in moves] == [("b", DAYS[0], DAYS[1])]
    assert left == pytest.approx(1)
    assert moves_that_help(classes, {}, days) == ((), 0)


def test_classes_on_a_day_that_is_refused_by_now_are_moved_as_well() -> None:
    days = [a_day(0, 6, DayFault.NOBODY), a_day(1, 6)]
    moves, left = moves_that_help([a_class("a", 4), a_class("b", 3)], dict.fromkeys("ab", DAYS[0]), days)
    assert [(one.class_id, one.to_day) for one in moves] == [("b", DAYS[1])]
    assert left == pytest.approx(4)


COUNTS = st.lists(st.integers(0, 80).map(lambda one: one / 10), min_size=1, max_size=12)
ROOMS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from([None, None, DayFault.NOBODY])), min_size=1, max_size=4)


@given(COUNTS, ROOMS, st.randoms(use_true_random=False))
def test_moves_empty_full_days_and_fill_no_other(
    expected: list[float], rooms: list[tuple[int, DayFault | None]], chance: object
) -> None:
    classes = [a_class(f"{n}", one) for n, one in enumerate(expected)]
    days = [a_day(n, capacity, fault) for n, (capacity, fault) in enumerate(rooms)]
    there = [one.day for one in days if one.fault is None]
    if not there:
        return
    plan = {one.class_id: chance.choice(there) for one in classes}  # type: ignore[attr-defined]
    before = loads(classes, plan, [one.day for one in days])
    moves, left = moves_that_help(classes, plan, days)
    for move in moves:
        assert plan[move.class_id] == move.from_day
        plan[move.class_id] = move.to_day
    after = loads(classes, plan, [one.day for one in days])
    for day in days:
        assert day.fault is None or after[day.day] == before[day.day] == 0
        if not is_too_full(day, before[day.day]):
            assert not is_too_full(day, after[day.day])
    over = sum(max(0.0, after[one.day] - one.capacity) for one in days)
    assert left == pytest.approx(over)


@given(COUNTS, ROOMS)
def test_every_class_gets_a_day_where_there_is_one(expected: list[float], rooms: list[tuple[int, None]]) -> None:
    classes = [a_class(f"{n}", one) for n, one in enumerate(expected)]
    days = [a_day(n, capacity, fault) for n, (capacity, fault) in enumerate(rooms)]
    there = {one.day for one in days if one.fault is None}
    plan = spread(classes, days)
    assert set(plan.values()) <= there
    assert set(plan) == ({one.class_id for one in classes} if there else set())
