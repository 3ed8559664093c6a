"""Who is on duty when, and a clock of minutes that runs only while somebody is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_schemas.codes import DutyRole
from data_schemas.duty import DutySpan
from data_schemas.zone import CHINA
from models.duty import ON_DUTY, DutyStatement, OnDuty, in_force, make_duty

C, D, P, Z, ON_CALL = DutyRole.COUNSELOR, DutyRole.DEPUTY, DutyRole.PRINCIPAL, DutyRole.CENTRE, DutyRole.ON_CALL


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


def turn(
    first: datetime, last: datetime, role: DutyRole = C, person: str = "王老师", phone: str | None = None
) -> DutySpan:
    return DutySpan("A", person, role, phone, first, last)


WEEK = [
    turn(at(23, 8), at(23, 12), phone="13800000001"),
    turn(at(23, 13), at(23, 17), person="陈老师"),
    turn(at(23, 10), at(23, 15), D, "李校长"),
    turn(at(23, 17), at(24, 8), ON_CALL, "赵老师", "13800000003"),
    turn(at(24, 8), at(24, 17)),
    turn(at(24, 6), at(24, 20), Z, "区县中心"),
]


@pytest.mark.parametrize(
    ("moment", "people"),
    [
        (at(23, 7, 59), []),
        (at(23, 8), ["王老师"]),
        (at(23, 11), ["王老师", "李校长"]),
        (at(23, 12), ["李校长"]),  # the end is exclusive; the deputy stands in
        (at(23, 13), ["陈老师", "李校长"]),
        (at(23, 17), ["赵老师"]),
        (at(24, 7), ["赵老师", "区县中心"]),  # on call goes before whoever else is there
        (at(24, 9), ["王老师", "区县中心"]),
        (at(24, 20), []),
    ],
)
def test_who_is_named_is_who_is_called_first(moment: datetime, people: list[str]) -> None:
    duty = make_duty(reversed(WEEK))
    found = duty.people_at(moment)
    assert [one.name for one in found] == people
    assert duty.people_at(moment.astimezone(UTC)) == found
    assert not found or duty.who(moment) == found[0].words


def test_who_stands_behind_a_roster_is_named_where_nobody_else_is() -> None:
    head = OnDuty("周校长", P, "138")
    assert make_duty(WEEK, (head,)).who(at(24, 21)).zh == "校长 周校长，电话 138"
    assert make_duty([], (head,)).who(at(1)).zh == "校长 周校长，电话 138"


def test_the_words_say_who_and_how_to_reach_them() -> None:
    duty = make_duty(WEEK)
    assert (duty.who(at(23, 8)).zh, duty.who(at(23, 8)).en) == (
        "值班心理教师 王老师，电话 13800000001",
        "王老师 (counselor on duty), phone 13800000001",
    )
    assert duty.who(at(23, 23)).zh == "随叫随到人员 赵老师，电话 13800000003"
    assert duty.who(at(23, 13)).en == "陈老师 (counselor on duty)", "no phone is known"


def test_without_a_roster_it_is_the_counselor_on_duty_whose_name_nobody_knows() -> None:
    for duty in (make_duty([]), make_duty(WEEK)):
        for moment in (at(1), at(30)):
            assert (duty.who(moment).zh, duty.who(moment).en) == ("值班心理教师", "the counselor on duty")
    gap = make_duty([turn(at(23, 8), at(23, 17)), turn(at(24, 8), at(24, 17))])
    assert gap.who(at(23, 20)).en == "the head of the school (nobody is on the duty roster now)"


@pytest.mark.parametrize(
    ("moment", "minutes", "runs_out"),
    [
        (at(23, 9), 30, at(23, 9, 30)),
        (at(23, 16, 50), 30, at(24, 6, 20)),  # 10 minutes left, 20 from the next morning on
        (at(23, 22), 30, at(24, 6, 30)),  # on call is not on duty
        (at(23, 16, 50), 10, at(23, 17)),  # at the end itself, not the next morning
        (at(23, 7, 50), 30, at(23, 8, 20)),  # before the roster begins it runs
        (at(24, 19, 50), 30, at(24, 20, 20)),  # and after it ends
        (at(24, 21), 30, at(24, 21, 30)),
        (at(10), 60, at(10, 1)),
        (at(23, 22), 0, at(23, 22)),
        (at(23, 22), 0.5, at(24, 6) + timedelta(seconds=30)),
    ],
)
def test_a_clock_of_minutes_runs_while_somebody_is_on_duty(
    moment: datetime, minutes: float, runs_out: datetime
) -> None:
    assert make_duty(WEEK).minutes_after(moment, minutes) == runs_out


def test_without_a_roster_the_clock_runs_always() -> None:
    duty = make_duty([])
    assert duty.minutes_after(at(23, 3), 30) == at(23, 3, 30)
    assert duty.minutes_after(datetime(1960, 1, 1, tzinfo=UTC), 30) == datetime(1960, 1, 1, 0, 30, tzinfo=UTC)


def test_a_roster_of_on_call_people_alone_stops_the_clock_until_it_ends() -> None:
    duty = make_duty([turn(at(23, 17), at(24, 8), ON_CALL)])
    assert duty.minutes_after(at(23, 20), 30) == at(24, 8, 30)
    assert duty.minutes_after(at(23, 16, 45), 30) == at(24, 8, 15)


def test_a_moment_without_a_zone_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        make_duty(WEEK).people_at(datetime(2026, 11, 23, 8))


START = at(20)
PLACES = st.integers(0, 600)


@st.composite
def rosters(draw: st.DrawFn) -> list[DutySpan]:
    """Turns on whole minutes of ten hours, of any roles, overlapping between roles and even within one."""
    found = []
    for _ in range(draw(st.integers(0, 8))):
        first = draw(PLACES)
        last = first + draw(st.integers(1, 120))
        role = draw(st.sampled_from(list(DutyRole)))
        found.append(turn(START + timedelta(minutes=first), START + timedelta(minutes=last), role))
    return found


@given(rosters(), st.integers(-60, 800), st.integers(1, 200))
def test_the_clock_is_that_of_a_walk_minute_by_minute(spans: list[DutySpan], start: int, minutes: int) -> None:
    moment = walked = START + timedelta(minutes=start)
    first = min((span.starts_at for span in spans), default=None)
    last = max((span.ends_at for span in spans), default=None)
    left = minutes
    while left:
        outside = first is None or last is None or walked < first or walked >= last
        manned = any(span.role in ON_DUTY and span.starts_at <= walked < span.ends_at for span in spans)
        walked += timedelta(minutes=1)
        left -= outside or manned
    assert make_duty(spans).minutes_after(moment, minutes) == walked


@given(rosters(), st.integers(-60, 800), st.integers(0, 100), st.integers(0, 100))
def test_a_longer_clock_never_runs_out_earlier(spans: list[DutySpan], start: int, one: int, more: int) -> None:
    duty, moment = make_duty(spans), START + timedelta(minutes=start)
    assert duty.minutes_after(moment, one) <= duty.minutes_after(moment, one + more)
    if one:
        half = duty.minutes_after(moment, one)
        assert duty.minutes_after(half, more) == duty.minutes_after(moment, one + more) or not more


def test_a_newer_import_replaces_the_days_that_it_covers_and_no_others() -> None:
    november = [turn(at(day, 8), at(day, 17)) for day in (2, 3, 4, 5)]
    again = [turn(at(3, 9), at(3, 12), person="陈老师"), turn(at(4, 9), at(4, 12), person="陈老师")]
    stands = in_force([DutyStatement(november), DutyStatement(again)])
    assert [(span.starts_at, span.ends_at, span.person) for span in stands] == [
        (at(2, 8), at(2, 17), "王老师"),
        (at(3, 8), at(3, 9), "王老师"),
        (at(3, 9), at(3, 12), "陈老师"),
        (at(4, 9), at(4, 12), "陈老师"),
        (at(4, 12), at(4, 17), "王老师"),
        (at(5, 8), at(5, 17), "王老师"),
    ]
    assert in_force([DutyStatement(november)] * 2) == november
    assert in_force([]) == in_force([DutyStatement()]) == []


def test_a_turn_around_a_newer_import_is_cut_on_both_sides() -> None:
    whole, inner = turn(at(2), at(9)), turn(at(4), at(5), person="陈老师")
    assert [(span.starts_at, span.ends_at) for span in in_force([DutyStatement([whole]), DutyStatement([inner])])] == [
        (at(2), at(4)),
        (at(4), at(5)),
        (at(5), at(9)),
    ]
