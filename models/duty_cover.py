"""Which hours a duty roster leaves without anybody. Pure: turns and a school's calendar in, gaps out.

In lessons somebody is to be on duty; in evenings and nights, at weekends and on holidays on duty or on call.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np

from data_schemas.calendar import SchoolCalendar, date_to_day, day_to_date
from data_schemas.codes import Code, DutyRole
from data_schemas.duty import DutySpan
from data_schemas.zone import CHINA
from models.duty import ON_DUTY
from models.work_policy import DutyPolicy

DAY = timedelta(days=1)


class DutyHours(Code):
    """What kind of hours a turn or a gap lies in."""

    LESSONS = ("lessons", "上课时间", "lessons")
    EVENING = ("evening", "晚间与夜间", "evening and night")
    WEEKEND = ("weekend", "周末", "weekend")
    HOLIDAY = ("holiday", "假日", "holiday")


# Who covers hours of each kind.
COVERS = {DutyHours.LESSONS: frozenset(ON_DUTY)} | dict.fromkeys(
    (DutyHours.EVENING, DutyHours.WEEKEND, DutyHours.HOLIDAY), frozenset(DutyRole)
)


@dataclass(frozen=True)
class DutyGap:
    """A stretch of hours of one kind in which nobody is there. Times are aware, the end is exclusive."""

    starts_at: datetime
    ends_at: datetime
    hours: DutyHours

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at


def kind_of_day(day: date, school: SchoolCalendar) -> DutyHours:
    """LESSONS for a school day; else a Saturday or Sunday of a term, or a holiday."""
    place = np.array([date_to_day(day)])
    if school.is_school_day(place)[0]:
        return DutyHours.LESSONS
    in_term = school.term[date_to_day(day) - school.first] > 0
    return DutyHours.WEEKEND if in_term and day.weekday() >= 5 else DutyHours.HOLIDAY


def hours_of(day: date, school: SchoolCalendar, policy: DutyPolicy) -> list[DutyGap]:
    """The hours of a day by kind, in order: all 24 of them."""
    start, kind = at(day), kind_of_day(day, school)
    if kind is not DutyHours.LESSONS:
        return [DutyGap(start, start + DAY, kind)]
    from_, until = at(day, policy.lessons_from), at(day, policy.lessons_until)
    parts = ((start, from_, DutyHours.EVENING), (from_, until, kind), (until, start + DAY, DutyHours.EVENING))
    return [DutyGap(*part) for part in parts if part[0] < part[1]]


def gaps(
    spans: Sequence[DutySpan], first: datetime, last: datetime, school: SchoolCalendar, policy: DutyPolicy
) -> list[DutyGap]:
    """The hours from `first` to before `last`, both aware, in which nobody is there, in order; neighbours of one kind
    are one gap. A day outside of the calendar is at fault (`UserError`)."""
    found: list[DutyGap] = []
    spans = [span for span in spans if span.starts_at < last and first < span.ends_at]
    for part in _parts(first, last, school, policy):
        for gap in _without(part, [span for span in spans if span.role in COVERS[part.hours]]):
            before = found[-1] if found else None
            if before is not None and before.ends_at == gap.starts_at and before.hours is gap.hours:
                found[-1] = replace(before, ends_at=gap.ends_at)
            else:
                found.append(gap)
    return found


def hours_by_kind(found: Iterable[DutyGap]) -> dict[DutyHours, float]:
    """Hours without anybody by kind, only kinds that have any."""
    total: dict[DutyHours, timedelta] = {}
    for gap in found:
        total[gap.hours] = total.get(gap.hours, timedelta()) + gap.length
    return {kind: total[kind] / timedelta(hours=1) for kind in DutyHours if kind in total}


def term_end(day: date, school: SchoolCalendar) -> date | None:
    """The last day of the term that a day lies in; None outside of terms."""
    place = date_to_day(day) - school.first
    number = school.term[place] if 0 <= place < len(school.term) else 0
    return day_to_date(school.first + int(np.flatnonzero(school.term == number)[-1])) if number else None


def at(day: date, clock: time = time()) -> datetime:
    return datetime.combine(day, clock, CHINA)


def _parts(first: datetime, last: datetime, school: SchoolCalendar, policy: DutyPolicy) -> Iterator[DutyGap]:
    day = first.astimezone(CHINA).date()
    while at(day) < last:
        for part in hours_of(day, school, policy):
            start, end = max(part.starts_at, first.astimezone(CHINA)), min(part.ends_at, last.astimezone(CHINA))
            if start < end:
                yield replace(part, starts_at=start, ends_at=end)
        day += DAY


def _without(part: DutyGap, spans: Iterable[DutySpan]) -> Iterator[DutyGap]:
    """What is left of the hours once every span is taken away."""
    there = part.starts_at
    for span in sorted(spans, key=lambda one: one.starts_at):
        if span.starts_at >= part.ends_at:
            break
        if span.starts_at > there:
            yield replace(part, starts_at=there, ends_at=span.starts_at)
        there = max(there, span.ends_at)
        if there >= part.ends_at:
            return
    if there < part.ends_at:
        yield replace(part, starts_at=there)
