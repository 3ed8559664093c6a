"""A week of one school's roster as the page shows it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data_schemas.calendar import SchoolCalendar
from data_schemas.duty import DutySpan
from data_schemas.zone import CHINA
from models.duty import OnDuty, turn_key
from models.duty_cover import DAY, DutyGap, DutyHours, at, gaps, hours_by_kind, kind_of_day, term_end
from models.work_policy import DutyPolicy
from serving.store.duty import Number

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class DutyPiece:
    """What of a turn, or of a gap where `turn` is None, lies in one day: hours as `08:00`, the end of a day as `24:00`.
    `turn_id` names the whole turn."""

    begins: str
    ends: str
    turn: DutySpan | None
    turn_id: str = ""


@dataclass(frozen=True)
class DutyDay:
    """One day: what kind it is, and its turns and gaps in order."""

    day: date
    kind: DutyHours
    pieces: tuple[DutyPiece, ...]


@dataclass(frozen=True)
class Uncovered:
    """Hours without anybody up to before a day, by kind; the `first` gaps and how many `more` there are inside of the
    roster; and the moment at which it `ends`, None where it reaches further."""

    until: date
    hours: Mapping[DutyHours, float]
    first: tuple[DutyGap, ...]
    more: int
    ends: datetime | None

    @property
    def total(self) -> float:
        return sum(self.hours.values(), 0.0)


@dataclass(frozen=True)
class DutyWeek:
    """One week of a roster; who is rung now, one after the other; numbers by kind; and what is without anybody in the
    days ahead and to the end of the term, None outside of terms."""

    days: tuple[DutyDay, ...]
    turns: Mapping[str, DutySpan]
    now: tuple[OnDuty, ...]
    numbers: Mapping[str, Number]
    ahead: Uncovered
    term: Uncovered | None
    any_turns: bool

    @property
    def monday(self) -> date:
        return self.days[0].day


def turn_id(span: DutySpan) -> str:
    """A short name of a turn for addresses and forms."""
    return hashlib.sha256(repr(turn_key(span)).encode()).hexdigest()[:16]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def days_of_week(
    spans: Sequence[DutySpan], monday: date, school: SchoolCalendar, policy: DutyPolicy
) -> tuple[DutyDay, ...]:
    found = []
    for number in range(7):
        day = monday + number * DAY
        start, end = at(day), at(day) + DAY
        here = [span for span in spans if span.starts_at < end and start < span.ends_at]
        pieces = [_piece(start, span.starts_at, span.ends_at, span) for span in here]
        pieces += [_piece(start, gap.starts_at, gap.ends_at, None) for gap in gaps(spans, start, end, school, policy)]
        pieces.sort(key=lambda one: (one.begins, one.turn is None, one.turn.role.place if one.turn else 0, one.ends))
        found.append(DutyDay(day, kind_of_day(day, school), tuple(pieces)))
    return tuple(found)


def uncovered(
    spans: Sequence[DutySpan], now: datetime, until: date, school: SchoolCalendar, policy: DutyPolicy, shown: int
) -> Uncovered:
    """From now to before the day `until`; `shown` is how many gaps are named."""
    found = gaps(spans, now.astimezone(CHINA), at(until), school, policy)
    last = max((span.ends_at for span in spans), default=now)
    inside = [gap for gap in found if gap.starts_at < last]
    ends = last if last < at(until) else None
    return Uncovered(until, hours_by_kind(found), tuple(inside[:shown]), len(inside[shown:]), ends)


def day_after_term(now: datetime, school: SchoolCalendar) -> date | None:
    last = term_end(now.astimezone(CHINA).date(), school)
    return None if last is None else last + DAY


def _piece(day: datetime, starts_at: datetime, ends_at: datetime, turn: DutySpan | None) -> DutyPiece:
    begins = f"{starts_at.astimezone(CHINA):%H:%M}" if starts_at >= day else "00:00"
    ends = f"{ends_at.astimezone(CHINA):%H:%M}" if ends_at < day + DAY else "24:00"
    return DutyPiece(begins, ends, turn, turn_id(turn) if turn is not None else "")
