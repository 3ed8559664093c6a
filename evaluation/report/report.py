"""Everything an evaluation says beyond its headline: inside each tier, at real capacity, for each group."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.codes import Tier
from evaluation.figures.ablation import ablation
from evaluation.figures.bootstrap import draw, figure
from evaluation.figures.calibration import calibration
from evaluation.figures.capacity import (
    FLOORS_THEN_MODEL,
    FLOORS_THEN_SUM,
    Labelled,
    floors_first,
    lists_compared,
    on_lists,
)
from evaluation.figures.decision_curve import decision_curves
from evaluation.figures.discrimination import auroc, average_precision, base_rate
from evaluation.figures.groups import by_group
from evaluation.figures.list_value import list_curve
from evaluation.figures.missed import missed_below
from evaluation.figures.stability import stability
from evaluation.measure import counts, measure_samples
from evaluation.scored import Population

Floats = NDArray[np.float64]
MODEL, LOGISTIC, SUM_SCORE = "model", "logistic_regression", "sum_score"
MODEL_TIERS = (Tier.ROUTINE, Tier.WATCH, Tier.PRIORITY)
LINE, WATCH_OR_ABOVE = "line", "watch_or_above"
AUROCS = ("auroc_without", "auroc_cost")
LENGTHS = np.round(np.arange(0.01, 0.3001, 0.01), 2)  # of lists, as shares of students


def report(population: Population, slots: int, resamples: int, seed: int) -> dict[str, Any]:
    """Figures overall, inside tiers, at `slots` interviews a list, by decision curve and by group; and, where weights
    differ, all of them once more with every row counting the same, under `naive`. Everything can go into JSON; a figure
    is {"value", "low", "high"}, None where it cannot be estimated."""
    everyone = population.scored
    found = {
        **_figures(population, slots, resamples, seed),
        "candidates": len(population),
        "unlabelled": int((~everyone.labelled).sum()),
        "represented": float(everyone.weight[everyone.labelled].sum()),
    }
    if everyone.weighted:
        even = _figures(replace(population, scored=everyone.unweighted()), slots, resamples, seed)
        found["naive"] = {name: value for name, value in even.items() if name != "interval"}
    return found


def _figures(population: Population, slots: int, resamples: int, seed: int) -> dict[str, Any]:
    """Everything that is estimated from the labelled rows, each counting by its weight."""
    everyone = population.scored
    rows = np.flatnonzero(everyone.labelled)
    scored = everyone.where(rows)
    of_everyone = draw(everyone.school, resamples, seed)
    samples = (
        of_everyone.where(rows)
        if of_everyone.unit == "school"
        else draw(scored.school, resamples, seed, unit="student")
    )
    known = Labelled(rows, scored.outcome, scored.weight, samples)
    orders = _orders(population)
    taken = on_lists(orders, population.list_of, slots)
    lists = {LINE: taken[MODEL], WATCH_OR_ABOVE: (population.tier >= Tier.WATCH.ord).astype(np.float64)}
    return {
        **measure_samples(scored, samples),
        "list": {
            "slots": slots,
            "lists": len(np.unique(population.list_of)),
            "orders": lists_compared(known, taken),
            "missed": missed_below(known, taken[MODEL], population.by_lot, of_everyone),
        },
        "list_curves": {
            name: list_curve(scored.outcome, score, scored.weight, LENGTHS)
            for name, score in {MODEL: scored.margin, **scored.baselines}.items()
        },
        "tiers": {tier.code: _tier(population, known, orders, slots, tier) for tier in MODEL_TIERS},
        "calibration": calibration(scored.outcome, scored.probability, scored.weight, samples),
        "decision_curves": decision_curves(
            scored.outcome,
            scored.weight,
            {MODEL: scored.probability, **scored.baseline_probability},
            {name: flagged[rows] for name, flagged in population.rules.items()},
            samples,
        ),
        "groups": by_group(everyone, population.groups, lists, resamples, seed),
    }


def retrained(
    population: Population,
    folds: Floats,
    without: Mapping[str, Floats],
    slots: int,
    resamples: int,
    seed: int,
) -> dict[str, Any]:
    """How stable the list is over models of other folds (margins (m, n)), and what it is without each kind of data."""
    everyone = population.scored
    rows = np.flatnonzero(everyone.labelled)
    scored = everyone.where(rows)
    known = Labelled(rows, scored.outcome, scored.weight, draw(scored.school, resamples, seed))
    even, naive = replace(known, weight=np.ones(len(rows))), None
    if everyone.weighted:
        costs = ablation(everyone.margin, without, even, population.list_of, slots, {})
        naive = {"ablation": {kind: {name: of[name] for name in AUROCS} for kind, of in costs.items()}}
    return {
        "stability": stability(folds, population.list_of, slots),
        "ablation": ablation(everyone.margin, without, known, population.list_of, slots, population.groups),
        "naive": naive,
    }


def _orders(population: Population) -> dict[str, Floats]:
    """The orders in which a week could be filled: the model's own, the list as it is used (open evidence first), and
    what the model must beat."""
    scored = population.scored
    return {
        MODEL: scored.margin,
        FLOORS_THEN_MODEL: floors_first(population.floor, scored.margin),
        FLOORS_THEN_SUM: floors_first(population.floor, scored.baselines[SUM_SCORE]),
        **scored.baselines,
    }


def _tier(
    population: Population, known: Labelled, orders: Mapping[str, Floats], slots: int, tier: Tier
) -> dict[str, Any]:
    """Figures among those whom the model alone places in one tier; each list is filled from them only."""
    inside = population.tier == tier.ord
    here = known.where(inside)
    outcome, samples, weight = here.outcome, here.samples, here.weight
    scored = population.scored.where(here.rows)
    ranked = {name: score[here.rows] for name, score in orders.items()}
    return {
        **counts(scored),
        "students": int(inside.sum()),
        "base_rate": figure(samples, weight, lambda w: base_rate(outcome, w)),
        "average_precision": figure(samples, weight, lambda w: average_precision(outcome, scored.margin, w)),
        "auroc": {
            name: figure(samples, weight, lambda w, s=score: auroc(outcome, s, w))  # type: ignore[misc]
            for name, score in ranked.items()
        },
        "orders": lists_compared(here, on_lists(orders, population.list_of, slots, inside)),
    }
