"""What somebody asked for goes before what the school's files still say: what was corrected, and what was erased."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from data_schemas.dataset import Dataset, conform
from data_schemas.forgetting import without_what_was_erased
from data_schemas.tables import TABLES
from serving.store import Store, erased_among
from serving.store.corrections import FAMILY, ROSTER, By, as_corrected, corrections_of, plain, typed


def as_it_may_be_read(store: Store, dataset: Dataset, by_age: bool) -> Dataset:
    """The dataset as corrected, and without what had come in about erased students by the day of the erasure. Without
    `by_age` it is not looked at who gave a consent (`models.consent`)."""
    if not by_age and "consents" in dataset.tables:
        nobody_said = conform(dataset.tables["consents"].drop(columns="given_by"), TABLES["consents"])
        dataset = replace(dataset, tables={**dataset.tables, "consents": nobody_said})
    ids = dataset.students["student_id"].dropna().astype(str)
    return with_corrections(without_what_was_erased(dataset, erased_among(store, ids)), corrections_of(store))


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
