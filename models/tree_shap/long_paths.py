"""Leaves whose path reads too many features for a table: their games are played row by row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.compiled import compiled
from models.tree_shap.codes import Codes
from models.tree_shap.game import Floats, game_of, play
from models.tree_shap.tables import Ints
from models.tree_shap.units import Unit


@dataclass(frozen=True)
class LongPaths:
    """Leaves as flat arrays, for compiled loops.

    Leaf u has the players from `first[u]` to `first[u + 1]`, each with a `feature`, and the games from `game[u]` to
    `game[u + 1]` of `games`. A row meets its axis a, from `axis[u]` to `axis[u + 1]`, where the code of `column[a]`
    lies less than `reach[a]` above `low[a]`, modulo 2^16; `player[a]` is the place of the axis's feature.
    """

    axis: Ints
    column: Ints
    low: Codes
    reach: Codes
    player: Ints
    first: Ints
    feature: Ints
    game: Ints
    games: Floats


def make_long_paths(units: Sequence[Unit]) -> LongPaths:
    """From units of one leaf each."""
    axes = [(column, axis.low, axis.steps[0]) for unit in units for column, axis in unit.axes.items()]
    columns = np.array(axes, dtype=np.int64).reshape(-1, 3).T
    leaves = [(unit.leaves[0], unit.features) for unit in units]
    games = [game_of(leaf.value, np.array([leaf.share[f] for f in features])).ravel() for leaf, features in leaves]
    return LongPaths(
        axis=np.cumsum([0, *(len(unit.axes) for unit in units)]),
        column=np.ascontiguousarray(columns[0]),
        low=columns[1].astype(np.uint16),
        reach=columns[2].astype(np.uint16),
        player=np.array([player for unit in units for player in unit.players], dtype=np.int64),
        first=np.cumsum([0, *(len(unit.features) for unit in units)]),
        feature=np.array([feature for unit in units for feature in unit.features], dtype=np.int64),
        game=np.cumsum([0, *(len(game) for game in games)]),
        games=np.concatenate([np.zeros(0), *games]),
    )


Flat = tuple[Ints, Ints, Codes, Codes, Ints, Ints, Ints, Ints, Floats]


def flat(paths: LongPaths) -> Flat:
    """As compiled loops take them."""
    return tuple(vars(paths).values())


@compiled
def play_paths(codes: Codes, paths: Flat, gained: Floats) -> None:
    """Add the contributions of n rows, given as `codes` (columns, n), to `gained` (p, n)."""
    axis, column, low, reach, player, first, feature, game, games = paths
    n, most = codes.shape[1], 0
    for leaf in range(len(first) - 1):
        most = max(most, first[leaf + 1] - first[leaf])
    room, sums, product = np.empty((most, n), np.bool_), np.empty((most, n)), np.empty(n)
    for leaf in range(len(first) - 1):
        players = first[leaf + 1] - first[leaf]
        met, found = room[:players], sums[:players]
        met[:], found[:] = True, 0.0
        for place in range(axis[leaf], axis[leaf + 1]):
            code, lowest, above, mine = codes[column[place]], low[place], reach[place], met[player[place]]
            for row in range(n):
                mine[row] &= np.uint16(code[row] - lowest) < above
        play(games[game[leaf] : game[leaf + 1]].reshape(-1, players + 1, 4), met, found, product)
        for place in range(players):
            whole, mine_found = gained[feature[first[leaf] + place]], found[place]
            for row in range(n):
                whole[row] += mine_found[row]
