"""How much a report, a circumstance or an absence weighs: published odds ratios, each with its source.

Where none was found the weight is configuration of this project and says so; its size is then below that of what was
found for the like. Outcomes are depression where nothing else is said: none of these studies looked at a counselor's
finding, so that the weights order students and promise no probability.
"""

from dataclasses import dataclass
from math import log

CONFIGURED = "configuration: no published size was found"


@dataclass(frozen=True)
class Effect:
    """`log_odds` a unit of the feature `name`, of at most `most` units."""

    name: str
    log_odds: float
    source: str
    most: float = 1.0


ABSENCE = (
    "BCAMHS, N=7,977: absence × 3.40 (2.46–4.69) with depression; of counts with dispersion .3 and .35 episodes a year "
    "an episode then speaks with ln(.799/.538)"
)
EFFECTS: tuple[Effect, ...] = (
    Effect("family_left_behind", log(1.7), "meta-analysis of 39 studies: OR 1.7 (1.4–1.9)"),
    Effect("family_left_behind_survey", log(1.7), "the same, whose studies count one parent away as well"),
    Effect("family_in_difficulty", log(1.348), "Jinghong, N=5,857: no stable income OR 1.348"),
    Effect("family_de_facto_unsupported", log(1.348), "as in difficulty, of which it is a part"),
    Effect("family_orphan", log(1.22), "death of a parent: OR 1.22 (1.03–1.44)"),
    Effect("family_divorced_single", log(1.29), "Auersperg et al. 2019: OR 1.29 (1.23–1.35)"),
    Effect("family_remarried", log(1.658), "Jinghong, N=5,857: OR 1.658"),
    Effect("family_guardianship_gap", log(1.24), "Yunnan: not living with parents OR 1.24"),
    Effect("family_low_income", log(1.348), "Jinghong, N=5,857: no stable income OR 1.348"),
    Effect("family_parent_illness_disability", log(1.611), "Jinghong, N=5,857: father ill 1.611, mother ill 1.701"),
    Effect("family_parent_in_custody", 0.2, CONFIGURED),
    Effect("family_bereaved_recent", log(1.48), "death of a parent: HR 1.48, highest in the first two years"),
    Effect("concern_bullying", log(2.23), "van Geel et al.: victims and suicidal ideation OR 2.23", 2.0),
    Effect("concern_transfer", log(1.318), "Jinghong, N=5,857: OR 1.318"),
    Effect("concern_sleep_short", log(1.761), "Huzhou, N=4,729: OR 1.761"),
    Effect("concern_mood_abnormal", 0.7, CONFIGURED + "; staff name 36–48 % of those in need (Scott et al. 2009)", 2.0),
    Effect("concern_school_aversion", 0.5, CONFIGURED + "; refusal and PHQ-9 in both directions (Taizhou)", 2.0),
    Effect("concern_study_pressure", 0.5, CONFIGURED + "; academic pressure r = .40 (Tang 2020)", 2.0),
    Effect("concern_parent_child_conflict", 0.5, CONFIGURED + "; communication r = .43 (Tang 2020)", 2.0),
    Effect("concern_serious_misconduct", 0.3, CONFIGURED),
    Effect("concern_school_contact", 0.3, CONFIGURED),
    Effect("concern_repeated_grade", 0.2, CONFIGURED),
    Effect("unexcused_days_365", log(3.74), "Finning et al. 2019: truancy OR 3.74 (2.11–6.60)"),
    Effect("nonresp_sick_days_60", log(0.799 / 0.538), ABSENCE, 3.0),
    Effect(
        "leave_days_365", log(2.8) / 19, "John et al. 2022: a tenth of the year missed, some 19 days, aOR 2.8", 19.0
    ),
    Effect("return_day_leaves_365", 0.2, CONFIGURED + "; the city's work plan names it", 2.0),
    Effect("suspended_365", 0.7, CONFIGURED + "; 53.85 % of diagnosed youths had a suspension (2024 report)"),
    Effect("resumed_90", 0.7, CONFIGURED + "; the same"),
)
# Log-odds a standard deviation of a total in the own stage and sex: one-year prospective AUROC .78 (ICAP 2026, China,
# N=7,406), d' = √2 Φ⁻¹(.78) under two normal curves.
SHEET = 1.09
EARLIER_SHEET = 0.3  # configuration: what an earlier sheet adds to the newest
NO_SHEET = log(
    1.5
)  # latent-high pupils are missing 1.5 times as often (design of the synthetic city; Scott et al. 2009)
FEMALE = log(1.8)  # Zhejiang, Huzhou: 1.8–1.96; totals are read within stage and sex, need is not
# A level found in a talk. Above a cut 46.4 % stay there for a year (CES-D, Chinese follow-up), where 22 % are above at
# any time: odds .866 against .178 of the others, OR 4.87 for a finding of level 2, so half of it a level.
TALK_LEVEL = log(4.87) / 2
TALK_RECENT = TALK_LEVEL / 4  # configuration: how much more a level counts for 150 days; retest is .70–.80 within weeks
