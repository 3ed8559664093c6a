"""What nobody sees: the traits from which sheets, leave, concerns and needs are drawn.

Depression θ is normal with SD 1 within stage × sex. A stable part (class, exposures, own disposition) and a part drawn
anew each half-year make its correlation between waves .6: 46 % of students above the cut are above it a year later in
a published Chinese follow-up of CES-D. Anxiety and suicidality share most of θ. `severity` is what a perfect
interview would find; only part of it shows in questionnaires. None of this is ever joined to a feature.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_schemas.synthetic.flags import LOG_ODDS, SHARES
from data_schemas.synthetic.graded import GRID, NODES, WEIGHTS, Floats, Items, population_share, solve
from data_schemas.synthetic.period import Period
from data_schemas.synthetic.structure import MALE, STAGES, Roster

# Shares with a total of at least 10, by stage (primary, junior, senior, vocational) and sex (boys, girls).
# Anchors: five-province survey of 2021 with Jiangsu (n = 20,792) and Zhejiang 2022 (n = 27,004) for secondary
# schools, Nanchong (n = 136,699, ages 9–13) for primary grades.
PHQ_10 = np.array([[0.07, 0.10], [0.12, 0.20], [0.15, 0.24], [0.13, 0.20]])
GAD_10 = np.array([[0.05, 0.07], [0.09, 0.16], [0.11, 0.19], [0.09, 0.16]])
ITEM_9 = np.array([0.05, 0.09, 0.11, 0.09])
NEED = np.array([0.03, 0.06, 0.065, 0.06])  # confirmed within 90 days, had everyone been interviewed
STABLE = 0.6
CLASS_SHARE = 0.04  # of the variance: within the .03–.06 assumed for classes
WITH_ANXIETY = 0.90  # tetrachoric, solved from Zhejiang's joint and single shares
WITH_SUICIDALITY = 0.80  # assumption
BULLIED, BULLIED_LOG_ODDS = 0.03, 0.95  # Inner Mongolia n = 87,414; OR 2–5
MALTREATED, MALTREATED_LOG_ODDS = 0.03, 1.2  # share assumed; Norman et al. 2012. Never a feature: see protection
LOGIT_TO_TRAIT = 1.8  # log-odds of a cut on a normal trait ≈ 1.8 × the shift of its mean
# severity = these × (θ, its own part of suicidality, other problems), by assumption
SEVERITY = np.array([0.65, 0.25, 0.60])
UNREPORTED = 1.07  # published shares are of sheets, on some of which students conceal or answer carelessly


def phq_items(item_9: float) -> Items:
    """PHQ-9 with item 9's first threshold given; it is answered on suicidality, the others on depression."""
    first = np.array([-0.20, 0.05, -0.05, -0.35, 0.20, 0.05, 0.0, 0.60, item_9])
    steps = np.array([0.0, 1.35, 1.95])
    slopes = np.array([2.0, 2.4, 1.6, 1.9, 1.6, 2.1, 1.7, 1.7, 2.2])
    thresholds = first[:, None] + steps
    thresholds[8] = item_9 + np.array([0.0, 0.75, 1.3])
    return Items(slopes, thresholds)


def gad_items() -> Items:
    first = np.array([0.15, 0.40, 0.20, 0.35, 0.75, 0.10, 0.65])
    return Items(np.array([2.1, 2.5, 2.3, 2.0, 1.6, 1.6, 1.8]), first[:, None] + np.array([0.0, 1.15, 1.8]))


@dataclass(frozen=True)
class Latent:
    """Every array has the shape (students, halves) unless it says otherwise."""

    depression: Floats
    anxiety: Floats
    suicidality: Floats
    severity: Floats
    cuts: Floats  # severity at which levels 1, 2 and 3 begin: (stages, 3)
    level: NDArray[np.int64]  # 0 to 3, what a perfect interview finds
    bullied: NDArray[np.bool_]  # (students,)
    low_mood: NDArray[np.bool_]  # depression beyond the point where a total of 10 is as likely as not
    worried: NDArray[np.bool_]
    phq: Items
    gad: Items


def draw_latent(rng: np.random.Generator, roster: Roster, flags: NDArray[np.bool_], period: Period) -> Latent:
    """Draw the traits; group means are solved so that reported shares meet the published ones."""
    bullied = rng.random(roster.n) < BULLIED
    maltreated = rng.random(roster.n) < MALTREATED
    exposure = (flags - SHARES) @ LOG_ODDS + (bullied - BULLIED) * BULLIED_LOG_ODDS
    exposure = (exposure + (maltreated - MALTREATED) * MALTREATED_LOG_ODDS) / LOGIT_TO_TRAIT
    classes = rng.normal(0, np.sqrt(CLASS_SHARE), len(roster.class_names))[roster.class_]
    own = STABLE - CLASS_SHARE - float(exposure.var())
    stable = exposure + classes + rng.normal(0, np.sqrt(own), roster.n)
    shape = (roster.n, period.halves)
    theta = stable[:, None] + rng.normal(0, np.sqrt(1 - STABLE), shape)

    gad = gad_items()
    phq_mean, item_9 = _phq_means()
    gad_curve = gad.share_at_least(10)
    gad_mean = np.array(
        [[solve(lambda mean: population_share(gad_curve, mean), share * UNREPORTED) for share in row] for row in GAD_10]
    )
    sex = roster.female.astype(int)
    mean = phq_mean[roster.stage, sex][:, None]
    depression = mean + theta
    anxiety = gad_mean[roster.stage, sex][:, None] + _mixed(WITH_ANXIETY, theta, _own(rng, shape))
    own_suicidality = _own(rng, shape)
    suicidality = mean + _mixed(WITH_SUICIDALITY, theta, own_suicidality)
    parts = np.stack([depression, own_suicidality, _own(rng, shape)], axis=-1)
    severity = parts @ SEVERITY
    phq, cuts = phq_items(item_9), level_cuts(phq_mean)
    return Latent(
        depression=depression,
        anxiety=anxiety,
        suicidality=suicidality,
        severity=severity,
        cuts=cuts,
        level=np.sum(severity[:, :, None] > cuts[roster.stage][:, None, :], axis=2),
        bullied=bullied,
        low_mood=depression > _even_point(phq.share_at_least(10)),
        worried=anxiety > _even_point(gad_curve),
        phq=phq,
        gad=gad,
    )


def relative_hazard(roster: Roster, latent: Latent, half: int, slope: float) -> Floats:
    """A hazard that rises with severity (`slope` is its log per SD), relative to the mean of the student's stage."""
    pull = np.exp(slope * latent.severity[:, half])
    return pull / roster.stage_mean(pull)


def level_cuts(means: Floats) -> Floats:
    """Severity at which levels 1, 2 and 3 begin, shape (stages, 3): level 2 and above is the published need."""
    spread = float(np.sqrt((SEVERITY**2).sum()))
    cuts = np.zeros((len(STAGES), 3))
    for stage, need in enumerate(NEED):
        centres = means[stage] * SEVERITY[0]

        def below(cut: float, centres: Floats = centres) -> float:
            shares = [
                float(np.sum(WEIGHTS * (1 / (1 + np.exp(-40 * (cut - centre - spread * NODES))))) / WEIGHTS.sum())
                for centre in centres
            ]
            return MALE * shares[0] + (1 - MALE) * shares[1]

        cuts[stage] = [solve(below, 1 - share) for share in (2.8 * need, need, need / 8)]
    return cuts


def _phq_means() -> tuple[Floats, float]:
    """Group means of depression, shape (stages, sexes), and item 9's first threshold, solved in turn."""
    item_9 = 1.6
    means = np.zeros(PHQ_10.shape)
    for _round in range(3):
        curve = phq_items(item_9).share_at_least(10)
        for place, share in np.ndenumerate(PHQ_10):
            means[place] = solve(lambda mean: population_share(curve, mean), share * UNREPORTED)  # noqa: B023

        def rarer(threshold: float) -> float:
            curve = 1 / (1 + np.exp(-2.2 * (GRID - threshold)))
            return -float(np.mean([population_share(curve, mean) for mean in means.ravel()]))

        item_9 = solve(rarer, -float(ITEM_9.mean()) * UNREPORTED)
    return means, item_9


def _even_point(curve: Floats) -> float:
    return float(np.interp(0.5, curve, GRID))


def _own(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Standard normal, with the same correlation between halves as depression."""
    own: Floats = np.sqrt(STABLE) * rng.normal(size=(shape[0], 1)) + np.sqrt(1 - STABLE) * rng.normal(size=shape)
    return own


def _mixed(correlation: float, common: Floats, own: Floats) -> Floats:
    mixed: Floats = correlation * common + np.sqrt(1 - correlation**2) * own
    return mixed
