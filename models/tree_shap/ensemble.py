"""A LightGBM model's trees as flat arrays, read from its text form; and what of such models is not covered.

The text is what `Booster.model_to_string` writes and an artifact holds. Of `decision_type`, bit 0 marks a categorical
split, bit 1 that missing values go left, bits 2 and 3 what counts as missing: nothing, zero, or NaN (LightGBM, tree.h).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NOTHING, ZERO, NAN = 0, 1, 2
MOST_THRESHOLDS = 65_534  # codes are 16 bits wide, and the highest stands for what is missing and goes right


class NotCovered(Exception):
    """The model has something that the tables do not cover; the message names it."""


@dataclass(frozen=True)
class Tree:
    """One tree of s splits and s + 1 leaves. A split sends a row right where the code of its `column` reaches `cut`.
    A child is a split, or a leaf as -1 - leaf. Covers are training rows."""

    column: Ints
    cut: Ints
    left: Ints
    right: Ints
    cover: Floats
    leaf_cover: Floats
    leaf_value: Floats

    def cover_of(self, child: int) -> float:
        return float(self.leaf_cover[-1 - child] if child < 0 else self.cover[child])


@dataclass(frozen=True)
class Columns:
    """c readings of features: a feature is read once for each way in which its splits take missing values.

    A value's code is how many of the reading's sorted `thresholds` lie below it; the thresholds of column i are
    `thresholds[start[i]:start[i + 1]]`.
    """

    feature: Ints
    missing: Ints
    left: Ints  # 1 where missing values go left
    start: Ints
    thresholds: Floats


@dataclass(frozen=True)
class Ensemble:
    """The trees, how they read p features, and the mean margin of the training rows in log-odds."""

    features: int
    columns: Columns
    trees: tuple[Tree, ...]
    base: float


def read_ensemble(text: str) -> Ensemble:
    """Raises `NotCovered` for categorical splits, linear trees, several classes, averaged trees, leaves that no
    training row reached, and more thresholds than a code can count."""
    head, *parts = text.split("\nTree=")
    header = _fields(head)
    if header.get("num_tree_per_iteration") != "1":
        raise NotCovered("several classes")
    if "average_output" in head.splitlines():
        raise NotCovered("averaged trees")
    found = [_fields(part.partition("\nend of trees")[0]) for part in parts]
    for fields in found:
        if fields["num_cat"] != "0":
            raise NotCovered("categorical splits")
        if fields.get("is_linear", "0") != "0":
            raise NotCovered("linear trees")
    readings, thresholds = _readings(found)
    place = {reading: number for number, reading in enumerate(readings)}
    trees = tuple(_tree(fields, place, thresholds) for fields in found)
    columns = Columns(
        feature=np.array([feature for feature, _, _ in readings], dtype=np.int64),
        missing=np.array([missing for _, missing, _ in readings], dtype=np.int64),
        left=np.array([left for _, _, left in readings], dtype=np.int64),
        start=np.cumsum([0, *(len(one) for one in thresholds)]),
        thresholds=np.concatenate([np.zeros(0), *thresholds]),
    )
    base = sum(_mean(tree) for tree in trees)
    return Ensemble(int(header["max_feature_idx"]) + 1, columns, trees, base)


def _fields(text: str) -> dict[str, str]:
    return {key: value for key, found, value in (line.partition("=") for line in text.splitlines()) if found}


Reading = tuple[int, int, int]  # feature, what counts as missing, whether that goes left


def _readings(trees: list[dict[str, str]]) -> tuple[list[Reading], list[Floats]]:
    cuts: dict[Reading, set[float]] = {}
    for fields in trees:
        for reading, threshold in zip(_readings_of(fields), _numbers(fields, "threshold"), strict=True):
            cuts.setdefault(reading, set()).add(float(threshold))
    readings = sorted(cuts)
    if any(len(found) > MOST_THRESHOLDS for found in cuts.values()):
        raise NotCovered("too many thresholds on one feature")
    return readings, [np.array(sorted(cuts[reading])) for reading in readings]


def _readings_of(fields: Mapping[str, str]) -> list[Reading]:
    found = []
    for feature, decision in zip(_numbers(fields, "split_feature"), _numbers(fields, "decision_type"), strict=True):
        missing, left = int(decision) >> 2 & 3, int(decision) >> 1 & 1
        found.append((int(feature), missing, left if missing != NOTHING else 0))
    return found


def _tree(fields: Mapping[str, str], place: Mapping[Reading, int], thresholds: list[Floats]) -> Tree:
    column = np.array([place[reading] for reading in _readings_of(fields)], dtype=np.int64)
    values = _numbers(fields, "threshold")
    cut = [int(np.searchsorted(thresholds[c], value)) + 1 for c, value in zip(column, values, strict=True)]
    tree = Tree(
        column=column,
        cut=np.array(cut, dtype=np.int64),
        left=_numbers(fields, "left_child").astype(np.int64),
        right=_numbers(fields, "right_child").astype(np.int64),
        cover=_numbers(fields, "internal_count"),
        leaf_cover=_numbers(fields, "leaf_count") if len(column) else np.ones(1),
        leaf_value=_numbers(fields, "leaf_value"),
    )
    if not (tree.leaf_cover > 0).all():
        raise NotCovered("leaves that no training row reached")
    return tree


def _numbers(fields: Mapping[str, Any], name: str) -> Floats:
    return np.array(fields.get(name, "").split(), dtype=np.float64)


def _mean(tree: Tree) -> float:
    whole = tree.cover[0] if len(tree.cover) else tree.leaf_cover.sum()
    return float((tree.leaf_cover / whole) @ tree.leaf_value)
