"""What is typed about times and bookings, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from data_schemas.calendar import SchoolCalendar
from models.duty_cover import DutyHours, kind_of_day
from models.triage import ZONE
from runxin.errors import Kind, UserError
from serving.bookings.booking import Asker

LONGEST_NOTE = 200  # characters
LONGEST_TALK, SHORTEST_TALK = 180, 10  # minutes
MOST_WEEKS = 20  # a term
LONGEST_AHEAD = timedelta(days=200)
OFFERED = ("day", "from", "until", "minutes", "weeks")


class BookingFault(UserError):
    """What does not fit; `key` names the words that say so on the page."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(Kind.BAD_DATA, message)
        self.key = key


@dataclass(frozen=True)
class AskForm:
    """A request: who asks, the time that is wished for, if any, and why, in words that the student's page alone
    shows."""

    asker: str
    slot_id: str
    note: str

    def checked(self) -> Asker:
        """Raises `BookingFault`."""
        if self.asker not in Asker.codes():
            raise BookingFault("booking_fault_asker", "say who asks")
        if len(self.note) > LONGEST_NOTE:
            raise BookingFault("booking_fault_note", f"the text has at most {LONGEST_NOTE} characters")
        return Asker.of(self.asker)


def times_of(typed: Mapping[str, str], now: datetime, school: SchoolCalendar) -> list[tuple[datetime, int]]:
    """The beginnings of the talks that a filled-in form offers, with their minutes: from one time of the day until
    another, on a day and on the same day of the weeks after it, where there is school. Raises `BookingFault`."""
    try:
        first = date.fromisoformat(typed["day"])
        begins, ends = (time.fromisoformat(typed[name]) for name in ("from", "until"))
        minutes, weeks = int(typed["minutes"]), int(typed["weeks"] or "1")
    except ValueError as error:
        raise BookingFault("booking_fault_time", "give a day, two times of the day, minutes and weeks") from error
    if not SHORTEST_TALK <= minutes <= LONGEST_TALK or not 1 <= weeks <= MOST_WEEKS:
        raise BookingFault("booking_fault_time", f"a talk takes {SHORTEST_TALK} to {LONGEST_TALK} minutes")
    if first > now.astimezone(ZONE).date() + LONGEST_AHEAD:
        raise BookingFault("booking_fault_time", "the day lies too far ahead")
    days = [first + timedelta(weeks=number) for number in range(weeks)]
    taught = [day for day in days if day == first or kind_of_day(day, school) is DutyHours.LESSONS]
    found = []
    for day in taught:
        at, until = (datetime.combine(day, clock, ZONE) for clock in (begins, ends))
        while at + timedelta(minutes=minutes) <= until:
            found.append((at, minutes))
            at += timedelta(minutes=minutes)
    if not found or found[0][0] <= now:
        raise BookingFault("booking_fault_past", "no talk fits between these times, or they are over")
    return found
