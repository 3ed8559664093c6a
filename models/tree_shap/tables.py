"""A table for each unit: the contributions of every kind of row that its thresholds can tell apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled
from models.tree_shap.codes import Codes
from models.tree_shap.game import Floats, game_of, play
from models.tree_shap.units import Unit

Ints = NDArray[np.int64]
Steps = NDArray[np.int32]


@dataclass(frozen=True)
class Tables:
    """Units as flat arrays, for compiled loops.

    A row's figures of unit u stand at `table[u]` plus the `stride` of each step from `first_step[u]` to
    `first_step[u + 1]` that it takes: whose `column` has a code that lies `reach` or more above `low`, modulo 2^16.
    There are as many as players from `first[u]` to `first[u + 1]`, each with a `feature`; `unit` is the player's unit.
    """

    first_step: Ints
    column: Steps
    low: Steps
    reach: Steps
    stride: Steps
    first: Ints
    feature: Ints
    unit: Ints
    table: Ints
    figures: Floats


def make_tables(units: Sequence[Unit]) -> Tables:
    """Fill the tables of `units`."""
    steps = [
        (column, axis.low, reach, stride)
        for unit in units
        for (column, axis), stride in zip(unit.axes.items(), _strides(unit), strict=True)
        for reach in axis.steps
    ]
    column, low, reach, stride = np.array(steps, dtype=np.int32).reshape(-1, 4).T.copy()
    widths = [len(unit.features) for unit in units]
    filled = [_table(unit) for unit in units]
    return Tables(
        first_step=np.cumsum([0, *(sum(len(axis.steps) for axis in unit.axes.values()) for unit in units)]),
        column=column,
        low=low,
        reach=reach,
        stride=stride,
        first=np.cumsum([0, *widths]),
        feature=np.array([feature for unit in units for feature in unit.features], dtype=np.int64),
        unit=np.repeat(np.arange(len(units)), widths),
        table=np.cumsum([0, *(len(figures) for figures in filled)])[:-1],
        figures=np.concatenate([np.zeros(0), *filled]),
    )


def _strides(unit: Unit) -> list[int]:
    """By how many figures of the table one digit of each axis moves."""
    return [int(stride) for stride in np.cumprod([len(unit.features), *(a.digits for a in unit.axes.values())])[:-1]]


def _table(unit: Unit) -> Floats:
    """The figures (cells · features) of a unit: the games of its leaves, with the cells for rows."""
    figure = np.arange(unit.cells) * len(unit.features)
    digits = [figure // stride % axis.digits for axis, stride in zip(unit.axes.values(), _strides(unit), strict=True)]
    table = np.zeros((len(unit.features), unit.cells))
    for leaf in unit.leaves:
        met = np.ones((len(unit.features), unit.cells), dtype=np.bool_)
        for column, player, digit in zip(unit.axes, unit.players, digits, strict=True):
            if column in leaf.spans:
                begin, end = leaf.spans[column]
                met[player] &= (begin <= digit) & (digit < end)
        mine = [player for player, feature in enumerate(unit.features) if feature in leaf.share]
        gained = np.zeros((len(mine), unit.cells))
        game = game_of(leaf.value, np.array([leaf.share[unit.features[player]] for player in mine]))
        play(game, met[mine], gained, np.empty(unit.cells))
        table[mine] += gained
    return table.T.ravel()


Flat = tuple[Ints, Steps, Steps, Steps, Steps, Ints, Ints, Ints, Ints, Floats]


def flat(tables: Tables) -> Flat:
    """As compiled loops take them."""
    return tuple(vars(tables).values())


@compiled
def look_up_many(codes: Codes, tables: Flat, gained: Floats) -> None:
    """Add the contributions of n rows, given as `codes` (columns, n), to `gained` (p, n)."""
    first_step, column, low, reach, stride, first, feature, _, table, figures = tables
    n = codes.shape[1]
    place = np.empty(n, np.uint16)
    for unit in range(len(table)):
        place[:] = 0
        for step in range(first_step[unit], first_step[unit + 1]):
            code = codes[column[step]]
            lowest, least, size = np.uint16(low[step]), np.uint16(reach[step]), np.uint16(stride[step])
            for row in range(n):
                place[row] += size if np.uint16(code[row] - lowest) >= least else np.uint16(0)
        for player in range(first[unit], first[unit + 1]):
            mine, figure = gained[feature[player]], figures[table[unit] + player - first[unit] :]
            for row in range(n):
                mine[row] += figure[place[row]]


@compiled
def look_up_one(codes: Steps, tables: Flat, gained: Floats) -> None:
    """The same additions in the same order for one row: `codes` (columns), `gained` (p).

    Loops run over all steps and all players without a branch, since a processor guesses wrong at the end of each of
    many short loops: a step's mask has all bits where the distance, modulo 2^16, reaches far enough, and none else.
    Places are unsigned, so that none is looked at as one counted from the end.
    """
    first_step, column, low, reach, stride, first, feature, unit, table, figures = tables
    taken = np.empty(len(column) + 1, np.int32)
    taken[0] = 0
    for step in range(len(column)):
        distance = (codes[np.uint32(column[step])] - low[step]) & np.int32(0xFFFF)
        mask = (reach[step] - np.int32(1) - distance) >> np.int32(31)
        taken[step + 1] = taken[step] + (stride[step] & mask)
    place = np.empty(len(table), np.int64)
    for number in range(len(table)):
        place[number] = table[number] - first[number] + taken[first_step[number + 1]] - taken[first_step[number]]
    for player in range(len(feature)):
        gained[np.uint32(feature[player])] += figures[np.uint64(place[np.uint32(unit[player])] + player)]
