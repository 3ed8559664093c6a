"""Whether some students are served worse than others, with intervals: a gap that few students show is no finding, and
a gap that few could show is no clearance."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from evaluation.figures.bootstrap import FEWEST_SCHOOLS, Interval, draw, effective_n, figure
from evaluation.figures.calibration import calibration_intercept
from evaluation.figures.capacity import Labelled, recall_of
from evaluation.figures.discrimination import auroc, base_rate
from evaluation.scored import Scored

Floats = NDArray[np.float64]
Verdict = Literal["refuse", "not_enough_evidence", "pass"]
# Policy of the project (docs/decisions): how much lower recall may lie, and how sure one must be.
LARGEST_GAP = 0.10
WIDEST_INTERVAL = 0.20
# Where none of n with the outcome was found the share found may still be 3/n (Hanley & Lippman-Hand 1983), while a
# bootstrap of them has no width: with fewer than 15 no interval is given.
FEWEST_POSITIVES = 15
FEWEST_SHOWN = 10  # a smaller group is not shown: figures of few are figures of persons


def gap_verdict(gap: Interval, largest: float = LARGEST_GAP, widest: float = WIDEST_INTERVAL) -> Verdict:
    """What a recall gap (the rest's recall less the group's) allows.

    "refuse" where even its lower bound exceeds `largest`; "not_enough_evidence" where its interval is wider than
    `widest` or cannot be given; else "pass".
    """
    low, high = gap["low"], gap["high"]
    if gap["value"] is None or low is None or high is None:
        return "not_enough_evidence"
    if low > largest:
        return "refuse"
    return "not_enough_evidence" if high - low > widest else "pass"


def by_group(
    scored: Scored, groups: Mapping[str, NDArray[Any]], taken: Mapping[str, Floats], resamples: int, seed: int
) -> dict[str, Any]:
    """Figures of each group of each name. All arrays are over the same n rows; `taken` holds the lists at which recall
    is compared, the same lists for everyone.

    Intervals are over schools where the group is in ten or more, else over students. A group with fewer than ten
    labelled rows is named and not shown; recall and gap have no interval where fewer than 15 have the outcome, nor the
    gap where the list finds nobody at all: that treats all alike and clears nothing.
    """
    rows = np.flatnonzero(scored.labelled)
    known = scored.where(rows)
    lists = {name: mine[rows] for name, mine in taken.items()}
    by_unit = {unit: draw(known.school, resamples, seed, unit=unit) for unit in ("school", "student")}
    found: dict[str, Any] = {}
    for name, all_of in groups.items():
        of = all_of[rows]
        found[name] = {"unknown": int((of == "").sum()), "groups": {}}
        for group in sorted(set(of.tolist()) - {""}):
            mine = of == group
            schools = len(np.unique(known.school[mine].astype(str)))
            samples = by_unit["school" if schools >= FEWEST_SCHOOLS else "student"]
            everyone = Labelled(np.arange(len(rows)), known.outcome, known.weight, samples)
            found[name]["groups"][group] = _group(known, everyone, mine, (of != "") & ~mine, lists)
    return found


def _group(
    known: Scored, everyone: Labelled, mine: NDArray[np.bool_], rest: NDArray[np.bool_], lists: Mapping[str, Floats]
) -> dict[str, Any]:
    n = int(mine.sum())
    if n < FEWEST_SHOWN:
        return {"shown": False, "n": None}
    here = everyone.where(mine)
    samples, weight, outcome = here.samples, here.weight, here.outcome
    positives = int(outcome.sum())
    fewer = min(positives, int(known.outcome[rest].sum()))
    margin, probability = known.margin[mine], known.probability[mine]
    recalls = {}
    for name, taken in lists.items():
        recall = figure(samples, weight, lambda w, t=taken: recall_of(here, t, w))  # type: ignore[misc]
        gap = figure(everyone.samples, everyone.weight, lambda w, t=taken: _gap(everyone, mine, rest, t, w))  # type: ignore[misc]
        found_any = bool((taken * known.outcome)[mine | rest].any())
        gap = of_enough(gap, fewer if found_any else 0)
        recalls[name] = {"recall": of_enough(recall, positives), "gap": gap, "verdict": gap_verdict(gap)}
    return {
        "shown": True,
        "n": n,
        "positives": positives,
        "effective_n": effective_n(weight),
        "unit": samples.unit,
        "base_rate": figure(samples, weight, lambda w: base_rate(outcome, w)),
        "auroc": figure(samples, weight, lambda w: auroc(outcome, margin, w)),
        "calibration_intercept": figure(samples, weight, lambda w: calibration_intercept(outcome, probability, w)),
        "lists": recalls,
    }


def _gap(known: Labelled, mine: NDArray[np.bool_], rest: NDArray[np.bool_], taken: Floats, weight: Floats) -> Floats:
    """How much lower recall is in the group than in the rest of those whose group is known."""
    return recall_of(known, taken, weight * rest) - recall_of(known, taken, weight * mine)


def of_enough(of: Interval, positives: int) -> Interval:
    """The figure without an interval where too few have the outcome for one."""
    return of if positives >= FEWEST_POSITIVES else {"value": of["value"], "low": None, "high": None}
