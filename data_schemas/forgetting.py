"""A dataset without students whose records were erased: a file of before may still hold them."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.dataset import Dataset
from data_schemas.excerpt import HAPPENED_ON, SHEETS, STUDENT, known_by

Bools = NDArray[np.bool_]


def without_students(dataset: Dataset, gone: Collection[str]) -> Dataset:
    """No row of these students in any table: what can be learned from."""
    return _filtered(dataset, set(gone), lambda frame, _: frame[STUDENT].isin(gone).to_numpy())


def without_what_was_erased(dataset: Dataset, erased: Mapping[str, date]) -> Dataset:
    """Without what had come in about a student by the day of the erasure. The roster's row stays, since who is at
    school is on the school's roster, and so does what came in later: danger that is seen anew is seen."""

    def dropped(frame: pd.DataFrame, name: str) -> Bools:
        found = np.zeros(len(frame), dtype=bool)
        if name in HAPPENED_ON or name == "scores" or name.startswith(SHEETS):
            for day in set(erased.values()):
                those = [who for who, on in erased.items() if on == day]
                found |= frame[STUDENT].isin(those).to_numpy() & known_by(frame, name, day)
        return found

    return _filtered(dataset, set(erased), dropped)


def _filtered(dataset: Dataset, gone: set[str], drop: Callable[[pd.DataFrame, str], Bools]) -> Dataset:
    """The dataset itself where nothing goes; else its fingerprint is another."""
    frames = {**dataset.tables, **{SHEETS + code: frame for code, frame in dataset.responses.items()}}
    dropped = {name: drop(frame, name) for name, frame in frames.items() if gone and STUDENT in frame}
    if not any(rows.any() for rows in dropped.values()):
        return dataset
    frames |= {name: frames[name][~rows].reset_index(drop=True) for name, rows in dropped.items() if rows.any()}
    rows_left = " ".join(f"{name} {len(frame)}" for name, frame in sorted(frames.items()))
    said = f"{dataset.fingerprint} without {len(gone)}: {rows_left}"
    return replace(
        dataset,
        tables={name: frame for name, frame in frames.items() if not name.startswith(SHEETS)},
        responses={n.removeprefix(SHEETS): frame for n, frame in frames.items() if n.startswith(SHEETS)},
        fingerprint=hashlib.sha256(said.encode()).hexdigest() if dataset.fingerprint else "",
    )
