"""The served list of the judged rows, as a report tells it."""

from typing import Any

import numpy as np

from data_schemas.dataset import Dataset
from evaluation import Population
from evaluation.figures.served import SERVED, served_lists
from models import Artifact, Records, calendars_for
from models.indices.published import published_score
from models.risk_model import margins
from training.cohorts.cohort import Cohort, places_of
from training.cohorts.served_list import WEEK_MONTH_TERM, standing_of, taken_by_orders, tiers_by_share

FINDING = "talk_highest"


def served_figures(
    artifact: Artifact,
    dataset: Dataset,
    records: Records,
    judged: Cohort,
    population: Population,
    resamples: int,
    seed: int,
) -> dict[str, Any] | None:
    """None where no list was made: in a one-time survey, and where several index dates are judged together."""
    days = np.unique(judged.index_day)
    if dataset.description.mode == "concurrent" or len(days) != 1:
        return None
    policy, scored, matrix = artifact.policy, population.scored, judged.matrix
    place, calendars = places_of(judged, records), calendars_for(dataset, None)
    standing = standing_of(records, place, int(days[0]), policy, calendars)
    total = scored.baselines["sum_score"]
    by_hand = {
        "sum_score": total,
        "published": margins(published_score(artifact.features, artifact.model.family_cap), matrix.values).value,
    }
    if FINDING in matrix.names:
        spread = float(np.ptp(total)) + 1.0
        by_hand["finding_then_sum"] = matrix.column(FINDING).astype(np.float64) * spread + total
    orders = {SERVED: (scored.margin, population.tier)}
    orders |= {name: (score, tiers_by_share(score, policy)) for name, score in by_hand.items()}
    taken, inside = taken_by_orders(standing, orders, WEEK_MONTH_TERM)
    return served_lists(scored, taken, inside, population.groups, resamples, seed)
