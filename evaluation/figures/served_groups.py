"""Whether the list as it would be served finds the needs of some students less often than others', and whether it asks
some more often in vain: by one attribute, and by two at once."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.figures.bootstrap import interval, ratio
from evaluation.figures.capacity import Labelled
from evaluation.figures.groups import FEWEST_SHOWN, of_enough

Floats = NDArray[np.float64]
Words = NDArray[Any]
BETWEEN = " × "


def two_at_once(groups: Mapping[str, Words]) -> dict[str, Words]:
    """By the names of two attributes the two groups of each row (n,), an empty text where one is not known."""
    found = {}
    for one, other in combinations(groups, 2):
        known = (groups[one] != "") & (groups[other] != "")
        both = np.array([f"{a}{BETWEEN}{b}" for a, b in zip(groups[one], groups[other], strict=True)], dtype=object)
        found[f"{one}{BETWEEN}{other}"] = np.where(known, both, "").astype(object)
    return found


def served_by_group(known: Labelled, taken: Floats, groups: Mapping[str, Words]) -> dict[str, Any]:
    """By attribute, and by two at once, each group's recall and precision on the list (`taken` (n,)) and how much lower
    either lies than among all others whose group is known. `groups` are over all n rows. A group with fewer than ten
    known outcomes is named and not shown; nothing has an interval where fewer than 15 with the outcome, or on the list,
    are on either side."""
    found: dict[str, Any] = {}
    columns: list[Floats] = []
    shown: list[tuple[str, str, int]] = []
    listed, outcome = taken[known.rows], known.outcome
    here = {name: every[known.rows] for name, every in groups.items()}
    for name, of in {**here, **two_at_once(here)}.items():
        found[name] = {}
        for group in sorted(set(of.tolist()) - {""}):
            mine = of == group
            if mine.sum() < FEWEST_SHOWN:
                found[name][group] = {"shown": False}
                continue
            for side in (mine, (of != "") & ~mine):
                columns += [side * listed * outcome, side * outcome, side * listed]
            shown.append((name, group, int(mine.sum())))
    if not shown:
        return found
    design = np.column_stack(columns)
    sums = np.concatenate([block @ design for block in known.samples.weights(known.weight)])
    counts = (design > 0).sum(axis=0)
    units = known.samples.units
    for place, (name, group, rows) in enumerate(shown):
        mine_of = slice(6 * place, 6 * place + 6)
        hits, cases, asked, other_hits, other_cases, other_asked = sums[:, mine_of].T
        many = counts[mine_of]
        recall, precision = ratio(hits, cases), ratio(hits, asked)
        fewest = {"recall": min(many[1], many[4]), "precision": min(many[2], many[5])}
        recall_gap = ratio(other_hits, other_cases) - recall
        precision_gap = ratio(other_hits, other_asked) - precision
        found[name][group] = {
            "shown": True,
            "known": rows,
            "positives": int(many[1]),
            "listed": int(many[2]),
            "recall": of_enough(interval(recall, units), int(many[1])),
            "precision": of_enough(interval(precision, units), int(many[2])),
            "recall_gap": of_enough(interval(recall_gap, units), int(fewest["recall"])),
            "precision_gap": of_enough(interval(precision_gap, units), int(fewest["precision"])),
        }
    return found
