"""The mathematics: a product game for each leaf, integrated exactly.

For a leaf of value v whose path reads d features, let o_j be 1 where a row meets all of feature j's splits and 0 where
not, and z_j the share of training rows that took the path's way at them. The path-dependent expectation of the leaf
over a coalition is v times the product of o_j inside it and z_j outside, so its Shapley value (Lundberg et al. 2020,
Nature Machine Intelligence 2:56-67) is φ_j = v (o_j - z_j) ∫₀¹ ∏_{i≠j} (t o_i + (1 - t) z_i) dt. The integrand is a
polynomial of degree d - 1, for which Gauss-Legendre quadrature with ⌈d/2⌉ nodes is exact.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def game_of(value: float, share: Floats) -> Floats:
    """The figures of a leaf with d players of shares z (d), each above 0: (⌈d/2⌉, d + 1, 4), for `play`.

    By node, each player's factor where it is not met and where it is, and its gain (o - z) divided by that factor; the
    last player is none, and its first figure is v times the node's weight.
    """
    places, weights = _quadrature(len(share))
    met, t = np.array([0.0, 1.0]), places[:, None, None]
    figures = np.zeros((len(places), len(share) + 1, 4))
    figures[:, :-1, :2] = t * met + (1 - t) * share[:, None]
    figures[:, :-1, 2:] = (met - share[:, None]) / figures[:, :-1, :2]
    figures[:, -1, 0] = value * weights
    return figures


@cache
def _quadrature(players: int) -> tuple[Floats, Floats]:
    places, weights = np.polynomial.legendre.leggauss((players + 1) // 2)
    return (places + 1) / 2, weights / 2


@compiled
def play(game: Floats, met: Bools, gained: Floats, product: Floats) -> None:
    """Add a leaf's Shapley values to `gained` (d, n) for rows that meet its players' splits or not, `met` (d, n);
    `product` (n) is room to work in."""
    players, rows = met.shape
    for node in range(len(game)):
        figures = game[node]
        product[:] = figures[players, 0]
        for player in range(players):
            outside, inside = figures[player, 0], figures[player, 1]
            mine = met[player]
            for row in range(rows):
                product[row] *= inside if mine[row] else outside
        for player in range(players):
            lowering, raising = figures[player, 2], figures[player, 3]
            mine, got = met[player], gained[player]
            for row in range(rows):
                got[row] += product[row] * (raising if mine[row] else lowering)
