"""From sheets to canonical tables: filters, steps, then what must hold between rows. Every row is counted."""

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.cells import Texts
from data_schemas.instruments import Instrument
from data_schemas.mapping.assemble import ImportedRoster, assemble
from data_schemas.mapping.cell import Cell
from data_schemas.mapping.definition import Mapping
from data_schemas.mapping.fill import Bad, Mask, fill, holds, typed
from data_schemas.mapping.fit import AS_OF, Step
from data_schemas.mapping.half_days import with_halves
from data_schemas.mapping.leave_versions import replaced
from data_schemas.mapping.progress import Applied, Count, Finding, StepRows
from data_schemas.mapping.sheet import Sheet


@dataclass(frozen=True)
class _Kept:
    """A sheet, the rows that pass the mapping's filters, and rows that no step can use."""

    sheet: Sheet
    keep: Mask
    refused: tuple[Bad, ...]


def apply_mapping(
    mapping: Mapping,
    steps: Sequence[Step],
    sheets: Lookup[str, Sequence[Sheet]],
    as_of: date | Cell,
    instruments: Lookup[str, Instrument],
    set_aside: bool,
) -> Applied:
    """Make canonical tables of `sheets` (role → files). Raises nothing for bad cells: they are in the findings."""
    done = Applied({}, [], [], 0, 0)
    kept: dict[str, list[_Kept]] = {}
    for role, files in sheets.items():
        kept[role] = [_filter(mapping, role, sheet, done) for sheet in files]
    day = _as_of(mapping, as_of, kept, done)
    parts = []
    for step in steps:
        count = Count(step.name, [each.sheet.file for each in kept[step.role]])
        done.counts.append(count)
        parts += [_part(step, each, done, count) for each in kept[step.role]]
    roster = ImportedRoster()
    ahead = mapping.dataset.mode == "longitudinal"
    by_table = sorted(parts, key=lambda part: (part.step.table.name != "students", part.step.table.name))
    for name, group in groupby(by_table, key=lambda part: part.step.table.name):
        made = list(group)
        done.tables[name] = assemble(made[0].step.table, made, day, roster, instruments, ahead, set_aside, done)
    return done


def _filter(mapping: Mapping, role: str, sheet: Sheet, done: Applied) -> _Kept:
    """The rows that pass the mapping's own filters. A blank cell passes only where the filter asks for blanks.

    A row whose cell cannot be read passes, to be refused by every step: it must not vanish.
    """
    keep = np.ones(len(sheet.rows), dtype=bool)
    overfull = np.isin(sheet.rows, sheet.overfull)
    refused = [Bad(overfull, "", "the row has more cells than the header", "look for a stray delimiter or quote")]
    for condition in mapping.where:
        if condition.file is not None and condition.file != role:
            continue
        true, unknown, bad = holds(condition, sheet.columns[condition.column])
        unreadable = np.logical_or.reduce([np.zeros(len(keep), dtype=bool), *(each.rows for each in bad)])
        refused += bad
        false = keep & ~true & ~unknown
        blank = keep & unknown & ~unreadable
        for name, rows in ((f"not {condition}", false), (f"{condition.column} blank", blank)):
            if condition.missing is None or not rows.any():
                done.filters[name] = done.filters.get(name, 0) + int(rows.sum())
        keep &= true | unreadable
    done.rows_read += len(keep)
    done.rows_filtered += int((~keep).sum())
    return _Kept(sheet, keep, tuple(each for each in refused if each.rows.any()))


def _as_of(mapping: Mapping, as_of: date | Cell, kept: Lookup[str, list[_Kept]], done: Applied) -> date | None:
    """The as-of date: given, or the latest that a column has in the rows that were kept."""
    if isinstance(as_of, date):
        done.as_of_dates = (as_of,)
        return as_of
    role = mapping.role_of(None)
    days: set[date] = set()
    for each in kept[role] if role else []:
        rows = np.flatnonzero(each.keep)
        sources = {name: each.sheet.columns[name].take(rows) for name in as_of.columns}
        filled = fill(as_of, AS_OF, sources, each.sheet.rows[rows])
        for bad in filled.bad:
            numbers = each.sheet.rows[rows][bad.rows]
            done.findings.append(Finding(AS_OF.name, each.sheet.file, numbers, bad.column, bad.what, bad.fix))
        days |= {value for value in filled.values if value is not None}
    done.as_of_dates = tuple(sorted(days))
    return max(days) if days else None


def _part(step: Step, kept: _Kept, done: Applied, count: Count) -> StepRows:
    """What a step makes of a sheet. `bad` pairs positions in the sheet with what is wrong there."""
    sheet = kept.sheet
    count.read += len(sheet.rows)
    count.filtered += int((~kept.keep).sum())
    rows = np.flatnonzero(kept.keep)
    bad: list[tuple[NDArray[np.intp], Bad]] = [(np.flatnonzero(each.rows), each) for each in kept.refused]
    inside = np.ones(len(rows), dtype=bool)
    for condition in step.where:
        true, unknown, unreadable = holds(condition, sheet.columns[condition.column].take(rows))
        inside &= true | unknown
        bad += [(rows[each.rows], each) for each in unreadable]
        for each in unreadable:
            unknown = unknown & ~each.rows
        if condition.column not in step.skip_if_missing:
            fix = f"fill it in, or add {condition.column} to skip_if_missing of the block for {step.name}"
            undecided = Bad(unknown, condition.column, "the cell is blank and decides whether there is a row", fix)
            bad.append((rows[unknown], undecided))
    count.outside += int((~inside).sum())
    rows = rows[inside]
    answered = _answered(step, sheet, rows)
    skip = ~answered  # a form that was never opened is nobody's sheet
    count.unopened += int(skip.sum())
    for name in step.skip_if_missing:
        codes = {str(code) for cell in step.cells.values() if cell.column == name for code in cell.missing}
        blank = sheet.columns[name].take(rows).without(codes).blank & ~skip
        if step.is_answers:  # what has answers is somebody's, and its blank is named
            continue
        count.skipped_by[name] = count.skipped_by.get(name, 0) + int(blank.sum())
        skip |= blank
    count.skipped += int(skip.sum())
    rows = rows[~skip]
    count.dated += _dated(step, sheet, rows)
    sources: dict[str, Texts] = {name: sheet.columns[name].take(rows) for name in step.columns}
    columns = {}
    for name, cell in step.cells.items():
        column = step.table.column(name)
        filled = fill(cell, column, sources, sheet.rows[rows])
        bad += [(rows[each.rows], each) for each in filled.bad]
        columns[name] = typed(filled.values, column.kind)
    columns = with_halves(step, sources, columns)
    if (earlier := replaced(step, sources, columns)).any():
        count.replaced += int(earlier.sum())
        rows, columns = rows[~earlier], {name: values[~earlier] for name, values in columns.items()}
    wrong = np.zeros(len(rows), dtype=bool)
    for places, each in bad:
        places = places[np.isin(places, rows)]
        wrong |= np.isin(rows, places)
        if len(places):
            header = sheet.found.get(each.column, each.column) or None
            finding = Finding(step.table.name, sheet.file, sheet.rows[places], header, each.what, each.fix)
            done.findings.append(finding)
    frame = pd.DataFrame(columns).reset_index(drop=True) if columns else pd.DataFrame(index=range(len(rows)))
    return StepRows(step, count, sheet.file, sheet.rows[rows], frame, wrong, sheet.found, _left_out(step, sheet, rows))


def _answered(step: Step, sheet: Sheet, rows: NDArray[np.intp]) -> Mask:
    """Which rows of a questionnaire have any answer; of other tables all."""
    if not step.is_answers:
        return np.ones(len(rows), dtype=bool)
    found = np.zeros(len(rows), dtype=bool)
    for name, cell in step.cells.items():
        if name.startswith("item_"):
            texts = sheet.columns[cell.column or ""].take(rows) if cell.column else None
            found |= True if texts is None else ~texts.without(map(str, cell.missing)).blank
    return found


def _dated(step: Step, sheet: Sheet, rows: NDArray[np.intp]) -> int:
    """How many sheets have no day of their own and take the file's."""
    cell = step.cells.get("administered_on")
    if cell is None or cell.fallback is None or cell.column is None:
        return 0
    return int(sheet.columns[cell.column].take(rows).without(map(str, cell.missing)).blank.sum())


def _left_out(step: Step, sheet: Sheet, rows: NDArray[np.intp]) -> frozenset[str]:
    """The ids of students in a sheet whose rows are not among `rows`: their records elsewhere are not strangers."""
    if step.table.name != "students":
        return frozenset()
    others = np.setdiff1d(np.arange(len(sheet.rows)), rows)
    cell = step.cells["student_id"]
    sources = {name: sheet.columns[name].take(others) for name in cell.columns}
    filled = fill(cell, step.table.column("student_id"), sources, sheet.rows[others])
    return frozenset(value for value in filled.values if value is not None)


def tables_of(frames: Lookup[str, Any], prefix: str = "responses/") -> tuple[dict[str, Any], dict[str, Any]]:
    """Tables, and sheets of answers by instrument code."""
    sheets = {name.removeprefix(prefix): frame for name, frame in frames.items() if name.startswith(prefix)}
    return {name: frame for name, frame in frames.items() if not name.startswith(prefix)}, sheets
