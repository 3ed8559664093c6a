"""Files with a row for each answer, or for each lesson: brought to a row for each sheet or student."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from pydantic import Field, model_validator

from data_schemas.archives import MOST_CELLS
from data_schemas.cells import BadCell, Texts, header_of, moment, texts_of
from data_schemas.mapping.cell import Header, MappingPart
from data_schemas.mapping.headers import is_day_header
from data_schemas.mapping.lesson_names import LEAVE_OUT, Lessons, lessons_in
from data_schemas.mapping.sheet import Sheet
from runxin.errors import Problem, bad_data, how_many

NUMBERED = "、"  # between the number of a question and its words
MOST_ITEMS = 4000  # columns that a file may become


class Pivot(MappingPart):
    """A file of which each row holds one answer. Rows that are alike in the columns of `sheet` (the first says whose
    they are; of a column of days the calendar day counts) are one sheet; its columns are these, those `beside` and one
    for each item. An item is called by the columns of `item`, such as questionnaire and number; its answer stands in
    `answer`.

    With a row for each lesson the items are `day` and `lesson` (`2026-03-02第1节`, by the place among `lessons`), and
    `others` say of further words that they count as a lesson of the afternoon, or are to be left out.
    """

    sheet: tuple[Header, ...]
    answer: Header
    item: tuple[Header, ...] = ()
    day: Header | None = None
    lesson: Header | None = None
    lessons: tuple[str, ...] = ()
    others: dict[str, str] = Field(default_factory=dict)
    beside: tuple[Header, ...] = ()

    @model_validator(mode="after")
    def _items_or_lessons(self) -> "Pivot":
        whole = self.day is not None and self.lesson is not None and bool(self.lessons)
        if not self.sheet or bool(self.item) == whole:
            raise ValueError("a pivot needs sheet, answer, and either item or day, lesson and lessons")
        return self

    @property
    def headers(self) -> tuple[str, ...]:
        """Every column that it reads, each once."""
        named = (*self.sheet, *self.beside, *self.item, self.day, self.lesson, self.answer)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that a sheet has beside its items."""
        return tuple(dict.fromkeys((*self.sheet, *self.beside)))

    @property
    def counted(self) -> Lessons:
        """The lessons of a day in their order."""
        return Lessons(self.lessons, tuple(self.others))


@dataclass
class _Sheet:
    row: int  # the first of its rows, by its number in the file
    kept: list[str | None]
    answers: dict[str, tuple[int, str | None]] = field(default_factory=dict)


def widened(long: Sheet, pivot: Pivot) -> Sheet:
    """A file with a row for each sheet, which has the number of its first row; `long` has the columns of the pivot.

    Raises `UserError` that names each row whose student or item is blank, that answers an item a second time and
    otherwise, or that contradicts another row of its sheet.
    """
    sheets: dict[tuple[str | None, ...], _Sheet] = {}
    items: dict[str, None] = {}
    problems: list[Problem] = []
    texts = {name: _each(long.columns[name]) for name in pivot.headers}
    for place, number in enumerate(long.rows.tolist()):
        cells = {name: column[place] for name, column in texts.items()}
        whose, answer = tuple(_same(name, cells[name]) for name in pivot.sheet), cells[pivot.answer]
        if whose[0] is None:
            if answer is not None:
                fix = "write whose it is in each row; merged cells are read so"
                problems.append(Problem("an answer of nobody", long.file, number, pivot.sheet[0], fix))
            continue
        sheet = sheets.setdefault(whose, _Sheet(number, [cells[name] for name in pivot.kept]))
        problems += _contradicted(long.file, number, pivot, sheet, cells)
        day = None
        try:
            day = _day(pivot, cells)
            named = _items(pivot, cells, day)
        except BadCell as error:
            column = pivot.item[-1] if pivot.day is None else pivot.lesson if day else pivot.day
            problems.append(Problem(error.what, long.file, number, column, error.fix))
            continue
        for item in named:
            items.setdefault(item)
            problems += _answered(long.file, number, pivot, sheet, item, answer)
    if len(items) > MOST_ITEMS or len(items) * len(sheets) > MOST_CELLS:
        what = f"{how_many(len(items), 'different item')} of {how_many(len(sheets), 'sheet')}"
        problems.insert(0, Problem(what, long.file, fix="is this the column of items? Name it under `item`"))
    if problems:
        raise bad_data(f"the rows of {long.file} cannot be brought to a row for each sheet", problems)
    kept = {name: texts_of(one.kept[place] for one in sheets.values()) for place, name in enumerate(pivot.kept)}
    answers = {item: texts_of(one.answers.get(item, (0, None))[1] for one in sheets.values()) for item in items}
    rows, made = how_many(len(long.rows), "row"), len(sheets)
    told = f"{rows}, an answer each, make {how_many(made, 'sheet')}"
    told = f"{rows}, a lesson each, of {how_many(made, 'student')}" if pivot.lesson else told
    return replace(
        long,
        rows=np.array([one.row for one in sheets.values()], dtype=np.int64),
        columns=answers | kept,
        headers=(*kept, *(item for item in items if item not in kept)),
        found={name: name for name in (*kept, *items)},
        notes=(*long.notes, told),
    )


def _each(column: Texts) -> list[str | None]:
    return [None if place < 0 else column.distinct[place] for place in column.index.tolist()]


def _same(name: str, text: str | None) -> str | None:
    """What rows of one sheet have in common: of a day with its time the day alone."""
    on = _moment(text) if text is not None and is_day_header(name) else None
    return text if on is None else on.date().isoformat()


def _answered(file: str, number: int, pivot: Pivot, sheet: _Sheet, item: str, answer: str | None) -> Iterator[Problem]:
    """Take an answer, of which there may be one; a blank one says nothing against another."""
    row, before = sheet.answers.get(item, (0, None))
    if before is None:
        sheet.answers[item] = number, answer
    elif answer not in (None, before):
        what = f"a second answer to {item}, and another one than in row {row}"
        fix = "two sheets of one student? Name the column that tells them apart under `sheet`, or write one"
        yield Problem(what, file, number, pivot.answer, fix)


def _contradicted(
    file: str, number: int, pivot: Pivot, sheet: _Sheet, cells: Mapping[str, str | None]
) -> Iterator[Problem]:
    """Take what a row says of its sheet beside the answer: the last of several times, anything else once."""
    for place, name in enumerate(pivot.kept):
        text, before = cells[name], sheet.kept[place]
        if text is None or text == before:
            continue
        first = _moment(before) if before is not None and is_day_header(name) else None
        second = _moment(text)
        if before is None or (first is not None and second is not None):
            later = first is None or second is None or second > first
            sheet.kept[place] = text if later else before
            continue
        what = f"another {name} than in row {sheet.row}, which is of the same sheet"
        yield Problem(what, file, number, name, "mend it, or name the column under `sheet`")


def _moment(text: str) -> datetime | None:
    try:
        return moment(text)
    except BadCell:
        return None


def _day(pivot: Pivot, cells: Mapping[str, str | None]) -> str | None:
    """The day of a lesson; None where rows are of no lessons. Raises `BadCell`."""
    if pivot.day is None:
        return None
    text = cells[pivot.day]
    if text is None:
        raise BadCell("a row without its day", "write it, or take the row out")
    return moment(text).date().isoformat()


def _items(pivot: Pivot, cells: Mapping[str, str | None], day: str | None) -> list[str]:
    """What a row answers: an item, or the lessons of a `day` that it is of; raises `BadCell`."""
    if pivot.lesson is None:
        named = item_of([cells[name] for name in pivot.item])
        if not named and cells[pivot.answer] is not None:
            raise BadCell("an answer to no item", "write which item it answers, or take the row out")
        return [named] if named else []
    text = cells[pivot.lesson]
    if text is None:
        raise BadCell("a row without its lesson", "write it, or take the row out")
    kinds = [(name, pivot.others.get(name)) for name in lessons_in(text)]
    return [f"{day}第{pivot.counted.place(name)}节" for name, kind in kinds if kind != LEAVE_OUT]


def item_of(cells: Sequence[str | None]) -> str:
    """An item by the cells that name it: `PHQ-9`, `1` and its words are `PHQ-9 1、…`."""
    named = ""
    for text in map(header_of, cells):
        between = NUMBERED if named.rpartition(" ")[2].isdecimal() else " "
        named = f"{named}{between}{text}" if named and text else named or text
    return named
