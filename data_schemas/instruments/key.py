"""A definition's scoring key as arrays: what every sheet is multiplied with."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments.definition import Instrument

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
BLANK = -1  # among answers
LINEAR = ("sum", "mean")
KEYS_KEPT = 256


@dataclass(frozen=True)
class Key:
    """k items and s scores that are sums or means of items; `places` says where these stand among all scores.

    Of an answer `a`, the points above the lowest are `a - low`, or `high - a` where the item is reversed: `weights`
    (k, s) are 1 and -1, `offset` (s,) is the constant part, and `blank_offset` (k, s) what a blank item takes out
    of it again. `members` (k, s) says which items a score has and `sizes` (s,) how many. Single precision holds sums of
    whole numbers exactly, and halves what is moved.
    """

    places: tuple[int, ...]
    weights: Singles
    offset: Singles
    blank_offset: Singles
    members: Singles
    sizes: Floats


def scoring_key(instrument: Instrument) -> Key:
    """The key of a definition of the form `items`, in its own coding."""
    places = tuple(place for place, score in enumerate(instrument.scores) if score.kind in LINEAR)
    items = tuple(instrument.items_of(instrument.scores[place]) for place in places)
    return _key(instrument.items, instrument.coding.low, instrument.coding.high, instrument.turned, places, items)


@lru_cache(maxsize=KEYS_KEPT)
def _key(
    count: int,
    low: int,
    high: int,
    turned: tuple[int, ...],
    places: tuple[int, ...],
    items: tuple[tuple[int, ...], ...],
) -> Key:
    members = np.zeros((count, len(places)))
    for column, mine in enumerate(items):
        members[np.array(mine) - 1, column] = 1.0
    sign, constant = np.ones(count), np.full(count, -float(low))
    for item in turned:
        sign[item - 1], constant[item - 1] = -1.0, float(high)
    # A blank item stands as BLANK in the sums, and is taken out with it.
    blank = members * (constant + BLANK * sign)[:, None]
    offset, sizes = constant @ members, members.sum(axis=0)
    return Key(
        places,
        (members * sign[:, None]).astype(np.float32),
        offset.astype(np.float32),
        blank.astype(np.float32),
        members.astype(np.float32),
        sizes,
    )
