"""What nobody sees: the traits from which sheets, leave, concerns and needs are drawn.

Depression is normal within stage × sex. It has a stable part (class, exposures, own disposition), a part drawn anew
each half-year, and the mood of the day on which a sheet is filled in (`at_sitting`); together they have the variance 1.
The stable part is what two waves share, stable part and half-year what two sheets within a fortnight share. Anxiety
and suicidality share most of depression. `severity` is what a perfect interview would find; only part of it shows in
questionnaires. None of this is ever joined to a feature.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from data_schemas.synthetic.flags import LOG_ODDS, SHARES
from data_schemas.synthetic.graded import GRID, Floats, population_share, solve
from data_schemas.synthetic.items import GAD_7, PHQ_9
from data_schemas.synthetic.period import Period
from data_schemas.synthetic.structure import MALE, STAGES, Roster

# Shares with a total of at least 10, by stage (primary, junior, senior, vocational) and sex (boys, girls).
# Anchors: five-province survey of 2021 with Jiangsu (n = 20,792) and Zhejiang 2022 (n = 27,004) for secondary
# schools, Nanchong (n = 136,699, ages 9–13) for primary grades.
PHQ_10 = np.array([[0.07, 0.10], [0.12, 0.20], [0.15, 0.24], [0.13, 0.20]])
GAD_10 = np.array([[0.05, 0.07], [0.09, 0.16], [0.11, 0.19], [0.09, 0.16]])
ITEM_9 = np.array([0.05, 0.09, 0.11, 0.09])
NEED = np.array([0.03, 0.06, 0.065, 0.06])  # confirmed within 90 days, had everyone been interviewed
# Shares of the variance. Of those above a cut 46 % stay there for a year (CES-D, Chinese follow-up); two PHQ-9 sheets
# within two weeks correlate .70–.80 (Taiwan, n = 2,257; Chinese patients); classes: .03–.06, assumed.
STABLE, OF_THE_DAY = 0.67, 0.09
CLASS_SHARE = 0.05
WITH_ANXIETY = 0.90  # tetrachoric, solved from Zhejiang's joint and single shares
WITH_SUICIDALITY = 0.80  # assumption
BULLIED, BULLIED_LOG_ODDS = 0.03, 0.95  # Inner Mongolia n = 87,414; OR 2–5
MALTREATED, MALTREATED_LOG_ODDS = 0.03, 1.2  # share assumed; Norman et al. 2012. Never a feature: see protection
TRANSFERRED_LOG_ODDS = 0.28  # Jinghong
LOGIT_TO_TRAIT = 1.65  # log-odds of a total of 10 or more ≈ 1.65 × the shift of the trait's mean
# severity = these × (θ, its own part of suicidality, other problems), by assumption
SEVERITY = np.array([0.65, 0.25, 0.60])
UNREPORTED = 1.03  # published shares are of sheets, on some of which students conceal or answer carelessly


@dataclass(frozen=True)
class Latent:
    """Every array has the shape (students, halves) unless it says otherwise; traits are without the mood of the day."""

    depression: Floats
    anxiety: Floats
    suicidality: Floats
    severity: Floats
    cuts: Floats  # severity at which levels 1, 2 and 3 begin: (stages, 3)
    level: NDArray[np.int64]  # 0 to 3, what a perfect interview finds
    bullied: NDArray[np.bool_]  # (students,)
    maltreated: NDArray[np.bool_]  # (students,), never visible
    low_mood: NDArray[np.bool_]  # depression beyond the point where a PHQ-9 total of 10 is as likely as not
    worried: NDArray[np.bool_]

    def at_sitting(self, rng: np.random.Generator, students: NDArray[np.int64], half: int) -> Floats:
        """Depression, anxiety and suicidality of these students on the day of a sheet, shape (len(students), 3)."""
        day = rng.normal(size=len(students))
        own = rng.normal(size=(len(students), 2))
        moods = np.column_stack([day, _mixed(WITH_ANXIETY, day, own[:, 0]), _mixed(WITH_SUICIDALITY, day, own[:, 1])])
        traits = np.column_stack([trait[students, half] for trait in (self.depression, self.anxiety, self.suicidality)])
        sitting: Floats = traits + np.sqrt(OF_THE_DAY) * moods
        return sitting


def draw_latent(
    rng: np.random.Generator, roster: Roster, flags: NDArray[np.bool_], period: Period, stable: float = STABLE
) -> Latent:
    """Draw the traits; group means are solved so that reported shares meet the published ones. `stable` is the share of
    the variance that stays from half to half."""
    bullied = rng.random(roster.n) < BULLIED
    maltreated = rng.random(roster.n) < MALTREATED
    exposure = (flags - SHARES) @ LOG_ODDS + (bullied - BULLIED) * BULLIED_LOG_ODDS
    exposure = exposure + (roster.transferred - roster.transferred.mean()) * TRANSFERRED_LOG_ODDS
    exposure = (exposure + (maltreated - MALTREATED) * MALTREATED_LOG_ODDS) / LOGIT_TO_TRAIT
    classes = rng.normal(0, np.sqrt(CLASS_SHARE), len(roster.class_names))[roster.class_]
    own = stable - CLASS_SHARE - float(exposure.var())
    lasting = exposure + classes + rng.normal(0, np.sqrt(own), roster.n)
    shape = (roster.n, period.halves)
    theta = lasting[:, None] + rng.normal(0, np.sqrt(1 - OF_THE_DAY - stable), shape)

    sex = roster.female.astype(int)
    depressed, worried = group_means(PHQ_9.share_at_least(10), PHQ_10), group_means(GAD_7.share_at_least(10), GAD_10)
    mean = depressed[roster.stage, sex][:, None]
    depression = mean + theta
    anxiety = worried[roster.stage, sex][:, None] + _mixed(WITH_ANXIETY, theta, _own(rng, shape, stable))
    own_suicidality = _own(rng, shape, stable)
    shift = suicidality_shifts(depressed)[roster.stage][:, None]
    suicidality = mean + shift + _mixed(WITH_SUICIDALITY, theta, own_suicidality)
    parts = np.stack([depression, own_suicidality, _own(rng, shape, stable)], axis=-1)
    severity = parts @ SEVERITY
    cuts = level_cuts(depressed)
    return Latent(
        depression=depression,
        anxiety=anxiety,
        suicidality=suicidality,
        severity=severity,
        cuts=cuts,
        level=np.sum(severity[:, :, None] > cuts[roster.stage][:, None, :], axis=2),
        bullied=bullied,
        maltreated=maltreated,
        low_mood=depression > _even_point(PHQ_9.share_at_least(10)),
        worried=anxiety > _even_point(GAD_7.share_at_least(10)),
    )


def relative_hazard(roster: Roster, latent: Latent, half: int, slope: float) -> Floats:
    """A hazard that rises with severity (`slope` is its log per SD), relative to the mean of the student's stage."""
    pull = np.exp(slope * latent.severity[:, half])
    return pull / roster.stage_mean(pull)


def level_cuts(means: Floats) -> Floats:
    """Severity at which levels 1, 2 and 3 begin, shape (stages, 3): level 2 and above is the published need."""
    spread = float(np.sqrt((1 - OF_THE_DAY) * (SEVERITY**2).sum()))
    cuts = np.zeros((len(STAGES), 3))
    for stage, need in enumerate(NEED):
        centres = means[stage] * SEVERITY[0]

        def below(cut: float, centres: Floats = centres) -> float:
            boys, girls = (NormalDist(centre, spread).cdf(cut) for centre in centres)
            return MALE * boys + (1 - MALE) * girls

        cuts[stage] = [solve(below, 1 - share) for share in (2.8 * need, need, need / 8)]
    return cuts


def group_means(curve: Floats, shares: Floats) -> Floats:
    """Means of the trait at which `curve`, a chance over `GRID`, comes to the published shares of sheets."""
    means = [solve(lambda mean: population_share(curve, mean), share * UNREPORTED) for share in shares.ravel()]
    return np.array(means).reshape(shares.shape)


def suicidality_shifts(means: Floats) -> Floats:
    """By stage, what suicidality's mean lies above depression's, so that item 9 is as rare as published."""
    curve = PHQ_9.reach(8, 1)
    shifts = np.zeros(len(STAGES))
    for stage, share in enumerate(ITEM_9):

        def positive(shift: float, centres: Floats = means[stage]) -> float:
            boys, girls = (population_share(curve, centre + shift) for centre in centres)
            return MALE * boys + (1 - MALE) * girls

        shifts[stage] = solve(positive, share * UNREPORTED)
    return shifts


def _even_point(curve: Floats) -> float:
    return float(np.interp(0.5, curve, GRID))


def _own(rng: np.random.Generator, shape: tuple[int, int], stable: float) -> Floats:
    """Normal, with the same variance and the same correlation between halves as depression."""
    own: Floats = np.sqrt(stable) * rng.normal(size=(shape[0], 1))
    own = own + np.sqrt(1 - OF_THE_DAY - stable) * rng.normal(size=shape)
    return own


def _mixed(correlation: float, common: Floats, own: Floats) -> Floats:
    mixed: Floats = correlation * common + np.sqrt(1 - correlation**2) * own
    return mixed
