"""Outcomes of a dataset and those that platforms sent, brought together."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import date

import pandas as pd

from data_schemas.dataset import Dataset, conform
from data_schemas.tables import TABLES, CellKind
from serving.store import Outcome, student_of

TABLE = TABLES["outcomes"]


def outcomes_of(dataset: Dataset, schools: Collection[str] | None = None) -> list[tuple[Outcome, str]]:
    """The dataset's outcomes of its students, or of those of some schools, each with the school."""
    frame = dataset.tables.get(TABLE.name)
    if frame is None:
        return []
    school_of = dict(zip(dataset.students["student_id"], dataset.students["school_id"], strict=True))
    cells = []
    for column in TABLE.columns:
        values = frame[column.name].astype(object)
        plain = values.where(values.notna(), None).tolist()
        cells.append([None if one is None else one.date() for one in plain] if column.kind is CellKind.DATE else plain)
    rows = [Outcome(**dict(zip(TABLE.names, row, strict=True))) for row in zip(*cells, strict=True)]
    found = [(_typed(row), school_of[row.student_id]) for row in rows]
    return [(row, school) for row, school in found if schools is None or school in schools]


def _typed(row: Outcome) -> Outcome:
    """A row of the table, where the list of evidence is one text."""
    assessed = None if row.assessed is None else tuple(str(row.assessed).split())
    return replace(row, level=int(row.level), assessed=assessed)


def _cells(outcome: Outcome) -> dict[str, object]:
    return asdict(outcome) | {"assessed": None if outcome.assessed is None else " ".join(outcome.assessed)}


def with_sent(dataset: Dataset, sent: Sequence[Outcome], as_of: date) -> Dataset:
    """The dataset with what platforms sent of its students by the day, before they were on its roster too, where it
    does not say as much itself: a person's word is in force whichever way it came. The fingerprint is then another."""
    school_of = dict(zip(dataset.students["student_id"], dataset.students["school_id"], strict=True))
    theirs = [replace(one, student_id=student_of(one.student_id, school_of)) for one in sent]
    here = [one for one in theirs if one.student_id in school_of and one.known_on <= as_of]
    if not here:
        return dataset
    own = {outcome.sha256 for outcome, _ in outcomes_of(dataset, set(dataset.students["school_id"]))}
    added = [one for one in here if one.sha256 not in own]
    if not added:
        return dataset
    rows = conform(pd.DataFrame([_cells(one) for one in added], columns=list(TABLE.names), dtype=object), TABLE)
    frame = dataset.tables.get(TABLE.name)
    whole = rows if frame is None else pd.concat([frame, rows], ignore_index=True)
    said = " ".join([dataset.fingerprint, *sorted(one.sha256 for one in added)])
    fingerprint = hashlib.sha256(said.encode()).hexdigest() if dataset.fingerprint else ""
    return replace(dataset, tables={**dataset.tables, TABLE.name: whole}, fingerprint=fingerprint)
