"""An attendance sheet 考勤表 with a column a day: a mark in a cell is a leave of that day."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, model_validator

from data_schemas.mapping.cell import Cell, Codes, Condition, Header, MappingPart, ValueMap

HALF_DAYS = 2  # of a whole day


class DayColumns(MappingPart):
    """Day columns of an attendance sheet, from the day `first` to the day `last`.

    In `columns` `{m}` and `{d}` stand for month and day without a zero before them, such as `{m}月{d}日`. A day whose
    column the sheet does not have (a weekend) is passed over. `marks` say which type of leave a mark is; `present` are
    the marks of who was there, as a blank cell is. Any other mark is a problem.
    """

    columns: Header
    first: date
    last: date
    marks: Annotated[ValueMap, Field(min_length=1)]
    present: Codes = ()

    @model_validator(mode="after")
    def _a_span(self) -> "DayColumns":
        if "{d}" not in self.columns:
            raise ValueError("columns needs {d} where the day stands")
        if not self.first <= self.last or (self.last - self.first).days > 366:
            raise ValueError("last must lie within a year after first")
        if self.first.month != self.last.month and "{m}" not in self.columns:
            raise ValueError("columns needs {m} where the days are of several months")
        both = sorted(set(self.marks) & set(map(str, self.present)))
        if both:
            raise ValueError(f"{both[0]} cannot be a leave and present")
        return self

    def steps(self) -> Iterator[tuple[str, Condition, dict[str, Cell]]]:
        """Of each day its name, the condition that a cell is a leave, and the cells of that leave."""
        marks = tuple(self.marks)
        for number in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=number)
            header = self.columns.replace("{m}", str(day.month)).replace("{d}", str(day.day))
            known = (*marks, *map(str, self.present))
            condition = Condition(column=header, one_of=marks, known=known, optional=True)
            yield (
                day.isoformat(),
                condition,
                {
                    "type": Cell(column=header, values={**self.marks}, optional=True),
                    "start_on": Cell(constant=day),
                    "end_on": Cell(constant=day),
                    "recorded_on": Cell(constant=day),
                },
            )
