"""One canonical table of all its parts, with what must hold between rows held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from data_schemas.coding import coding_faults
from data_schemas.instruments import Instrument
from data_schemas.mapping.fill import typed
from data_schemas.mapping.progress import Applied, Finding, Part
from data_schemas.rules import Fault, among, faults, score_faults
from data_schemas.tables import Table


@dataclass
class Roster:
    """The students that were named, those of them whose row can be written, and those whom a filter leaves out."""

    named: set[str] = field(default_factory=set)
    good: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)


def assemble(
    table: Table,
    parts: Sequence[Part],
    day: date | None,
    roster: Roster,
    instruments: Mapping[str, Instrument],
    ahead: bool,
    set_aside: bool,
    done: Applied,
) -> pd.DataFrame:
    """The good rows of a table; the others are found in `done`. Of doubled rows the first is kept.

    Rows are compared even where a cell is bad, so that one look at the list is enough. With `set_aside` the rows
    of a student who is set aside go with the student.
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
    found = faults(frame, table, day, roster.named, ahead) if day is not None else []
    if table.name == "scores":
        found += score_faults(frame, instruments)
    elif table.name.startswith("responses/"):
        found += coding_faults(instruments[table.name.removeprefix("responses/")], frame)
    if set_aside and table.name != "students":
        found += _left_behind(frame, table, roster)
    for fault in found:
        wrong[fault.rows] = True
        rows = frame.iloc[fault.rows]
        for number, group in rows.groupby("_part")["_row"]:
            part = parts[int(str(number))]
            cell = part.step.cells.get(fault.column)
            label = cell.columns[0] if cell is not None and cell.columns else fault.column
            done.findings.append(Finding(table.name, part.file, group.to_numpy(), label, fault.what, fault.fix))
    for number, part in enumerate(parts):
        mine = (frame["_part"] == number).to_numpy()
        part.count.written += int((mine & ~wrong).sum())
        part.count.set_aside += int((mine & wrong).sum())
    if table.name == "students":
        roster.named |= set(frame["student_id"].dropna())
        roster.good |= set(frame.loc[~wrong, "student_id"])
        roster.left_out |= {student for part in parts for student in part.left_out}
    return frame.loc[~wrong, list(table.names)].reset_index(drop=True)


def _left_behind(frame: pd.DataFrame, table: Table, roster: Roster) -> list[Fault]:
    if "student_id" not in table.names:
        return []
    rows = np.flatnonzero(among(frame["student_id"], roster.named - roster.good))
    fault = Fault(
        rows, "student_id", "the row of this student in the students table was set aside", "mend that row first"
    )
    return [fault] if len(rows) else []
