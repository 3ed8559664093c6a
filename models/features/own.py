"""Features that a dataset brings along, turned so that higher is adverse; what is not known is a feature of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments import Words
from data_schemas.own_features import OwnFeature
from data_schemas.tables import Sensitivity
from models.columns import NO_DAY, row_columns
from models.compiled import compiled
from models.features.feature import Feature
from models.features.matrix import Block
from models.records import OWN_VALUE, Rows
from models.sheets import Ints
from runxin.errors import Problem, bad_data, how_many


def own_catalogue(own: Sequence[OwnFeature]) -> list[Feature]:
    """Two features for each that has a direction: the value, and whether it is missing."""
    found = []
    for one in own:
        name, missing, text = one.name, f"{one.name}_missing", Words(zh=one.zh, en=one.en)
        about: dict[str, Any] = {"sensitivity": Sensitivity(one.sensitivity), "source": one.source}
        if one.adverse == "none":
            found.append(Feature(name, one.group, 0, name, None, text, unit=one.unit, own=one, **about))
            continue
        found.append(Feature(name, one.group, 1, name, missing, text, unit=one.unit, own=one, **about))
        words = Words(zh=f"缺少资料：{name}", en=f"not known: {name}")
        found.append(Feature(missing, one.group, 1, missing, missing, words, unit="yes or no", **about))
    return found


def own_features(given: Mapping[str, Rows], own: Sequence[OwnFeature], n: int, as_of: int) -> list[Block]:
    """The newest value of each within the days that it holds, of two on one day the more adverse one; the distance from
    the best value there is. Without a direction it is the value itself, and blank where none is known.

    Raises `UserError` for a value outside the declared range.
    """
    if not own:
        return []
    none = Rows(np.zeros(0, np.int64), row_columns([], OWN_VALUE))
    return [_block(one, given.get(one.name, none), n, as_of) for one in own]


def _block(own: OwnFeature, rows: Rows, n: int, as_of: int) -> Block:
    value = rows["value"]
    outside = np.flatnonzero((value < own.low) | (value > own.high))
    if len(outside):
        problem = Problem(f"it lies from {own.low:g} to {own.high:g}", file="features", column=own.name)
        raise bad_data(f"{how_many(len(outside), 'value')} of {own.name} outside its range", [problem])
    sign = -1.0 if own.adverse == "low" else 1.0
    best, day = np.full(n, np.nan), np.full(n, NO_DAY)
    days = (rows["observed_on"], rows["recorded_on"])
    _newest(rows.student, sign * value, *days, as_of, own.holds_days, best, day)
    known = day != NO_DAY
    figure = np.where(known, sign * best, np.nan if own.adverse == "none" else own.best)
    if own.adverse == "none":
        return Block((own.name,), figure[:, None].astype(np.float32), {own.name: day})
    values = np.zeros((n, 2), np.float32)
    values[known, 0] = (best - sign * own.best)[known]
    values[:, 1] = ~known
    return Block((own.name, f"{own.name}_missing"), values, {own.name: day}, {own.name: figure})


@compiled
def _newest(
    student: Ints,
    value: NDArray[np.float64],
    observed_on: Ints,
    recorded_on: Ints,
    as_of: int,
    holds: int,
    best: NDArray[np.float64],
    day: Ints,
) -> None:
    for row in range(len(student)):
        who, on = student[row], observed_on[row]
        known = on if recorded_on[row] == NO_DAY else recorded_on[row]
        if known > as_of or on > as_of or on <= as_of - holds:
            continue
        if on > day[who]:
            day[who], best[who] = on, value[row]
        elif on == day[who]:
            best[who] = max(best[who], value[row])
