"""A dataset with what students had corrected in place of what the school's files still say."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from data_schemas.dataset import Dataset, conform
from data_schemas.tables import TABLES
from serving.store.corrections import FAMILY, ROSTER, By, as_corrected, plain, typed


def with_corrections(dataset: Dataset, given: By) -> Dataset:
    """The dataset itself where no correction bears on it; else its fingerprint is another. A file that says something
    else than what was corrected is believed."""
    changed: dict[str, pd.DataFrame] = {}
    for name, fields in (("students", ROSTER), ("family", ("value",))):
        frame = dataset.tables.get(name)
        touched = None if frame is None else frame["student_id"].isin(given.keys()).to_numpy()
        if frame is None or touched is None or not touched.any():
            continue
        rows = frame.astype(object).copy()
        told = False
        for place in touched.nonzero()[0]:
            mine = given[str(rows["student_id"].iloc[place])]
            for column in fields:
                field = column if name == "students" else FAMILY + str(rows["flag"].iloc[place])
                was = _cell(rows[column].iloc[place])
                now = as_corrected(field, was, mine)
                if now != was:
                    rows.iloc[place, rows.columns.get_loc(column)] = typed(field, now)
                    told = True
        if told:
            changed[name] = conform(rows, TABLES[name])
    if not changed:
        return dataset
    said = " ".join([dataset.fingerprint, *_digest(given)])
    fingerprint = hashlib.sha256(said.encode()).hexdigest() if dataset.fingerprint else ""
    return replace(dataset, tables={**dataset.tables, **changed}, fingerprint=fingerprint)


def _cell(value: Any) -> str | None:
    if pd.isna(value):
        return None
    return plain(value.date() if isinstance(value, pd.Timestamp) else value)


def _digest(given: Mapping[str, Any]) -> list[str]:
    return sorted(repr((who, tuple(mine))) for who, mine in given.items())
