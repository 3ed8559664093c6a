"""Histograms on fixed bins that hold no cell of fewer than `SMALLEST` rows, and others counted into the same bins."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.monitoring import SMALLEST, Histogram

Values = NDArray[np.floating]
Ints = NDArray[np.int64]
MOST_BINS = 10


def make_histogram(values: Values, edges: Sequence[float] | None = None) -> Histogram:
    """Of the values (n,): a bin for each where there are at most ten different ones, else bins between tenths, or
    between `edges` where they are given. A bin that is too small joins its smaller neighbour.

    Where nearly everyone has the same value it stands alone between two open bins, so that whoever leaves it later is
    seen; those few who had another are counted with it.
    """
    exact = values.astype(np.float64)
    if len(values) < MOST_BINS:
        return Histogram()
    different = np.unique(exact)
    if edges is not None:
        cuts = np.asarray(edges, dtype=np.float64)
    elif len(different) <= MOST_BINS:
        cuts = (different[:-1] + different[1:]) / 2
    else:
        cuts = np.unique(np.quantile(exact, np.arange(1, MOST_BINS) / MOST_BINS, method="inverted_cdf"))
    counts = _count(exact, cuts)
    cuts, counts = _joined(cuts, counts)
    if len(counts) == 1:
        at, how_often = np.unique(exact, return_counts=True)
        if how_often.max() < SMALLEST:
            return Histogram()
        usual = float(at[how_often.argmax()])
        cuts = np.array([np.nextafter(usual, -np.inf), usual])
        counts = _few_moved(_count(exact, cuts), _count(exact, cuts) < SMALLEST, 1)
    return Histogram(edges=tuple(cuts.tolist()), counts=tuple(counts.tolist()))


def count_into(reference: Histogram, values: Values) -> Histogram:
    """Other values in the bins of `reference`. Where nobody was then, fewer than `SMALLEST` are not told apart now."""
    if not reference.counts:
        return Histogram()
    counts, then = _count(values.astype(np.float64), np.asarray(reference.edges)), np.asarray(reference.counts)
    counts = _few_moved(counts, (then == 0) & (counts < SMALLEST), int(then.argmax()))
    return Histogram(edges=reference.edges, counts=tuple(counts.tolist()))


def shown_together(reference: Histogram, current: Histogram) -> tuple[Histogram, Histogram]:
    """The same two with bins joined until none of the current ones tells of fewer than `SMALLEST` rows."""
    counts = np.asarray(current.counts, dtype=np.int64)
    cuts, kept = _joined(np.asarray(current.edges), counts, empty_is_small=False)
    bins = np.searchsorted(cuts, np.append(np.asarray(current.edges), np.inf), side="left")
    then = np.bincount(bins, weights=np.asarray(reference.counts), minlength=len(kept)).astype(np.int64)
    edges = tuple(cuts.tolist())
    return Histogram(edges=edges, counts=tuple(then.tolist())), Histogram(edges=edges, counts=tuple(kept.tolist()))


def not_told_apart(count: int) -> int:
    """A count that stands for itself: below `SMALLEST` it is nobody."""
    return count if count >= SMALLEST else 0


def _count(values: NDArray[np.float64], cuts: NDArray[np.float64]) -> Ints:
    bins = np.searchsorted(cuts, values, side="left")
    return np.bincount(bins, minlength=len(cuts) + 1).astype(np.int64)


def _few_moved(counts: Ints, few: NDArray[np.bool_], into: int) -> Ints:
    """Whoever stands in a bin of a few is counted in the bin `into`."""
    moved = np.where(few, 0, counts)
    moved[into] += counts[few].sum()
    return moved


def _joined(
    cuts: NDArray[np.float64], counts: Ints, *, empty_is_small: bool = True
) -> tuple[NDArray[np.float64], Ints]:
    """Join the smallest bin to its smaller neighbour until every one is large enough."""
    cuts, counts = cuts.copy(), counts.copy()
    while len(counts) > 1:
        small = (counts < SMALLEST) & ((counts > 0) | empty_is_small)
        if not small.any():
            break
        at = int(np.where(small, counts, np.iinfo(np.int64).max).argmin())
        left = at > 0 and (at == len(counts) - 1 or counts[at - 1] <= counts[at + 1])
        with_ = at - 1 if left else at + 1
        counts[with_] += counts[at]
        counts, cuts = np.delete(counts, at), np.delete(cuts, at - 1 if left else at)
    return cuts, counts
