"""What is to be done next and by when: clocks start at receipt and run in school days of Chinese local time."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from data_schemas.calendar import SchoolCalendar, date_to_day, day_to_date
from data_schemas.codes import Tier
from data_schemas.instruments import Words
from models.policy import Due as DuePolicy
from models.tasks import ASK, CONTACT
from serving.followup.entries import Due, Section
from serving.store import Evidence, Standing

ZONE = ZoneInfo("Asia/Shanghai")
END_OF_DAY = time(23, 59)
LOW_LEVEL = "R05"  # C-SSRS: a wish to be dead or thoughts alone, spoken about by the next school day
BLANK_ITEM = "R19"  # a critical item left blank is asked in person: days, not minutes
OWN_CONCERN = "R20"  # a person's own concern has a place of its own on the week's line


TASK_WORDS = {
    CONTACT: Words(zh="当日联系", en="contact the same day"),
    ASK: Words(zh="问一问原因", en="ask about it"),
}


@dataclass(frozen=True)
class Clock:
    """A task with the time it began to run; `by` is None where there is no deadline."""

    what: Words
    start: datetime
    by: datetime | None

    def due(self, now: datetime) -> Due:
        return Due(self.what, self.by, self.by is not None and now > self.by)

    def share(self, now: datetime) -> float:
        """How much of the time has run, 1 at the deadline; 0 without one."""
        if self.by is None or self.by <= self.start:
            return 0.0
        return max(0.0, (now - self.start) / (self.by - self.start))


def is_urgent(row: Evidence) -> bool:
    """Open, unassessed safety evidence that is not an old sheet's: it is looked at above the weekly line."""
    floor = row.floor
    if floor.history:
        return False
    return floor.tier is Tier.CRISIS or (floor.severity > 0 and floor.id != OWN_CONCERN)


def clock_of(standing: Standing, section: Section, policy: DuePolicy, school: SchoolCalendar) -> Clock:
    """What is due for a student in that section of the list, in the days of the student's school."""
    if section is Section.IMMEDIATE:
        return check_clock(standing.evidence, policy, school)
    if section is Section.IDENTITY:
        what = Words(zh="核对身份", en="find out who this is")
        urgent = [row for row in standing.evidence if is_urgent(row)]
        clock = check_clock(urgent, policy, school) if urgent else None
        return Clock(what, standing.tier_since, clock.by if clock else None)
    if section is Section.NOT_SCREENED:
        return Clock(Words(zh="安排测评", en="arrange a screening"), standing.tier_since, None)
    if section is Section.CONTACT:
        return _task_clock(standing)
    if section is Section.HISTORY:
        what = Words(zh="核对旧答卷并当面了解", en="go over the old sheet in person")
        return Clock(what, standing.tier_since, None)
    if section is Section.RETEST:
        return _retest_clock(standing, policy, school)
    return _tier_clock(standing, policy, school)


def check_clock(rows: Sequence[Evidence], policy: DuePolicy, school: SchoolCalendar) -> Clock:
    """The clock that ends first among the urgent evidence.

    危机 is answered within minutes; other safety evidence is spoken about the same school day; a blank critical
    item is asked within days.
    """
    clocks = []
    for row in rows:
        if not is_urgent(row):
            continue
        if row.floor.tier is Tier.CRISIS:
            minutes = policy.immediate_minutes
            what = Words(zh=f"{minutes} 分钟内响应", en=f"respond within {minutes} minutes")
            by = datetime.fromtimestamp(row.opened_at.timestamp() + 60 * minutes, tz=row.opened_at.tzinfo)
        elif row.floor.id == BLANK_ITEM:
            what, by = _ask(row.opened_at, policy.ask_school_days, school)
        elif row.floor.id == LOW_LEVEL:
            days = policy.low_level_school_days
            what = Words(zh=f"{days} 个上学日内当面访谈", en=f"talk in person within {days} school day(s)")
            by = school_days_after(row.opened_at, days, school)
        else:
            what = Words(zh="当日当面核查", en="talk in person the same school day")
            by = school_days_after(row.opened_at, 0, school)
        clocks.append(Clock(what, row.opened_at, by))
    return min(clocks, key=lambda clock: (clock.by or clock.start, clock.start))


def reached_at(standing: Standing) -> datetime:
    """When the student came to stand in this tier: at the opening of the evidence, or in the list's own run."""
    assert standing.assessment is not None
    tier = standing.assessment.tier
    if tier is standing.assessment.own_tier:
        return standing.tier_since
    return min(row.opened_at for row in standing.evidence if row.floor.tier is tier)


def _tier_clock(standing: Standing, policy: DuePolicy, school: SchoolCalendar) -> Clock:
    assert standing.assessment is not None
    assessment, start = standing.assessment, reached_at(standing)
    tier, seen = assessment.tier, assessment.last_interview_on
    if seen is not None and (assessment.tier_source == "human" or seen >= start.astimezone(ZONE).date()):
        return _clock_after_interview(tier, seen, school)
    if tier in (Tier.PRIORITY, Tier.CRISIS):
        days = policy.priority_school_days
        what = Words(zh=f"{days} 个上学日内访谈", en=f"interview within {days} school days")
    else:
        days = policy.watch_school_days
        what = Words(zh=f"{days} 个上学日内约谈", en=f"talk within {days} school days")
    return Clock(what, start, school_days_after(start, days, school))


def _clock_after_interview(tier: Tier, seen: date, school: SchoolCalendar) -> Clock:
    """What follows once a person has spoken with the student: 危机 is looked at every school day, 重点 once a
    calendar month (淮政办函〔2026〕1号: 「重点对象月度随访」), others without a deadline."""
    start = _local(seen)
    if tier is Tier.CRISIS:
        return Clock(Words(zh="每日复查", en="daily review"), start, school_days_after(start, 1, school))
    if tier is Tier.PRIORITY:
        return Clock(Words(zh="月度随访", en="monthly follow-up"), start, _end_of_next_month(seen))
    return Clock(Words(zh="继续关注", en="keep in view"), start, None)


def _task_clock(standing: Standing) -> Clock:
    """The errand that is due first."""
    assert standing.assessment is not None
    task = min(standing.assessment.tasks, key=lambda task: task.due_on)
    return Clock(TASK_WORDS[task.kind], _local(task.on), _end_of(task.due_on))


def _retest_clock(standing: Standing, policy: DuePolicy, school: SchoolCalendar) -> Clock:
    assert standing.assessment is not None
    start = standing.retest_since or standing.tier_since
    reasons = {retest.why for retest in standing.assessment.data_quality.retest}
    if reasons & {"critical_blank", "safety_question"}:
        blank = "critical_blank" in reasons
        what, by = _ask(start, policy.ask_school_days if blank else policy.safety_question_school_days, school)
        return Clock(what, start, by)
    days = policy.retest_days
    what = Words(zh=f"{days} 天内复测", en=f"repeat within {days} days")
    last = date.fromordinal(start.astimezone(ZONE).date().toordinal() + days)
    return Clock(what, start, _end_of(last))


def _ask(start: datetime, days: int, school: SchoolCalendar) -> tuple[Words, datetime]:
    what = Words(zh=f"{days} 个上学日内当面询问", en=f"ask in person within {days} school days")
    return what, school_days_after(start, days, school)


def school_days_after(start: datetime, days: int, school: SchoolCalendar) -> datetime:
    """The end of the school day that lies `days` school days after `start`; 0 is the day itself, or the next
    school day where it is none. Raises `UserError` outside the school calendar."""
    return _end_of(_school_day_after(start.astimezone(ZONE).date(), days, school))


@lru_cache(maxsize=4096)
def _school_day_after(day: date, days: int, school: SchoolCalendar) -> date:
    here = np.array([date_to_day(day)])
    if days == 0 and bool(school.is_school_day(here)[0]):
        return day
    target = int(school.school_days_until(here)[0]) + max(days, 1)
    return day_to_date(school.first + int(np.searchsorted(school.passed, target)))


def _end_of_next_month(day: date) -> datetime:
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return _end_of(date(year, month, calendar.monthrange(year, month)[1]))


def _end_of(day: date) -> datetime:
    return datetime.combine(day, END_OF_DAY, ZONE)


def _local(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
