"""Trees taken apart into units: subtrees so small that a table can hold their contributions for every kind of row.

What a row gets from a subtree depends only on where its values stand between the thresholds of the subtree and of the
path that leads to it. A unit lists these places as the digits of one number, the cell. A leaf whose path reads too many
features for a table is a unit without one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from models.tree_shap.ensemble import Columns, Ensemble, NotCovered, Tree

TOP = 1 << 16  # one above the highest code
SIZES = (8192, 4096, 2048, 1024, 512, 256, 128, 64)  # figures of one table, larger is faster and takes more memory
MOST_FIGURES = 6_000_000  # of all tables: 48 MB


@dataclass
class Axis:
    """One column in a unit: codes from `low` to below `high` lead to the subtree, `cuts` divide them. The digit is the
    number of the part, and behind the last part comes "elsewhere" where the path bounds the column."""

    low: int = 0
    high: int = TOP
    bounded: bool = False
    cuts: list[int] = field(default_factory=list)

    @property
    def digits(self) -> int:
        return len(self.cuts) + 1 + self.bounded

    @property
    def steps(self) -> list[int]:
        """The digit of a code is how many of these its distance from `low`, modulo 2^16, reaches."""
        return [cut - self.low for cut in self.cuts] + ([self.high - self.low] if self.bounded else [])

    def span(self, low: int, high: int) -> tuple[int, int]:
        """The digits, from and to below, of codes from `low` to below `high`."""
        return bisect_right(self.cuts, low), bisect_left(self.cuts, high) + 1


Step = tuple[int, bool]  # a split, and whether the way leads to its right child


@dataclass(frozen=True)
class Leaf:
    """`spans` are digits (from, to below) by column; `share` is by feature the product of the shares of training rows
    that took the path's way at its splits on that feature."""

    value: float
    spans: dict[int, tuple[int, int]]
    share: dict[int, float]


@dataclass(frozen=True)
class Unit:
    """`axes` by column, in the columns' order; `players` is the place in `features` of each axis's feature."""

    axes: dict[int, Axis]
    players: tuple[int, ...]
    features: tuple[int, ...]
    leaves: tuple[Leaf, ...]
    tabled: bool

    @property
    def cells(self) -> int:
        return _cells(self.axes)


def divide(ensemble: Ensemble, sizes: Sequence[int] = SIZES) -> tuple[Unit, ...]:
    """The units of all trees, in order, with the largest tables of `sizes` that memory allows."""
    for size in sizes:
        units = [unit for tree in ensemble.trees if len(tree.column) for unit in _units(tree, ensemble.columns, size)]
        if sum(unit.cells * len(unit.features) for unit in units if unit.tabled) <= MOST_FIGURES or size == sizes[-1]:
            break
    return tuple(units)


def _units(tree: Tree, columns: Columns, size: int) -> Iterator[Unit]:
    below = _splits_below(tree)
    waiting: list[tuple[int, tuple[Step, ...]]] = [(0, ())]
    while waiting:
        node, path = waiting.pop()
        splits = below[node] if node >= 0 else []
        axes = _axes(tree, path, splits)
        read = [int(columns.feature[column]) for column in axes]
        features = tuple(sorted(set(read)))
        # A leaf gains more by a table than two subtrees by a common one.
        fits = _cells(axes) * len(features) <= (size if node >= 0 else 2 * size)
        if fits or node < 0:
            leaves = tuple(_leaf(tree, columns, axes, way) for way in _ways(tree, node, path))
            yield Unit(axes, tuple(features.index(feature) for feature in read), features, leaves, fits)
        else:
            waiting.append((int(tree.right[node]), (*path, (node, True))))
            waiting.append((int(tree.left[node]), (*path, (node, False))))


def _splits_below(tree: Tree) -> list[list[int]]:
    """Each split with those below it. Children of a split always have higher numbers."""
    found: list[list[int]] = [[split] for split in range(len(tree.column))]
    for split in reversed(range(len(tree.column))):
        for child in (int(tree.left[split]), int(tree.right[split])):
            if child >= 0:
                found[split] += found[child]
    return found


def _axes(tree: Tree, path: tuple[Step, ...], splits: list[int]) -> dict[int, Axis]:
    axes: dict[int, Axis] = {}
    for split, right in path:
        axis = axes.setdefault(int(tree.column[split]), Axis())
        axis.low, axis.high = _narrowed(axis.low, axis.high, int(tree.cut[split]), right)
        axis.bounded = True
    for split in splits:
        axis, cut = axes.setdefault(int(tree.column[split]), Axis()), int(tree.cut[split])
        if axis.low < cut < axis.high and cut not in axis.cuts:
            axis.cuts.append(cut)
    for axis in axes.values():
        axis.cuts.sort()
    return dict(sorted(axes.items()))


def _narrowed(low: int, high: int, cut: int, right: bool) -> tuple[int, int]:
    low, high = (max(low, cut), high) if right else (low, min(high, cut))
    if low >= high:
        raise NotCovered("a path that no value can take")
    return low, high


def _cells(axes: dict[int, Axis]) -> int:
    cells = 1
    for axis in axes.values():
        cells *= axis.digits
    return cells


def _ways(tree: Tree, node: int, path: tuple[Step, ...]) -> Iterator[tuple[int, tuple[Step, ...]]]:
    """The leaves below a node, each with its whole path."""
    waiting = [(node, path)]
    while waiting:
        node, path = waiting.pop()
        if node < 0:
            yield -1 - node, path
        else:
            waiting.append((int(tree.right[node]), (*path, (node, True))))
            waiting.append((int(tree.left[node]), (*path, (node, False))))


def _leaf(tree: Tree, columns: Columns, axes: dict[int, Axis], way: tuple[int, tuple[Step, ...]]) -> Leaf:
    leaf, path = way
    bounds: dict[int, tuple[int, int]] = {}
    share: dict[int, float] = {}
    for split, right in path:
        column = int(tree.column[split])
        bounds[column] = _narrowed(*bounds.get(column, (0, TOP)), int(tree.cut[split]), right)
        child = int((tree.right if right else tree.left)[split])
        feature = int(columns.feature[column])
        share[feature] = share.get(feature, 1.0) * tree.cover_of(child) / float(tree.cover[split])
    spans = {column: axes[column].span(low, high) for column, (low, high) in bounds.items()}
    return Leaf(float(tree.leaf_value[leaf]), spans, share)
