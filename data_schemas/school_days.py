"""The calendars of many schools, and of students by the school they are at."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import Days, SchoolCalendar, default_calendar, place_in

ARRAYS = ("school_day", "return_day", "before_exam", "term", "passed", "previous")


@dataclass(frozen=True, eq=False)
class SchoolDays:
    """The calendars of n students: `which` (n,) points into calendars of one span, stacked as (calendars, days).

    Each question takes places of students and days of the same length, and raises `UserError` for a day outside.
    """

    which: NDArray[np.intp]
    first: int
    school_day: NDArray[np.bool_]
    return_day: NDArray[np.bool_]
    before_exam: NDArray[np.bool_]
    term: Days
    passed: Days
    previous: Days

    @property
    def arrays(self) -> tuple[Any, ...]:
        """Everything that a compiled loop reads of it, in this order."""
        days = (self.school_day, self.return_day, self.before_exam, self.term, self.passed, self.previous)
        return (self.which, *days, self.first)

    def is_school_day(self, student: Days, days: Days) -> NDArray[np.bool_]:
        return self.school_day[self._place(student, days)]

    def is_return_day(self, student: Days, days: Days) -> NDArray[np.bool_]:
        """Whether each day is the first school day after three or more days without school."""
        return self.return_day[self._place(student, days)]

    def school_days_until(self, student: Days, days: Days) -> Days:
        """A running count of school days: the difference of two is the number of school days in between."""
        return self.passed[self._place(student, days)]

    def school_day_before(self, student: Days, days: Days) -> Days:
        """The last school day before each day."""
        return self.previous[self._place(student, days)]

    def term_of(self, student: Days, days: Days) -> Days:
        """The number of the term that each day lies in, 0 outside of terms; numbers are a school's own."""
        return self.term[self._place(student, days)]

    def term_begun(self, day: int) -> Days:
        """Per student, the number of the newest term that has begun by a day; 0 before the first."""
        begun = self.term[:, : int(place_in(self.first, self.term.shape[1], np.array([day]))[0]) + 1].max(axis=1)
        return np.asarray(begun[self.which], dtype=np.int64)

    def __len__(self) -> int:
        return len(self.which)

    def _place(self, student: Days, days: Days) -> tuple[NDArray[np.intp], Days]:
        return self.which[student], place_in(self.first, self.school_day.shape[1], days)


@dataclass(frozen=True, eq=False)
class Calendars:
    """Calendars by school; a school that has none of its own goes by the default one."""

    default: SchoolCalendar = field(default_factory=default_calendar)
    own: Mapping[str, SchoolCalendar] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of what they say; two sets of calendars that differ in a day differ here."""
        digest = hashlib.sha256()
        for name, calendar in [("", self.default), *sorted(self.own.items())]:
            digest.update(name.encode())
            for days in (calendar.school_day, calendar.before_exam, calendar.term):
                digest.update(days.tobytes())
        return digest.hexdigest()

    def of(self, school: str | None) -> SchoolCalendar:
        return self.default if school is None else self.own.get(school, self.default)

    def of_students(self, schools: NDArray[Any]) -> SchoolDays:
        """The calendars of students by their schools (n,)."""
        named = [school for school in dict.fromkeys(schools.tolist()) if school in self.own]
        place = {school: number for number, school in enumerate(named, start=1)}
        which = np.array([place.get(school, 0) for school in schools.tolist()], dtype=np.intp)
        found = [self.default, *(self.own[school] for school in named)]
        return SchoolDays(which, self.default.first, *(_stacked(found, name) for name in ARRAYS))


def _stacked(calendars: Sequence[SchoolCalendar], name: str) -> NDArray[Any]:
    """The arrays one below the other; of one calendar alone, as in most requests, nothing is copied."""
    arrays = [getattr(calendar, name) for calendar in calendars]
    return np.stack(arrays) if arrays[1:] else arrays[0][np.newaxis]
