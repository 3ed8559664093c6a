"""Exact, path-dependent SHAP values of a LightGBM model at the speed of scoring."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from models.tree_shap import long_paths, tables
from models.tree_shap.codes import Values, codes_of
from models.tree_shap.ensemble import Ensemble, read_ensemble
from models.tree_shap.game import Floats
from models.tree_shap.long_paths import LongPaths, make_long_paths, play_paths
from models.tree_shap.tables import Tables, look_up_many, look_up_one, make_tables
from models.tree_shap.units import SIZES, divide

AT_ONCE = 512  # rows of a block: its contributions stay in the second-level cache
FEW = 8  # rows that go one by one
MANY = 4_096  # rows from which threads save more than they cost


@dataclass(frozen=True)
class Explainer:
    """A model taken apart."""

    ensemble: Ensemble
    tables: Tables
    paths: LongPaths

    @property
    def base(self) -> float:
        """The mean margin of the training rows in log-odds."""
        return self.ensemble.base


def make_explainer(text: str, sizes: Sequence[int] = SIZES) -> Explainer:
    """From LightGBM's text form, with tables of one of `sizes`. Raises `NotCovered` where the model has something that
    the tables do not cover."""
    ensemble = read_ensemble(text)
    units = divide(ensemble, sizes)
    tabled, long = [unit for unit in units if unit.tabled], [unit for unit in units if not unit.tabled]
    return Explainer(ensemble, make_tables(tabled), make_long_paths(long))


def cost_of(text: str, sizes: Sequence[int] = SIZES) -> int:
    """How many figures are read to explain one row; told without filling the tables. Raises `NotCovered`."""
    units = divide(read_ensemble(text), sizes)
    tabled, long = [unit for unit in units if unit.tabled], [unit for unit in units if not unit.tabled]
    steps = sum(len(axis.steps) for unit in tabled for axis in unit.axes.values())
    return steps + sum(len(unit.features) for unit in tabled) + len(make_long_paths(long).games)


def explain(explainer: Explainer, values: Values, threads: int = 0) -> Floats:
    """Contributions (n, p) in log-odds of `values` (n, p), which are finite or NaN; with the base they sum to the
    margin. A row's contributions are the same bits alone and in any batch. `threads` is 0 for as many as help."""
    found = np.empty((len(values), explainer.ensemble.features))
    threads = threads or (1 if len(values) < MANY else os.cpu_count() or 1)
    blocks = [slice(begin, begin + AT_ONCE) for begin in range(0, len(values), AT_ONCE)]
    if threads == 1:
        for rows in blocks:
            _block(explainer, values[rows], found[rows])
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda rows: _block(explainer, values[rows], found[rows]), blocks))
    return found


def _block(explainer: Explainer, values: Values, found: Floats) -> None:
    """Rows run through one unit after the other, so that a unit's table stays near."""
    codes = codes_of(explainer.ensemble.columns, values)
    known, played = tables.flat(explainer.tables), long_paths.flat(explainer.paths)
    gained = np.zeros((found.shape[1], len(values)))
    if len(values) <= FEW:
        for row in range(len(values)):
            alone = np.zeros(found.shape[1])
            look_up_one(codes[:, row].astype(np.int32), known, alone)
            gained[:, row] = alone
    else:
        look_up_many(codes, known, gained)
    play_paths(codes, played, gained)
    found[:] = gained.T
