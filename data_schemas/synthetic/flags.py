"""Family circumstances: what is true, and what the roster says of it."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.codes import Answer, FamilyFlag, Source
from data_schemas.synthetic.period import Period, dates, words
from data_schemas.synthetic.structure import NEVER, Roster

# Share of students, log-odds of depression, and who reports it.
# Left-behind: one parent away, OR 1.7 (meta-analysis of 39 studies); divorce 1.29 (Auersperg et al. 2019); remarried
# 1.66, ill parent 1.61–1.70, no stable income 1.35 (Jinghong, n = 5,857); parental death 1.48 in the first two years.
# Shares of left-behind, divorced and poor families follow published ranges; other shares and effects are assumptions.
CIRCUMSTANCES: dict[FamilyFlag, tuple[float, float, Source]] = {
    FamilyFlag.LEFT_BEHIND: (0.15, 0.47, Source.VILLAGE),
    FamilyFlag.IN_DIFFICULTY: (0.02, 0.30, Source.MCA),
    FamilyFlag.DE_FACTO_UNSUPPORTED: (0.0015, 0.40, Source.MCA),
    FamilyFlag.ORPHAN: (0.0005, 0.20, Source.MCA),
    FamilyFlag.DIVORCED_SINGLE: (0.10, 0.25, Source.SCHOOL),
    FamilyFlag.REMARRIED: (0.03, 0.50, Source.SCHOOL),
    FamilyFlag.GUARDIANSHIP_GAP: (0.01, 0.40, Source.VILLAGE),
    FamilyFlag.MIGRANT: (0.05, 0.0, Source.SCHOOL),
    FamilyFlag.LOW_INCOME: (0.04, 0.30, Source.MCA),
    FamilyFlag.PARENT_ILLNESS_DISABILITY: (0.025, 0.50, Source.VILLAGE),
    FamilyFlag.PARENT_IN_CUSTODY: (0.002, 0.30, Source.POLICE),
    FamilyFlag.BEREAVED_RECENT: (0.008, 0.39, Source.SCHOOL),
}
FLAGS = tuple(CIRCUMSTANCES)  # the roster asks for 留守 by 国发〔2016〕13号, not by the surveys' definition
SHARES = np.array([CIRCUMSTANCES[flag][0] for flag in FLAGS])
LOG_ODDS = np.array([CIRCUMSTANCES[flag][1] for flag in FLAGS])
SOURCES = np.array([CIRCUMSTANCES[flag][2].code for flag in FLAGS])
BY_SCHOOL = (FamilyFlag.LEFT_BEHIND, FamilyFlag.MIGRANT)  # shares that differ between town and country
UNKNOWN, WRONG, UNVERIFIED, LATER = 0.05, 0.02, 0.04, 0.08
VERIFIERS = {"mca": "民政专干", "village": "儿童主任", "school": "班主任", "police": "社区民警"}
YES, NO, NOT_KNOWN = (tuple(Answer).index(answer) for answer in (Answer.YES, Answer.NO, Answer.UNKNOWN))


def true_flags(rng: np.random.Generator, roster: Roster) -> NDArray[np.bool_]:
    """Which circumstances hold at the end of the period, shape (students, flags)."""
    logits = np.tile(np.log(SHARES / (1 - SHARES)), (len(roster.school_ids), 1))
    for flag in BY_SCHOOL:
        logits[:, FLAGS.index(flag)] += rng.normal(0, 0.5, len(roster.school_ids))
    chance = 1 / (1 + np.exp(-logits))
    flags: NDArray[np.bool_] = rng.random((roster.n, len(FLAGS))) < chance[roster.school]
    flags[:, FLAGS.index(FamilyFlag.REMARRIED)] &= ~flags[:, FLAGS.index(FamilyFlag.DIVORCED_SINGLE)]
    return flags


def family_table(rng: np.random.Generator, roster: Roster, flags: NDArray[np.bool_], period: Period) -> pd.DataFrame:
    """The table `family`: 5 % of rows unknown, 2 % of the noes and yeses wrong, a few rumours without a verifier.

    Circumstances that began during the period have an earlier `no` row that ends the day before.
    """
    shape = flags.shape
    missed = flags & (rng.random(shape) < WRONG)
    # As many false yeses as one in fifty of the recorded ones: a fixed share of all noes would swamp the rare flags.
    false_yes = ~flags & (rng.random(shape) < WRONG * SHARES / (1 - SHARES))
    rumour = ~flags & (rng.random(shape) < 0.001)
    value = np.where((flags & ~missed) | false_yes | rumour, YES, NO)
    value[(rng.random(shape) < UNKNOWN) & ~rumour] = NOT_KNOWN
    unverified = rumour | (rng.random(shape) < UNVERIFIED)

    rosters = period.roster_dates()
    student, flag = (np.ravel(part) for part in np.indices(shape))
    value, unverified = value.ravel(), unverified.ravel()
    began = np.maximum(rosters[0], np.minimum(roster.enrolled[student], period.last))
    share_later = np.where(flag == FLAGS.index(FamilyFlag.BEREAVED_RECENT), 0.6, LATER)
    update = rng.choice(rosters[1:], len(student)) if len(rosters) > 1 else began
    later = (value == YES) & (rng.random(len(student)) < share_later) & (update > began)
    since = np.where(later, update, began)
    now = pd.DataFrame({"student": student, "flag": flag, "value": value, "since": since, "until": NEVER})
    before = now[later].assign(value=NO, since=began[later], until=since[later] - 1)
    rows = pd.concat([now.assign(verified=~unverified), before.assign(verified=True)], ignore_index=True)
    rows = rows.sort_values(["student", "flag", "since"], ignore_index=True)
    recorded = np.minimum(rows["since"].to_numpy() + rng.integers(0, 11, len(rows)), period.last)
    flag = rows["flag"].to_numpy()
    verifiers = [VERIFIERS[source] for source in SOURCES]
    return pd.DataFrame(
        {
            "student_id": words(roster.ids, rows["student"].to_numpy()),
            "flag": words([item.code for item in FLAGS], flag),
            "value": words([item.code for item in Answer], rows["value"].to_numpy()),
            "source": words(SOURCES, flag),
            "valid_from": dates(rows["since"].to_numpy()),
            "valid_to": dates(rows["until"].to_numpy()).where(rows["until"] < NEVER),
            "verified_by": pd.Series(words(verifiers, flag)).where(rows["verified"]),
            "recorded_on": dates(recorded),
        }
    )
