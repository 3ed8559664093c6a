"""What was found in a file that is drafted, or in a sheet of a workbook."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from data_schemas.cells import Texts
from data_schemas.instruments import Instrument
from data_schemas.mapping.draft_attendance import AttendanceFile
from data_schemas.mapping.draft_head import Head
from data_schemas.mapping.draft_leave import LeaveFile
from data_schemas.mapping.draft_totals import Totals
from data_schemas.mapping.sheet_days import Day, days_in
from data_schemas.mapping.tool_rows import Trials


@dataclass(frozen=True)
class Questionnaire:
    """A questionnaire in a file: the headers of its items by number and the pattern that finds them. `coding` and
    `absent` are as the mapping says them, a reference to a question among these; without an `instrument` the `table`
    holds one."""

    instrument: Instrument | None
    name: str  # for questions about it
    headers: Mapping[int, str]
    pattern: str | None
    coding: str | None
    absent: str | Sequence[int] | None
    day: Day
    table: str
    total: str | None = None
    beside: str | None = None  # of the headers those that are no items
    respondent: str = "self"


@dataclass(frozen=True, eq=False)
class Export:
    """What was found in a file: canonical column → header, header → cells, what is left unread, and rows of trials."""

    head: Head
    columns: Mapping[str, str]
    texts: Mapping[str, Texts]
    questionnaires: Sequence[Questionnaire]
    unread: Sequence[str]
    trials: Trials | None = None
    totals: Sequence[Totals] = ()
    leave: LeaveFile | None = None
    attendance: AttendanceFile | None = None
    counted: bool = False  # it counts leave and does not say on which days

    @property
    def days(self) -> Iterator[date]:
        """The days that it is about: of its sheets, its leave and its attendance."""
        yield from self.past
        if self.leave is not None:
            yield from days_in(self.texts[self.leave.columns["start_on"]])

    @property
    def past(self) -> Iterator[date]:
        """Those of them that are over once they are written down; leave may begin later."""
        for day in (*(one.day for one in self.questionnaires), *(one.day for one in self.totals)):
            yield from day.days
        if self.leave is not None and (recorded := self.leave.columns.get("recorded_on")) is not None:
            yield from days_in(self.texts[recorded])
        if self.attendance is not None:
            yield self.attendance.last
