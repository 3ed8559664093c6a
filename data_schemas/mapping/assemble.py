"""One canonical table of all its parts, with what must hold between rows held."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from data_schemas.coding import coding_faults
from data_schemas.enrolment import SET_ASIDE, STUDENT
from data_schemas.instruments import Instrument
from data_schemas.mapping.fill import typed
from data_schemas.mapping.progress import Applied, Finding, StepRows
from data_schemas.mapping.safety import safety_rows
from data_schemas.rules import REFUSED, Fault, among, faults
from data_schemas.tables import Table
from data_schemas.totals import parts_apart, score_faults


@dataclass
class ImportedRoster:
    """The students that were named, those of them whose row can be written, and those whom a filter leaves out."""

    named: set[str] = field(default_factory=set)
    good: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)


def assemble(
    table: Table,
    parts: Sequence[StepRows],
    day: date | None,
    roster: ImportedRoster,
    instruments: Mapping[str, Instrument],
    ahead: bool,
    set_aside: bool,
    done: Applied,
) -> pd.DataFrame:
    """The good rows of a table; the others are found in `done`.

    Rows are compared even where a cell is bad, so that one look at the list is enough. Rows of a student whom the
    roster does not name, or whose roster row is refused, are asked about and kept: with `set_aside` they are written,
    and what could be read of the refused roster rows as a table of their own.
    """
    frames = []
    for number, part in enumerate(parts):
        absent = [column for column in table.columns if column.name not in part.frame.columns]
        blank = np.full(len(part.rows), None, dtype=object)
        extra = {column.name: typed(blank, column.kind) for column in absent}
        frames.append(part.frame.assign(**extra, _part=number, _row=part.rows, _bad=part.bad))
    frame = pd.concat(frames, ignore_index=True)
    if table.name != "students" and "student_id" in table.names:
        out = among(frame["student_id"], roster.left_out - roster.named) & ~frame["_bad"].to_numpy()
        for number, part in enumerate(parts):
            part.count.left_out += int((frame["_part"][out] == number).sum())
        frame = frame[~out].reset_index(drop=True)
    wrong = frame["_bad"].to_numpy(dtype=bool).copy()
    found: list[Fault] = []
    if day is not None:
        found += faults(frame, table, day, roster.named, ahead, roster.named - roster.good)
    if table.name == "scores":
        found += [*score_faults(frame, instruments), *parts_apart(frame, instruments)]
    elif table.name.startswith("responses/"):
        found += coding_faults(instruments[table.name.removeprefix("responses/")], frame)
    kept = np.zeros(len(frame), dtype=bool)
    for fault in found:
        if not fault.kept and not fault.whole:
            wrong[fault.rows] = True
        elif fault.kept and fault.column == STUDENT:
            kept[fault.rows] = True
        if set_aside or fault.what != REFUSED:  # else the problem of the roster row says it
            done.findings += _findings(fault, table, frame, parts)
    kept &= ~wrong
    for number, part in enumerate(parts):
        mine = (frame["_part"] == number).to_numpy()
        part.count.written += int((mine & ~wrong).sum())
        part.count.unsettled += int((mine & kept).sum())
        part.count.set_aside += int((mine & wrong).sum())
    done.safety += safety_rows(table, frame, parts, instruments, wrong, kept)
    names = list(table.names)
    if table.name == "students":
        roster.named |= set(frame["student_id"].dropna())
        roster.good |= set(frame.loc[~wrong, "student_id"])
        roster.left_out |= {student for part in parts for student in part.left_out}
        refused = _readable(frame.loc[:, names], found)[wrong].dropna(subset=["student_id"])
        if set_aside and len(refused):
            done.tables[SET_ASIDE.name] = refused.reset_index(drop=True)
    return frame.loc[~wrong, names].reset_index(drop=True)


def _findings(fault: Fault, table: Table, frame: pd.DataFrame, parts: Sequence[StepRows]) -> Iterator[Finding]:
    """A fault under the headers of the files."""
    for number, group in frame.iloc[fault.rows].groupby("_part")["_row"]:
        part = parts[int(str(number))]
        cell = part.step.cells.get(fault.column)
        label = cell.columns[0] if cell is not None and cell.columns else fault.column
        header = None if fault.whole else label
        yield Finding(table.name, part.file, group.to_numpy(), header, fault.what, fault.fix, fault.whole)


def _readable(frame: pd.DataFrame, found: Sequence[Fault]) -> pd.DataFrame:
    """The rows without the cells at fault; those that could not be read are blank already."""
    cleared = frame.copy()
    for fault in found:
        if fault.column != "student_id":
            at_fault = np.zeros(len(frame), dtype=bool)
            at_fault[fault.rows] = True
            cleared[fault.column] = cleared[fault.column].mask(at_fault)
    return cleared
