"""Safety evidence in rows that an import cannot give to a student: it is said by name, before anything else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.codes import SAFETY, Answer, Tier
from data_schemas.coding import critical_items
from data_schemas.instruments import Instrument
from data_schemas.mapping.fill import Mask
from data_schemas.mapping.progress import SafetyRow, StepRows
from data_schemas.tables import Table
from data_schemas.totals import severe

UNKNOWN, POSITIVE = 1, 2
RESPONSES = "responses/"
REPORTED = frozenset(kind.code for kind in SAFETY)


@dataclass(frozen=True)
class _Marks:
    """What one column says of each row: 0 nothing of safety, 1 it cannot be told, 2 positive."""

    column: str
    status: NDArray[np.int64]


def safety_rows(
    table: Table,
    frame: pd.DataFrame,
    parts: Sequence[StepRows],
    instruments: Mapping[str, Instrument],
    refused: Mask,
    kept: Mask,
) -> list[SafetyRow]:
    """Of the rows that are `refused`, and of those `kept` whose student is not settled, each with safety evidence that
    is positive or that cannot be read: a critical item, a report of danger, an outcome that needs help, a total beyond
    its scale or from where safety is asked about. Positive ones come first. A row that says the same as one that was
    written is not lost."""
    said = frame[list(table.names)]
    again = refused & said.duplicated().to_numpy(dtype=bool)
    rows = np.flatnonzero((refused | kept) & ~again)
    if not len(rows):
        return []
    marks = list(_marks(table, said.iloc[rows], instruments))
    if not marks:
        return []
    every = np.stack([mark.status for mark in marks])
    worst, status = every.argmax(axis=0), every.max(axis=0)
    found = []
    for place in np.flatnonzero(status):
        row = rows[place]
        part = parts[int(frame["_part"].iloc[row])]
        column = marks[worst[place]].column
        cell = part.step.cells.get(column)
        header = part.found.get(cell.columns[0], cell.columns[0]) if cell is not None and cell.columns else column
        student = said["student_id"].iloc[row]
        found.append(
            SafetyRow(
                file=part.file,
                row=int(frame["_row"].iloc[row]),
                student_id=None if pd.isna(student) else str(student),
                column=header,
                positive=bool(status[place] == POSITIVE),
                kept=bool(kept[row] and not refused[row]),
            )
        )
    return found


def _marks(table: Table, frame: pd.DataFrame, instruments: Mapping[str, Instrument]) -> Iterator[_Marks]:
    if table.name.startswith(RESPONSES):
        instrument = instruments[table.name.removeprefix(RESPONSES)]
        status = critical_items(instrument, frame)
        for place, critical in enumerate(instrument.critical):
            yield _Marks(f"item_{critical.item}", status[:, place])
    elif table.name == "concerns":
        kind, value = frame["kind"], frame["value"]
        status = np.where(kind.isin(REPORTED), POSITIVE, np.where(kind.isna(), UNKNOWN, 0))
        denied = value.isin([Answer.NO.code, Answer.UNKNOWN.code]).to_numpy(dtype=bool)
        yield _Marks("kind", np.where(denied, 0, status))
    elif table.name == "outcomes":
        level = frame["level"].to_numpy("float64", na_value=np.nan)
        yield _Marks("level", np.where(np.isnan(level), UNKNOWN, np.where(level >= Tier.PRIORITY.ord, POSITIVE, 0)))
    elif table.name == "scores":
        yield _Marks("value", np.where(severe(frame, instruments), UNKNOWN, 0))
