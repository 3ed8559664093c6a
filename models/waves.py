"""What a screening wave brings, and how its classes are spread over days. Pure: counts and rosters in, plans out.

Expected is the number of students who are to be checked the same day; capacity is how many of these checks the
counselors on duty in lessons can hold. Both are means: a day planned to the brim overflows every other time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from data_schemas.calendar import SchoolCalendar
from data_schemas.codes import Code
from data_schemas.duty import DutySpan
from models.duty import ON_DUTY
from models.duty_cover import DutyGap, DutyHours, gaps, hours_of
from models.policy import Policy

MINUTE = timedelta(minutes=1)
ROUNDING = 1e-9  # of sums of expected counts


class RateFrom(Code):
    """Where the share comes from that a class is planned by."""

    CLASS = ("class", "本班上次筛查", "the class's own last wave")
    SCHOOL = ("school", "本校上次筛查", "the school's last wave")
    PUBLISHED = ("published", "已发表的比例", "published shares")


class DayFault(Code):
    """Why no class can be planned on a day."""

    PAST = ("past", "已经过去", "in the past")
    NO_SCHOOL = ("no_school", "不是上课日", "no school day")
    NOBODY = ("nobody", "无人值班", "nobody is on duty")


@dataclass(frozen=True)
class WaveCount:
    """Of `sheets` students with a sheet, `positive` were to be checked the same day."""

    sheets: int = 0
    positive: int = 0


@dataclass(frozen=True)
class WaveClass:
    """A class as it is planned: its students, how many of them to expect, and by which share."""

    class_id: str
    students: int
    expected: float
    rate_from: RateFrom


@dataclass(frozen=True)
class WaveDay:
    """A day of a wave: who on duty in lessons holds checks, how many they can hold, the hours of lessons without
    anybody, and why the day is refused, None where it is not."""

    day: date
    people: tuple[str, ...]
    capacity: int
    uncovered: tuple[DutyGap, ...]
    fault: DayFault | None


@dataclass(frozen=True)
class WaveMove:
    """A class that would better be screened on another day."""

    class_id: str
    from_day: date
    to_day: date


def wave_class(
    class_id: str, stages: Mapping[str, int], mine: WaveCount, school: WaveCount, policy: Policy
) -> WaveClass:
    """What to expect of a class whose students are counted by stage.

    By the class's own share of the last wave, drawn to the school's with the weight of `fewest_sheets` sheets, since
    one class is few; by the school's share, drawn to the published one in the same way, where the class had fewer
    sheets than that; by the policy's published shares where the school had. Nothing found once is not nothing to come.
    """
    students, few = sum(stages.values()), policy.waves.fewest_sheets
    published = sum(count * policy.waves.positive_share[stage] for stage, count in stages.items())
    if school.sheets < few or not students:
        return WaveClass(class_id, students, published, RateFrom.PUBLISHED)
    share = (school.positive + few * published / students) / (school.sheets + few)
    if mine.sheets < few:
        return WaveClass(class_id, students, students * share, RateFrom.SCHOOL)
    own = (mine.positive + few * share) / (mine.sheets + few)
    return WaveClass(class_id, students, students * own, RateFrom.CLASS)


def wave_day(day: date, spans: Sequence[DutySpan], school: SchoolCalendar, policy: Policy, today: date) -> WaveDay:
    """A day as the roster has it. A day on which nobody is on duty in any hour of lessons is refused."""
    lessons = [part for part in hours_of(day, school, policy.duty) if part.hours is DutyHours.LESSONS]
    if not lessons:
        return WaveDay(day, (), 0, (), DayFault.NO_SCHOOL)
    start, end = lessons[0].starts_at, lessons[0].ends_at
    there = [span for span in spans if span.starts_at < end and start < span.ends_at]
    uncovered = tuple(gaps(there, start, end, school, policy.duty))
    if not any(span.role in ON_DUTY for span in there):
        return WaveDay(day, (), 0, uncovered, DayFault.PAST if day < today else DayFault.NOBODY)
    minutes: dict[str, int] = {}
    for span in there:
        if span.role.code in policy.waves.check_roles:
            here = (min(span.ends_at, end) - max(span.starts_at, start)) // MINUTE
            minutes[span.person] = minutes.get(span.person, 0) + here
    usable = sum(min(one, policy.waves.check_minutes_a_person) for one in minutes.values())
    fault = DayFault.PAST if day < today else None
    return WaveDay(day, tuple(minutes), usable // policy.list.minutes_per_check, uncovered, fault)


def loads(classes: Iterable[WaveClass], plan: Mapping[str, date], days: Iterable[date]) -> dict[date, float]:
    """How many to expect on each day under a plan (class → day)."""
    found = dict.fromkeys(days, 0.0)
    for one in classes:
        if plan.get(one.class_id) in found:
            found[plan[one.class_id]] += one.expected
    return found


def is_too_full(day: WaveDay, expected: float) -> bool:
    return expected > day.capacity + ROUNDING


def spread(classes: Sequence[WaveClass], days: Sequence[WaveDay]) -> dict[str, date]:
    """A day for every class: who is expected to bring the most goes first, each to the day that has most room left. No
    class goes to a day that is refused; empty where every day is."""
    room = {one.day: float(one.capacity) for one in days if one.fault is None}
    plan: dict[str, date] = {}
    for one in sorted(classes, key=lambda this: (-this.expected, this.class_id)):
        if not room:
            break
        day = max(room, key=lambda this: (room[this], -this.toordinal()))
        plan[one.class_id] = day
        room[day] -= one.expected
    return plan


def moves_that_help(
    classes: Sequence[WaveClass], plan: Mapping[str, date], days: Sequence[WaveDay]
) -> tuple[tuple[WaveMove, ...], float]:
    """Which classes to move from days that are too full, or refused, to days with room for them, the smallest first;
    and how many checks remain that no day has room for."""
    load = loads(classes, plan, [one.day for one in days])
    room = {one.day: (one.capacity if one.fault is None else 0) - load[one.day] for one in days}
    open_days = [one.day for one in days if one.fault is None]
    moves = []
    for day in room:
        for one in sorted(classes, key=lambda this: (this.expected, this.class_id)):
            if room[day] >= -ROUNDING:
                break
            if plan.get(one.class_id) != day or one.expected <= 0:
                continue
            target = max((other for other in open_days if other != day), key=lambda this: room[this], default=None)
            if target is None or room[target] < one.expected - ROUNDING:
                break
            moves.append(WaveMove(one.class_id, day, target))
            room[day] += one.expected
            room[target] -= one.expected
    return tuple(moves), sum(max(0.0, -free) for free in room.values())
