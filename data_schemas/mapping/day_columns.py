"""An attendance sheet 考勤表 with a column a day, or a column a lesson: a mark in a cell is a leave of that day."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from pydantic import Field, model_validator

from data_schemas.codes import LeaveType
from data_schemas.mapping.cell import Cell, Codes, Condition, Header, MappingPart, ValueMap
from data_schemas.times_of_day import HALVES_A_DAY

# Kinds of which nothing is a day or half a day.
MOMENTS = (LeaveType.LATE.code, LeaveType.EARLY.code)
PRESENT = "present"  # what a mark may be said to be that is no leave
SECOND = " (2)"  # of a day with a leave of one type in the morning and of another in the afternoon


class DayColumns(MappingPart):
    """Day columns of an attendance sheet, from the day `first` to the day `last`.

    In `columns` `{m}` and `{d}` stand for month and day without a zero before them, such as `{m}月{d}日`, `{mm}` and
    `{dd}` for those of two digits and `{y}` for the year. A day whose column the sheet does not have (a weekend) is
    passed over. `marks` say which type of leave a mark is, or that it is `present`; `present` are the marks of who was
    there, as a blank cell is. Any other mark is a problem. Marks among `half` take half of the day.

    With a column a lesson `{n}` stands for the lesson, from 1 to `lessons`, of which `morning` lie before noon. A mark
    of any lesson of a half takes all of that half.
    """

    columns: Header
    first: date
    last: date
    marks: ValueMap
    present: Codes = ()
    half: Codes = ()
    lessons: int | None = Field(default=None, ge=2, le=20)
    morning: int | None = Field(default=None, ge=1, le=20)

    @model_validator(mode="before")
    @classmethod
    def _marks_of_who_was_there(cls, given: Any) -> Any:
        """Marks that are said to be `present`, as the answer to a question may be, are no leave."""
        marks = given.get("marks") if isinstance(given, dict) else None
        if not isinstance(marks, dict) or PRESENT not in marks.values():
            return given
        there = [mark for mark, kind in marks.items() if kind == PRESENT]
        marks = {mark: kind for mark, kind in marks.items() if kind != PRESENT}
        return {**given, "marks": marks, "present": (*given.get("present", ()), *there)}

    @model_validator(mode="after")
    def _a_span(self) -> "DayColumns":
        if "{d}" not in self.columns and "{dd}" not in self.columns:
            raise ValueError("columns needs {d} where the day stands")
        if not self.first <= self.last or (self.last - self.first).days > 366:
            raise ValueError("last must lie within a year after first")
        if self.first.month != self.last.month and "{m}" not in self.columns and "{mm}" not in self.columns:
            raise ValueError("columns needs {m} where the days are of several months")
        if not self.marks:
            raise ValueError("no mark is a leave: everybody was there, and the block is left out")
        both = sorted(set(self.marks) & set(map(str, self.present)))
        if both:
            raise ValueError(f"{both[0]} cannot be a leave and present")
        if not ("{n}" in self.columns) == (self.lessons is not None) == (self.morning is not None):
            raise ValueError("a column a lesson needs {n} in columns, lessons and morning; a column a day none of them")
        if self.lessons is not None and self.morning is not None and self.morning > self.lessons:
            raise ValueError("morning cannot have more lessons than the day")
        return self

    def days(self) -> Iterator[tuple[date, str]]:
        """Each day with its header; with a column a lesson `*` stands for the lesson."""
        for number in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=number)
            yield day, self._header(day).replace("{n}", "*")

    def _header(self, day: date) -> str:
        written = {"{y}": f"{day.year}", "{m}": f"{day.month}", "{d}": f"{day.day}"}
        written |= {"{mm}": f"{day.month:02}", "{dd}": f"{day.day:02}"}
        header = self.columns
        for name, text in written.items():
            header = header.replace(name, text)
        return header

    def lessons_of(self, header: str) -> list[str]:
        """The headers of the lessons of a day, in their order."""
        return [header.replace("*", str(number)) for number in range(1, (self.lessons or 0) + 1)]

    def steps(self) -> Iterator[tuple[str, Condition, dict[str, Cell]]]:
        """Of each day its name, the condition that a cell is a leave, and the cells of that leave."""
        for day, header in self.days():
            for column in (header,) if self.lessons is None else (header, header + SECOND):
                yield column.replace(header, day.isoformat()), *self._step(day, column)

    def _step(self, day: date, column: str) -> tuple[Condition, dict[str, Cell]]:
        types = {**self.marks}
        cells = {name: Cell(constant=day) for name in ("start_on", "end_on", "recorded_on")}
        if self.lessons is not None:  # the cells are made of those of the lessons, by `halves_of_lessons`
            types = {in_halves(mark, halves): kind for mark, kind in types.items() for halves in (1, 2)}
            halves = {in_halves(mark, halves): halves for mark in self.marks for halves in (1, 2)}
            cells["half_days"] = Cell(column=column, values=halves, optional=True)
        elif self.half:
            part = {*map(str, self.half), *(mark for mark, kind in types.items() if kind in MOMENTS)}
            values: ValueMap = {mark: 1 if mark in part else HALVES_A_DAY for mark in types}
            cells["half_days"] = Cell(column=column, values=values, optional=True)
        known = (*types, *map(str, self.present))
        cells["type"] = Cell(column=column, values=types, optional=True)
        return Condition(column=column, one_of=tuple(types), known=known, optional=True), cells


def in_halves(mark: str, halves: int) -> str:
    """A mark with the halves of a day that it takes."""
    return f"{mark} × {halves}"
