"""Which hours a roster leaves without anybody, who is rung in which order, and turns that a page changes."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_schemas.calendar import default_calendar
from data_schemas.codes import DutyRole
from data_schemas.duty import DutySpan
from data_schemas.zone import CHINA
from models.duty import DutyStatement, OnDuty, clashes, in_force, make_duty
from models.duty_cover import COVERS, DutyGap, DutyHours, gaps, hours_by_kind, hours_of, kind_of_day, term_end
from models.policy import read_policy

C, D, P, Z, ON_CALL = DutyRole.COUNSELOR, DutyRole.DEPUTY, DutyRole.PRINCIPAL, DutyRole.CENTRE, DutyRole.ON_CALL
SCHOOL, POLICY = default_calendar(), read_policy().duty
LESSONS, EVENING, WEEKEND, HOLIDAY = DutyHours


def at(day: int, hour: int = 0) -> datetime:
    """November 2026; the 23rd is a Monday."""
    return datetime(2026, 11, day, tzinfo=CHINA) + timedelta(hours=hour)


def turn(first: datetime, last: datetime, role: DutyRole = C, person: str = "王老师") -> DutySpan:
    return DutySpan("A", person, role, None, first, last)


def found(*spans: DutySpan, first: datetime, last: datetime) -> list[tuple[datetime, datetime, DutyHours]]:
    return [(one.starts_at, one.ends_at, one.hours) for one in gaps(spans, first, last, SCHOOL, POLICY)]


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 11, 23), LESSONS),
        (date(2026, 11, 28), WEEKEND),
        (date(2026, 10, 1), HOLIDAY),  # 国庆
        (date(2026, 7, 15), HOLIDAY),  # outside of terms
        (date(2026, 7, 18), HOLIDAY),  # a Saturday of the summer
    ],
)
def test_the_kind_of_a_day(day: date, kind: DutyHours) -> None:
    assert kind_of_day(day, SCHOOL) is kind


def test_the_hours_of_a_day_are_all_of_it() -> None:
    assert [(one.starts_at.hour, one.hours) for one in hours_of(date(2026, 11, 23), SCHOOL, POLICY)] == [
        (0, EVENING),
        (8, LESSONS),
        (17, EVENING),
    ]
    assert [one.hours for one in hours_of(date(2026, 11, 28), SCHOOL, POLICY)] == [WEEKEND]
    early = POLICY.model_copy(update={"lessons_from": time(0)})
    assert [one.hours for one in hours_of(date(2026, 11, 23), SCHOOL, early)] == [LESSONS, EVENING]


def test_a_gap_is_told_by_its_kind_and_runs_through_the_night() -> None:
    lessons = [turn(at(day, 8), at(day, 17)) for day in (23, 24)]
    assert found(*lessons, first=at(23, 8), last=at(25)) == [
        (at(23, 17), at(24, 8), EVENING),
        (at(24, 17), at(25), EVENING),
    ]


def test_in_lessons_an_on_call_person_does_not_cover_and_at_other_times_does() -> None:
    whole = turn(at(23), at(24), ON_CALL)
    assert found(whole, first=at(23), last=at(24)) == [(at(23, 8), at(23, 17), LESSONS)]
    assert found(turn(at(28), at(29), ON_CALL), first=at(28), last=at(29)) == []
    assert found(turn(at(23), at(24), Z), first=at(23), last=at(24)) == []


def test_without_a_roster_everything_is_a_gap_and_hours_are_counted_by_kind() -> None:
    every = gaps([], at(27), at(30), SCHOOL, POLICY)
    assert [one.hours for one in every] == [EVENING, LESSONS, EVENING, WEEKEND]
    assert hours_by_kind(every) == {LESSONS: 9, EVENING: 15, WEEKEND: 48}
    assert list(hours_by_kind(every)) == [LESSONS, EVENING, WEEKEND]
    assert every[1].length == timedelta(hours=9)
    assert hours_by_kind([]) == {}


def test_the_end_of_a_term() -> None:
    assert term_end(date(2026, 11, 23), SCHOOL) == date(2027, 1, 25)
    assert term_end(date(2026, 7, 15), SCHOOL) is None


START = at(26)  # a Thursday; with the weekend behind it


@st.composite
def rosters(draw: st.DrawFn) -> list[DutySpan]:
    """Turns on whole hours of four days, of any roles, overlapping as they like."""
    spans = []
    for _ in range(draw(st.integers(0, 8))):
        first = draw(st.integers(0, 95))
        last = first + draw(st.integers(1, 30))
        role = draw(st.sampled_from(list(DutyRole)))
        spans.append(turn(START + timedelta(hours=first), START + timedelta(hours=last), role))
    return spans


@given(rosters(), st.integers(0, 40), st.integers(0, 96))
def test_gaps_are_those_of_a_walk_hour_by_hour(spans: list[DutySpan], skipped: int, hours: int) -> None:
    first = START + timedelta(hours=skipped)
    made: list[DutyGap] = gaps(spans, first, START + timedelta(hours=hours), SCHOOL, POLICY)
    inside = {
        one.starts_at + timedelta(hours=n): one.hours for one in made for n in range(one.length // timedelta(hours=1))
    }
    walked = {}
    for n in range(skipped, hours):
        moment = START + timedelta(hours=n)
        parts = hours_of(moment.date(), SCHOOL, POLICY)
        kind = next(one.hours for one in parts if one.starts_at <= moment < one.ends_at)
        there = [one for one in spans if one.role in COVERS[kind] and one.starts_at <= moment < one.ends_at]
        if not there:
            walked[moment] = kind
    assert inside == walked
    assert all(one.ends_at != two.starts_at or one.hours is not two.hours for one, two in pairwise(made))


STANDING = (OnDuty("周校长", D, "3"), OnDuty("校长", P, "4"), OnDuty("区县心理中心", Z, "12356"))
WEEK = [
    turn(at(23, 8), at(23, 17)),
    turn(at(23, 12), at(24, 8), ON_CALL, "李老师"),
    turn(at(23, 8), at(23, 17), D, "陈校长"),
]


@pytest.mark.parametrize(
    ("moment", "standing", "people"),
    [
        (at(23, 9), STANDING, ["王老师", "陈校长", "周校长", "校长", "区县心理中心"]),
        (at(23, 13), STANDING, ["王老师", "李老师", "陈校长", "周校长", "校长", "区县心理中心"]),
        (at(23, 20), STANDING, ["李老师", "周校长", "校长", "区县心理中心"]),
        (at(24, 9), STANDING, ["周校长", "校长", "区县心理中心"]),
        (at(24, 9), (), []),
        (at(23, 9), (), ["王老师", "陈校长"]),
    ],
)
def test_who_is_rung_one_after_the_other(moment: datetime, standing: tuple[OnDuty, ...], people: list[str]) -> None:
    assert [one.name for one in make_duty(WEEK, standing).people_at(moment)] == people


def test_nobody_is_rung_twice() -> None:
    standing = (OnDuty("王老师", D, None), OnDuty("王老师", P, "4"))
    rung = make_duty([turn(at(23, 8), at(23, 17))], standing).people_at(at(23, 9))
    assert [(one.role, one.phone) for one in rung] == [(C, None), (P, "4")]


def test_a_page_changes_one_turn_and_leaves_the_others() -> None:
    monday, deputy, night = turn(at(23, 8), at(23, 17)), turn(at(23, 8), at(23, 17), D), turn(at(22, 17), at(23, 8))
    other = turn(at(23, 9), at(23, 17), person="陈老师")
    stands = [DutyStatement([night, monday, deputy]), DutyStatement(taken_out=[monday], added=[other])]
    assert in_force(stands) == [night, deputy, other]
    assert in_force([*stands, DutyStatement(taken_out=[other])]) == [night, deputy]


def test_turns_clash_in_one_role_alone_and_not_where_they_touch() -> None:
    monday = turn(at(23, 8), at(23, 12))
    again, after, deputy = turn(at(23, 11), at(23, 13)), turn(at(23, 12), at(23, 13)), turn(at(23, 8), at(23, 12), D)
    assert clashes([monday], [again, after, deputy]) == [again, after]
    assert clashes([monday], [after, deputy]) == []
    assert clashes([], [monday, again]) == [again]
