"""LightGBM models of every kind that the tables cover, really trained, and rows that try them."""

from dataclasses import dataclass

import lightgbm
import numpy as np
from hypothesis import reject
from hypothesis import strategies as st

MENU = np.array([np.nan, 0.0, -0.0, 1e-36, -1e-36, 1e-34, 1.0, -1.0, 2.5, 1e300, -1e300, 1e-300, 7.0, 7.0, 3.0])


@dataclass(frozen=True)
class Case:
    """A trained model with `rows` (n, p) to explain."""

    booster: lightgbm.Booster
    rows: np.ndarray


@st.composite
def cases(draw: st.DrawFn) -> Case:
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    n, p = draw(st.integers(20, 300)), draw(st.integers(1, 9))
    kind = draw(st.sampled_from(["menu", "counts", "numbers"]))
    values = values_of(kind, n, p, rng)
    if p > 1 and draw(st.booleans()):
        values[:, -1] = values[:, 0]  # a duplicated feature
    outcome = (np.nan_to_num(np.clip(values, -9, 9)).sum(axis=1) + rng.normal(size=n) > 0).astype(float)
    parameters = {
        "num_leaves": draw(st.sampled_from([2, 3, 7, 31, 200])),
        "max_depth": draw(st.sampled_from([-1, 1, 3, 12])),
        "use_missing": draw(st.booleans()),
        "zero_as_missing": draw(st.booleans()),
    }
    try:
        booster = trained(values, outcome, draw(st.integers(1, 8)), **parameters)
    except lightgbm.basic.LightGBMError:
        reject()  # it finds some of these data impossible to split and stops
    fresh = values_of(kind, draw(st.sampled_from([1, 5, 9, 40, 1_100])), p, rng)
    return Case(booster, np.concatenate([values[: draw(st.integers(0, 20))], fresh]))


def values_of(kind: str, n: int, p: int, rng: np.random.Generator) -> np.ndarray:
    if kind == "menu":
        return rng.choice(MENU, (n, p))
    values = rng.poisson(1.5, (n, p)).astype(float) if kind == "counts" else rng.normal(size=(n, p))
    values[rng.random((n, p)) < 0.15] = np.nan
    return values


def trained(values: np.ndarray, outcome: np.ndarray, rounds: int, **parameters: object) -> lightgbm.Booster:
    plain = {
        "objective": "binary",
        "min_data_in_leaf": 1,
        "min_sum_hessian_in_leaf": 0.0,
        "min_data_in_bin": 1,
        "learning_rate": 0.3,
        "num_threads": 1,
        "deterministic": True,
        "verbosity": -1,
    }
    return lightgbm.train(plain | parameters, lightgbm.Dataset(values, outcome), rounds)
