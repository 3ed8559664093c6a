"""What is due and by when: minutes from receipt for danger, school days for the rest."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from data_schemas.calendar import default_calendar
from data_schemas.codes import Tier
from models.assessment import DataQuality, Floor, Retest
from models.policy import read_policy
from serving.followup.due import ZONE, clock_of, is_urgent, school_days_after
from serving.followup.entries import Section
from serving.store import Evidence, Standing
from tests.factories import NOW, assessment, floor, pupil, words

POLICY, SCHOOL = read_policy().due, default_calendar()


def found(said: Floor, opened_at: datetime = NOW) -> Evidence:
    return Evidence("S-1", said, opened_at, "run")


def standing(tier: Tier = Tier.WATCH, *rows: Evidence, own: Tier | None = None, **fields: Any) -> Standing:
    own_tier = own if own is not None else Tier.ROUTINE if rows else tier
    said = assessment("S-1", tier, own_tier=own_tier, **fields)
    return Standing(pupil("S-1"), said, rows, NOW, NOW, -1.0, 0.4, True)


def local(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 23, 59, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "days", "by"),
    [
        (NOW, 0, local(2026, 11, 20)),
        (NOW, 1, local(2026, 11, 23)),  # Friday → Monday
        (NOW, 2, local(2026, 11, 24)),
        (datetime(2026, 11, 21, 4, tzinfo=UTC), 0, local(2026, 11, 23)),  # Saturday
        (datetime(2026, 11, 20, 16, 30, tzinfo=UTC), 0, local(2026, 11, 23)),  # already Saturday at school
        (datetime(2026, 7, 15, 4, tzinfo=UTC), 2, local(2026, 9, 2)),  # summer break
    ],
)
def test_school_days_leave_out_weekends_and_breaks(start: datetime, days: int, by: datetime) -> None:
    assert school_days_after(start, days, SCHOOL) == by


def test_danger_is_answered_within_half_an_hour_of_receipt() -> None:
    clock = clock_of(standing(Tier.CRISIS, found(floor())), Section.IMMEDIATE, POLICY, SCHOOL)
    assert clock.what.zh == "30 分钟内响应"
    assert clock.by == NOW + timedelta(minutes=30)
    assert not clock.due(NOW + timedelta(minutes=30)).overdue
    assert clock.due(NOW + timedelta(minutes=31)).overdue
    assert clock.share(NOW + timedelta(minutes=15)) == 0.5
    assert clock.share(NOW - timedelta(minutes=15)) == 0.0


def test_a_positive_item_below_danger_is_spoken_about_the_same_school_day() -> None:
    clock = clock_of(standing(Tier.PRIORITY, found(floor("R01", Tier.PRIORITY))), Section.IMMEDIATE, POLICY, SCHOOL)
    assert (clock.what.zh, clock.by) == ("当日当面核查", local(2026, 11, 20))


def test_a_blank_critical_item_is_asked_within_two_school_days() -> None:
    clock = clock_of(standing(Tier.WATCH, found(floor("R19", Tier.WATCH))), Section.IMMEDIATE, POLICY, SCHOOL)
    assert (clock.what.zh, clock.by) == ("2 个上学日内当面询问", local(2026, 11, 24))


def test_of_several_clocks_the_one_that_ends_first_counts() -> None:
    early = found(floor("R01", Tier.PRIORITY), NOW - timedelta(days=7))
    clock = clock_of(standing(Tier.CRISIS, found(floor()), early), Section.IMMEDIATE, POLICY, SCHOOL)
    assert clock.by == local(2026, 11, 13)


@pytest.mark.parametrize(
    ("row", "urgent"),
    [
        (floor("R02", Tier.CRISIS, severity=0), True),
        (floor("R01", Tier.PRIORITY, severity=40), True),
        (floor("phq9-total-15", Tier.PRIORITY, severity=0), False),
        (floor("R20", Tier.WATCH, severity=30), False),
        (floor("R20", Tier.CRISIS, severity=30), True),
        (floor("R02", Tier.CRISIS, history=True), False),
    ],
)
def test_what_stands_above_the_line(row: Floor, urgent: bool) -> None:
    assert is_urgent(found(row)) is urgent


def test_the_tiers_clock_runs_in_school_days_from_the_run_or_from_the_evidence() -> None:
    assert clock_of(standing(Tier.PRIORITY), Section.WEEK, POLICY, SCHOOL).by == local(2026, 11, 24)
    assert clock_of(standing(Tier.WATCH), Section.BELOW, POLICY, SCHOOL).by == local(2026, 12, 4)
    late = found(floor("phq9-total-15", Tier.PRIORITY, severity=0), NOW + timedelta(days=3))
    assert clock_of(standing(Tier.PRIORITY, late), Section.WEEK, POLICY, SCHOOL).by == local(2026, 11, 25)


def test_after_an_interview_follow_up_is_due() -> None:
    seen = {"tier_source": "human", "last_interview_on": date(2026, 11, 18)}
    monthly = clock_of(standing(Tier.PRIORITY, **seen), Section.WEEK, POLICY, SCHOOL)
    assert (monthly.what.zh, monthly.by) == ("月度随访", local(2026, 12, 31))
    daily = clock_of(standing(Tier.CRISIS, **seen), Section.WEEK, POLICY, SCHOOL)
    assert (daily.what.zh, daily.by) == ("每日复查", local(2026, 11, 19))
    assert clock_of(standing(Tier.WATCH, **seen), Section.WEEK, POLICY, SCHOOL).by is None
    before = clock_of(standing(Tier.PRIORITY, last_interview_on=date(2026, 1, 8)), Section.WEEK, POLICY, SCHOOL)
    assert before.what.zh == "2 个上学日内访谈", "an interview from before the tier was reached answers nothing"
    december = {"tier_source": "human", "last_interview_on": date(2026, 12, 18)}
    assert clock_of(standing(Tier.PRIORITY, **december), Section.WEEK, POLICY, SCHOOL).by == local(2027, 1, 31)


def test_the_queues_have_their_own_tasks() -> None:
    asked = DataQuality("low", (Retest("phq9", "critical_blank", words("当面询问", "ask")),))
    again = DataQuality("low", (Retest("phq9", "unscored", words("复测", "repeat")),))
    assert clock_of(standing(data_quality=asked), Section.RETEST, POLICY, SCHOOL).by == local(2026, 11, 24)
    assert clock_of(standing(data_quality=again), Section.RETEST, POLICY, SCHOOL).by == local(2026, 12, 4)
    for section in (Section.NOT_SCREENED, Section.HISTORY, Section.IDENTITY):
        clock = clock_of(standing(), section, POLICY, SCHOOL)
        assert clock.by is None
        assert clock.share(NOW) == 0.0
    unknown = standing(Tier.CRISIS, found(floor()))
    assert clock_of(unknown, Section.IDENTITY, POLICY, SCHOOL).by == NOW + timedelta(minutes=30)
