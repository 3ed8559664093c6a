"""What schools write down: the roster's errors, audits, the interviewers' strictness, delays."""

import numpy as np
import pandas as pd

from data_schemas.codes import Selection
from data_schemas.synthetic.calibration.frames import Frames, days
from data_schemas.synthetic.calibration.row import Row, share
from data_schemas.synthetic.flags import FLAGS, UNKNOWN, WRONG
from data_schemas.synthetic.outcomes import ENTRY_DELAY_DAYS, LOGIT, STRICTNESS
from data_schemas.synthetic.structure import STAGES

SETTLED = 60  # days after which nearly every talk is written down
LOW_TOTAL = 7  # PHQ-9 totals below are not picked from the list
WAVE_LASTS, HALF_LASTS = 20, 80  # days from a wave's first sheet to its index date, and from there in the same half
FEWEST_DOUBTFUL = 2  # talks with an even chance of level 2, or as much doubt in more of them


def roster(city: Frames) -> list[Row]:
    """How often the roster does not know, or is wrong."""
    family = city.city.dataset.tables["family"]
    now = family[family["valid_to"].isna()]
    student = city.places(now["student_id"])
    unknown = (now["value"] == "unknown").to_numpy()
    rows = [share("roster", "rows that are unknown", "all", (UNKNOWN - 0.01, UNKNOWN + 0.01), unknown, student)]
    flag = pd.Index([one.code for one in FLAGS]).get_indexer(pd.Index(now["flag"]))
    true = np.zeros((len(city.students), len(FLAGS)), dtype=bool)
    texts, which = np.unique(city.truths[-1]["circumstances"].fillna("").to_numpy(str), return_inverse=True)
    for place, one in enumerate(FLAGS):
        true[:, place] = np.array([one.code in text.split(";") for text in texts])[which]
    said = (now["value"] == "yes").to_numpy()
    here = city.there(len(city.index_dates) - 1)[student] & ~unknown
    for what, mine in (
        ("a true yes that says no", true[student, flag]),
        ("a verified yes that is wrong", said & now["verified_by"].notna().to_numpy()),
    ):
        wrong = (true[student, flag] != said)[here & mine]
        rows.append(share("roster", what, "all", (WRONG - 0.01, WRONG + 0.01), wrong, student[here & mine]))
    return rows


def talks(city: Frames) -> list[Row]:
    """Audits, the interviewers' strictness, and how late talks are written down."""
    outcomes = city.city.dataset.tables["outcomes"]
    seen = outcomes[outcomes["kind"] == "interview"]
    return [_audits(city, seen), _strictness(city, seen), _delay(city, seen)]


def _audits(city: Frames, seen: pd.DataFrame) -> Row:
    """The share of low totals without a safety answer that are audited after a wave that has run its course."""
    audit = seen[seen["selection_reason"] == Selection.AUDIT.code]
    student, day = city.places(audit["student_id"]), days(audit["observed_on"])
    phq, hits, who = city.sheets["phq9"], [], []
    for wave in range(len(city.index_dates) - 1):
        mine = phq.usable & (phq.wave == wave) & (phq.total < LOW_TOTAL) & (phq.answers[:, 8] == 0)
        after = (day > city.index_dates[wave] - 20) & (day <= city.index_dates[wave] + 100)
        hits.append(np.isin(phq.student[mine], student[after]))
        who.append(phq.student[mine])
    return share(
        "talks", "random audits of low totals, a wave", "all", (0.02, 0.03), np.concatenate(hits), np.concatenate(who)
    )


def _strictness(city: Frames, seen: pd.DataFrame) -> Row:
    """The spread of the interviewers' own thresholds of level 2, in logits, from first talks after a wave.

    Each interviewer's shift is one Newton step from nought of a logistic model with the true severity; what the shifts'
    own errors add is taken off their spread (moments).
    """
    what, bounds = "interviewers' strictness, SD in logits", (STRICTNESS - 0.1, STRICTNESS + 0.1)
    severity, level = (
        np.stack([truth[name].to_numpy(float) for truth in city.truths], axis=1) for name in ("severity", "level")
    )
    needed = np.where(level >= 2, severity, np.inf)
    cuts = np.array([needed[city.stage == stage].min(initial=np.inf) for stage in range(len(STAGES))])
    first = _first_talks(city, seen)
    pull = LOGIT * (severity[first["student"], first["wave"]] - cuts[city.stage[first["student"]]])
    chance = 1 / (1 + np.exp(-np.clip(pull, -30, 30)))
    known = ~np.isnan(chance)
    who = pd.factorize(first["interviewer"])[0][known]
    score = np.bincount(who, ((first["level"] >= 2).to_numpy(float) - chance)[known])
    weight = np.bincount(who, (chance * (1 - chance))[known])
    score, weight = score[weight >= FEWEST_DOUBTFUL], weight[weight >= FEWEST_DOUBTFUL]
    n = len(weight)
    if n < 3:
        return Row("talks", what, "all", *bounds, np.nan, np.nan, n)
    shift = score / weight
    spread = float(np.average((shift - np.average(shift, weights=weight)) ** 2, weights=weight))
    chance_part = (n - 1) / weight.sum()
    found = float(np.sqrt(max(spread - chance_part, 0.0)))
    error = float(np.sqrt(2 / n) * (STRICTNESS**2 + chance_part) / (2 * STRICTNESS))
    return Row("talks", what, "all", *bounds, found, error, n)


def _first_talks(city: Frames, seen: pd.DataFrame) -> pd.DataFrame:
    """Each student's first talk in the half-year of a wave, where no crisis decides the level."""
    outcomes = city.city.dataset.tables["outcomes"]
    crisis = outcomes[outcomes["kind"] == "crisis_event"]
    rows = pd.DataFrame(
        {
            "student": city.places(seen["student_id"]),
            "day": days(seen["observed_on"]),
            "level": seen["level"].to_numpy(float),
            "interviewer": seen["interviewer"].to_numpy(str),
        }
    )
    rows["wave"] = np.searchsorted(city.index_dates, rows["day"] + WAVE_LASTS) - 1
    rows = rows[(rows["wave"] >= 0)].sort_values("day", kind="stable").drop_duplicates(["student", "wave"])
    rows = rows[rows["day"] <= city.index_dates[rows["wave"]] + HALF_LASTS]
    return rows[~rows["student"].isin(city.places(crisis["student_id"]))]


def _delay(city: Frames, seen: pd.DataFrame) -> Row:
    ordinary = seen["selection_reason"].isin([Selection.RANKED.code, Selection.AUDIT.code])
    settled = days(seen["observed_on"]) <= city.index_dates[-1] - SETTLED
    mine = seen[ordinary & settled]
    late = days(mine["recorded_on"]) - days(mine["observed_on"])
    n = len(late)
    error = 1.25 * float(late.std()) / np.sqrt(n) if n else np.nan
    found = float(np.median(late)) if n else np.nan
    return Row(
        "talks",
        "median days until a talk is entered",
        "ranked and audit",
        ENTRY_DELAY_DAYS - 1,
        ENTRY_DELAY_DAYS + 1,
        found,
        error,
        n,
    )
