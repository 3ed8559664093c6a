"""The absence calendar: a square a school day, weeks from left to right, with a table of the days behind it."""

from dataclasses import dataclass
from datetime import date, timedelta

from data_schemas.school_days import Calendars
from models.absences import DayKind, KnownDay, known_days
from serving.store.student_rows import StudentRows

WEEKS = 40  # a school year without the summer
CELL, GAP, LEFT, TOP = 15, 2, 22, 18  # units of the drawing
AWAY = (DayKind.SICK, DayKind.PERSONAL, DayKind.UNEXCUSED, DayKind.OTHER, DayKind.SUSPENDED)
LATE = timedelta(weeks=2)
SCHOOL_WEEK = 5  # Saturday and Sunday are drawn where something is on record, or taught


@dataclass(frozen=True)
class DayLetter:
    """In the middle of the square of a day away from school; `x` and `y` are where it stands."""

    kind: DayKind
    x: float
    y: float


@dataclass(frozen=True)
class Shape:
    """The squares of all days of one kind, as one path: a page with an element for each day takes longer to make than
    everything else on it. `returns` are days on which somebody was back."""

    kind: DayKind
    returns: bool
    path: str


@dataclass(frozen=True)
class Absences:
    """The drawing, `width` by `height`. `shapes` are its days, `months` the names of months with their places,
    `weekdays` the rows from 0 (Monday), `listed` the days away from school, newest first. `days` counts those of leave
    (halves as halves), `unknown` school days of which nothing is known. `none` says that nobody handed any in."""

    shapes: tuple[Shape, ...]
    letters: tuple[DayLetter, ...]
    months: tuple[tuple[int, int], ...]
    weekdays: tuple[tuple[int, int], ...]
    listed: tuple[KnownDay, ...]
    days: float
    unknown: int
    none: bool
    since: date
    until: date
    width: int
    height: int


def absences_of(rows: StudentRows, school_id: str, calendars: Calendars, today: date) -> Absences:
    """Of the weeks up to this one, or up to the last of which anything is known."""
    until = _until(rows, today)
    monday = until - timedelta(days=until.weekday())
    since = monday - timedelta(weeks=WEEKS - 1)
    leaves = rows.tables.get("leaves")
    days = known_days(leaves, school_id, calendars, since, until, rows.covered.get("leaves"), rows.enrolled_on)
    weekend = max((one.on.weekday() for one in days if one.kind is not DayKind.NO_SCHOOL), default=0)
    lines = max(SCHOOL_WEEK, weekend + 1)
    step = CELL + GAP
    drawn: dict[tuple[DayKind, bool], list[str]] = {}
    letters = []
    for one in days:
        if one.on.weekday() >= lines:
            continue
        x, y = LEFT + (one.on - since).days // 7 * step, TOP + one.on.weekday() * step
        drawn.setdefault((one.kind, one.returns), []).append(f"M{x} {y}h{CELL}v{CELL}h-{CELL}z")
        if one.kind in AWAY:
            letters.append(DayLetter(one.kind, x + CELL / 2, y + CELL - 3.5))
    first_weeks = {(one.on.year, one.on.month): (one.on - since).days // 7 for one in reversed(days)}
    months = sorted((week, month) for (_, month), week in first_weeks.items() if week < WEEKS - 1)
    spread = [one for place, one in enumerate(months) if place + 1 == len(months) or months[place + 1][0] - one[0] > 1]
    listed = tuple(one for one in reversed(days) if one.kind in AWAY)
    return Absences(
        tuple(Shape(kind, returns, "".join(squares)) for (kind, returns), squares in drawn.items()),
        tuple(letters),
        tuple((LEFT + week * step, month) for week, month in spread),
        tuple((TOP + line * step + CELL - 4, line) for line in range(lines)),
        listed,
        sum(one.share for one in listed if one.kind is not DayKind.SUSPENDED),
        sum(one.kind is DayKind.UNKNOWN for one in days),
        leaves is None,
        since,
        until,
        LEFT + WEEKS * step,
        TOP + lines * step,
    )


def _until(rows: StudentRows, today: date) -> date:
    """Months after the end of what a school has sent would be drawn as nothing but unknown: they are told in words."""
    reach = [last for _, last in (rows.covered[name] for name in ("leaves",) if name in rows.covered)]
    reach += [row["end_on"] or today for row in rows.tables.get("leaves", ())]
    reach += [on for on, _, _ in rows.placed[-1:]]
    known = max(reach, default=today)
    return min(today, known) if today - known > LATE else today
