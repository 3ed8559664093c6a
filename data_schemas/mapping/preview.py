"""What a mapping understands of files, told before anything is written: columns, words, blanks, what is left unread."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from data_schemas.cells import BadCell
from data_schemas.class_names import class_questions
from data_schemas.consent_days import consent_questions
from data_schemas.distribution import distribution, doubtful_floors
from data_schemas.instruments import Instrument
from data_schemas.mapping.cell import Cell
from data_schemas.mapping.fill import reader_of
from data_schemas.mapping.fit import Step
from data_schemas.mapping.recognition import safety_among
from data_schemas.mapping.safety import RESPONSES
from data_schemas.mapping.sheet import Sheet
from data_schemas.mapping.understanding import Understood
from data_schemas.plausibility import age_questions, roster_questions
from data_schemas.tables import CellKind, Column, Sensitivity
from runxin.errors import how_many

# A text is shown only where it is one of a column's few answers and this many cells have it: a name is not.
SHOWN_FROM = 5
LONGEST = 16


@dataclass
class Cells:
    """What became of the cells of one source column, or of all items of a questionnaire: how many texts were read as
    which value, which were not understood, and how many are blank."""

    header: str
    closed: bool = True  # a few known answers: its texts may be shown
    count: int = 0
    blank: int = 0
    read: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def payload(self) -> dict[str, Any]:
        """As JSON; texts that few cells have are counted and not shown."""
        by_value = sorted(self.read.items(), key=lambda one: one[0][::-1])
        read = [{"text": text, "value": value, "cells": n} for (text, value), n in by_value]
        often = {text: n for text, n in self.refused.items() if n >= SHOWN_FROM and len(text) <= LONGEST}
        shown = often if self.closed else {}
        return {
            "header": self.header,
            "cells": self.count,
            "blank": self.blank,
            "read": read,
            "not_understood": shown,
            "others_not_understood": sum(self.refused.values()) - sum(shown.values()),
        }


def preview(made: Understood) -> dict[str, Any]:
    """What was understood, as one JSON object. Ids, names and free texts are counted, never shown."""
    days = made.applied.as_of_dates
    return {
        "name": made.mapping.dataset.name,
        "as_of": days[-1].isoformat() if days else None,
        "questions": [question.model_dump() for question in made.mapping.questions],
        "files": list(_files(made)),
        "blocks": [_block(made, step, made.sheets[step.role]) for step in made.steps],
        "filters": made.applied.filters,
        "notes": list(notes_of_students(made)),
        "problem_count": len(made.problems),
    }


def notes_of(made: Understood, sheet: Sheet) -> Iterator[str]:
    """What has to be known of a file: rows of totals, hidden ones, sheets of the workbook that nothing reads."""
    yield from sheet.notes
    used = {other.sheet for sheets in made.sheets.values() for other in sheets if other.file == sheet.file}
    unread = [f"{name} ({how_many(rows, 'row')})" for name, rows in sheet.others.items() if name not in used]
    for step in made.steps:
        if step.is_answers and any(one is sheet for one in made.sheets[step.role]):
            yield from _unanswered(step, sheet, made.instruments[step.table.name.removeprefix(RESPONSES)])
    if unread:
        yield f"sheets of the workbook that nothing reads: {', '.join(unread)}"


def _unanswered(step: Step, sheet: Sheet, instrument: Instrument) -> Iterator[str]:
    """Items that nobody answered though others were answered: a platform may keep them back."""
    blank = []
    for number in range(1, instrument.items + 1):
        cell = step.cells.get(f"item_{number}")
        if cell is not None and cell.column is not None:
            texts = sheet.columns[cell.column].without(map(str, cell.missing))
            blank += [number] if len(texts.index) and texts.blank.all() else []
    if blank and len(blank) < instrument.items:
        named = ", ".join(map(str, blank))
        yield (
            f"{instrument.code}: nobody answered item {named}, unknown for everyone: was it left out of the export?"
            f"{safety_among(instrument, blank)}"
        )


def notes_of_students(made: Understood) -> Iterator[str]:
    """How many students are outside the ages of a questionnaire that they answered, or have facts that can hardly be,
    such as a grade that lies beyond their stage: graduated, and nothing says that they left. And floors that most of a
    file reach."""
    frames, days = made.applied.tables, made.applied.as_of_dates
    if not days or "students" not in frames:
        return
    if made.mapping.dataset.origin != "foreign":  # elsewhere stages and grades are cut otherwise
        for fault in (*roster_questions(frames["students"], days[-1]), class_questions(frames["students"])):
            if len(fault.rows):
                yield f"students: {how_many(len(fault.rows), 'row')}, {fault.column}: {fault.what} ({fault.fix})"
    for fault in consent_questions(frames["consents"]) if "consents" in frames else ():
        if len(fault.rows):
            yield f"consents: {how_many(len(fault.rows), 'row')} {fault.what} ({fault.fix})"
    for name in (name for name in frames if name.startswith(RESPONSES)):
        code = name.removeprefix(RESPONSES)
        yield from (f"{code}: {said}" for said in doubtful_floors(made.instruments[code], frames[name]))
    for name, fault in age_questions(frames, made.instruments, days[-1]):
        count = frames[name]["student_id"].iloc[fault.rows].nunique()
        yield f"{name}: {how_many(count, 'student')} {fault.what}: {fault.fix}; `runxin check` names the rows"


def _files(made: Understood) -> Iterator[dict[str, Any]]:
    for role, sheets in made.sheets.items():
        for sheet in sheets:
            read = set(sheet.found.values())
            unread = [header for header in sheet.headers if header and header not in read]
            told = {"file": sheet.file, "role": role, "rows": len(sheet.rows), "read": sorted(read), "unread": unread}
            yield {**told, "notes": list(notes_of(made, sheet))}


def _block(made: Understood, step: Step, sheets: Sequence[Sheet]) -> dict[str, Any]:
    count = next(each for each in made.applied.counts if each.step == step.name)
    told: dict[str, Any] = {
        "block": step.name,
        "rows": {"written": count.written, "set_aside": count.set_aside, "skipped": count.skipped},
        "columns": [
            {"column": name, "zh": column.zh, **one.payload()}
            for name, cell in step.cells.items()
            if not name.startswith("item_")
            for column in [step.table.column(name)]
            if (one := _cells(cell, column, sheets, _outside(step, cell)) or _made_of(cell)) is not None
        ],
    }
    if step.table.name.startswith(RESPONSES):
        instrument = made.instruments[step.table.name.removeprefix(RESPONSES)]
        told["answers"] = _answers(step, instrument, sheets)
        told["distribution"] = distribution(instrument, made.applied.tables[step.table.name])
    return told


def _answers(step: Step, instrument: Instrument, sheets: Sequence[Sheet]) -> dict[str, Any]:
    """All items together: which header is which item, what their answers say, and which are not there."""
    everything, items = Cells("*"), {}
    for number in range(1, instrument.items + 1):
        cell = step.cells.get(f"item_{number}")
        one = _cells(cell, step.table.column(f"item_{number}"), sheets) if cell else None
        if one is None:
            continue
        items[number] = one.header
        everything.count += one.count
        everything.blank += one.blank
        everything.read += one.read
        everything.refused += one.refused
    absent = [number for number in range(1, instrument.items + 1) if number not in items]
    variant = step.cells.get("coding_variant")
    by_sheet = variant is not None and variant.constant is None
    declared = None if variant is None or by_sheet else str(variant.constant)
    return {
        "instrument": instrument.code,
        "coding": "by sheet" if by_sheet else instrument.coding_of(declared).variant,
        "items": instrument.items,
        "headers": items,
        "absent": absent,
        "absent_critical": [one.item for one in instrument.critical if one.item in absent],
        **{key: value for key, value in everything.payload().items() if key != "header"},
    }


def _made_of(cell: Cell) -> Cells | None:
    """A cell that is made of several columns: only which ones."""
    return Cells(" + ".join(cell.columns), closed=False) if cell.columns and cell.column is None else None


def _outside(step: Step, cell: Cell) -> frozenset[str]:
    """The texts of a cell's column that make no row by the block's own conditions, as a mark of presence: they are
    understood, and of no column."""
    own = (condition for condition in step.where if condition.column == cell.column and condition.known)
    return frozenset(str(text) for condition in own for text in {*condition.known} - {*condition.one_of})


def _cells(cell: Cell, column: Column, sheets: Sequence[Sheet], outside: frozenset[str] = frozenset()) -> Cells | None:
    """What becomes of the source column of a cell, texts `outside` apart; None where it reads none."""
    if cell.column is None:
        return None
    headers = {sheet.found[cell.column] for sheet in sheets if cell.column in sheet.found}
    if not headers:
        return None
    found, reader = Cells(" / ".join(sorted(headers)), _closed(column)), reader_of(cell, column)
    for sheet in sheets:
        texts = sheet.columns[cell.column].without(map(str, cell.missing))
        found.count += len(texts.index)
        found.blank += int(texts.blank.sum())
        for text, n in texts.counted().items():
            if text in outside:
                continue
            try:
                value = reader(text)
            except BadCell:
                found.refused[text] += n
                continue
            found.read[_shown(text, value, column, cell)] += n
    return found


def _shown(text: str, value: object, column: Column, cell: Cell) -> tuple[str, str]:
    """A text with its value where it is one of a few codes; elsewhere only of what kind it was read."""
    if cell.thresholds:
        return "…", str(value)
    if _closed(column) or isinstance(cell.values, dict):
        return text, f"{value:g}" if isinstance(value, float) else str(value).lower()
    if column.kind in (CellKind.DATE, CellKind.TIME) and column.sensitivity is not Sensitivity.PERSONAL:
        return "…", f"{pd.Timestamp(str(value)):%Y-%m}"
    return "…", column.kind.value


def _closed(column: Column) -> bool:
    """Whether a column has a few known answers."""
    return column.name.startswith("item_") or column.codes is not None or column.kind is CellKind.BOOL
