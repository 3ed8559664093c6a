"""What is typed on the page: one turn, or the same turn on many days."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

from data_schemas.calendar import YEARS, SchoolCalendar
from data_schemas.codes import Code, DutyRole
from data_schemas.duty import DutySpan
from models.duty_cover import DAY, DutyHours, at, kind_of_day
from runxin.errors import Kind, UserError

LONGEST = 60  # characters of a name, a number or a note
MOST_DAYS = 200  # a term
FIELDS = ("role", "person", "phone", "note", "day", "from", "until", "repeat", "to_day")


class DutyRepeat(Code):
    """On which days from the first to the last one a turn is."""

    ONCE = ("once", "只这一天", "this day only")
    SCHOOL_DAYS = ("school_days", "每个上课日", "every school day")
    OTHER_DAYS = ("other_days", "每个周末和假日", "every weekend day and holiday")
    EVERY_DAY = ("every_day", "每天", "every day")


class DutyFault(UserError):
    """What does not fit in a roster; `key` names the words that say so on the page."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(Kind.BAD_DATA, message)
        self.key = key


def turns_of(school_id: str, typed: Mapping[str, str], school: SchoolCalendar) -> list[DutySpan]:
    """The turns that a filled-in form asks for. A turn that ends no later than it begins ends the next day. Raises
    `DutyFault`."""
    person, roles = typed["person"].strip(), {one.code: one for one in DutyRole}
    if typed["role"] not in roles:
        raise DutyFault("duty_fault_role", "say as what the person is on duty")
    if not person or any(len(typed[name]) > LONGEST for name in ("person", "phone", "note")):
        raise DutyFault("duty_fault_person", f"name the person, in at most {LONGEST} characters")
    begins, ends = clock_of(typed["from"]), clock_of(typed["until"])
    phone, note = typed["phone"].strip() or None, typed["note"].strip() or None
    return [
        DutySpan(school_id, person, roles[typed["role"]], phone, at(day, begins), _end(day, begins, ends), note)
        for day in _days(typed, school)
    ]


def clock_of(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError as error:
        raise DutyFault("duty_fault_time", f"{text!r} is no time of the day") from error


def day_of(text: str) -> date:
    """A day inside of the school calendar; raises `DutyFault`."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise DutyFault("duty_fault_day", f"{text!r} is no day") from error
    if not YEARS[0] < day.year < YEARS[1]:
        raise DutyFault("duty_fault_day", f"{text!r} lies outside of the calendar")
    return day


def _end(day: date, begins: time, ends: time) -> datetime:
    return at(day, ends) + (DAY if ends <= begins else timedelta())


def _days(typed: Mapping[str, str], school: SchoolCalendar) -> list[date]:
    first, repeat = day_of(typed["day"]), typed["repeat"] or DutyRepeat.ONCE.code
    if repeat not in DutyRepeat.codes():
        raise DutyFault("duty_fault_day", "say on which days the turn is")
    if repeat == DutyRepeat.ONCE.code:
        return [first]
    last = day_of(typed["to_day"])
    if last < first or (last - first).days > MOST_DAYS:
        raise DutyFault("duty_fault_many", f"the last day lies within {MOST_DAYS} days of the first")
    found = list(_fitting(first, last, repeat, school))
    if not found:
        raise DutyFault("duty_fault_none", "there is no such day between the first and the last one")
    return found


def _fitting(first: date, last: date, repeat: str, school: SchoolCalendar) -> Iterator[date]:
    for number in range((last - first).days + 1):
        day = first + number * DAY
        taught = kind_of_day(day, school) is DutyHours.LESSONS
        if repeat == DutyRepeat.EVERY_DAY.code or taught == (repeat == DutyRepeat.SCHOOL_DAYS.code):
            yield day
