"""What was found in the talks, and what happened without one.

An interviewer finds the true level with an own strictness (SD .4 logit) and some error. Those at level 2 or above are
seen again each month and tend to improve. A student who was not interviewed has no row.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.codes import Selection
from data_schemas.synthetic.concerns import Crises
from data_schemas.synthetic.latent import Latent
from data_schemas.synthetic.period import Period, dates, words
from data_schemas.synthetic.structure import Roster
from data_schemas.synthetic.suspensions import Away

LOGIT = 6.0  # logits per unit of severity in a judgement: assumption
STRICTNESS = 0.4
IMPROVES = 0.25  # of severity, from one monthly talk to the next: assumption
MONTHLY, TALKS_MORE = 30, 3
RECHECKED = 0.6  # of those at level 1, once, after five weeks
REFERRED = np.array([0.0, 0.02, 0.35, 0.8])  # by level: assumption
ENTRY_DELAY_DAYS = 9  # median, of ordinary interviews
CRISIS_IN_MIND = 14  # days in which a crisis decides the level


def outcomes_table(
    rng: np.random.Generator,
    roster: Roster,
    latent: Latent,
    talks: pd.DataFrame,
    found: Crises,
    away: Away,
    period: Period,
) -> pd.DataFrame:
    """The table `outcomes` as it stands at the as-of date, from the talks of `interviews.pick`."""
    strictness = rng.normal(0, STRICTNESS / LOGIT, (len(roster.staff), max(len(staff) for staff in roster.staff)))
    talks = talks.assign(person=_person(rng, roster, talks["student"].to_numpy()))
    talks["level"] = _judged(rng, roster, latent, talks, strictness, found, period, 0)
    rounds = [talks]
    again = talks[talks["level"] >= 1].assign(half=lambda rows: period.half(rows["day"].to_numpy()))
    again = again.drop_duplicates(["student", "half"]).drop(columns="half")
    again = again[(again["level"] >= 2) | (rng.random(len(again)) < RECHECKED)]
    for times in range(1, TALKS_MORE + 1):
        later = period.after(again["day"].to_numpy() + MONTHLY + rng.integers(-4, 8, len(again)), np.array(0))
        # Only two people together find that a danger has passed.
        again = again.assign(day=later, urgent=False, paired=again["level"] == 3)
        again = again[_there(roster, away, again, period)]
        again = again.assign(level=_judged(rng, roster, latent, again, strictness, found, period, times))
        rounds.append(again)
        again = again[again["level"] >= 2]
    seen = pd.concat(rounds, ignore_index=True)

    second = (seen["person"] + 1) % np.array([len(staff) for staff in roster.staff])[roster.school[seen["student"]]]
    slow = np.round(ENTRY_DELAY_DAYS * rng.lognormal(0, 0.6, len(seen)))
    prompt = rng.choice(3, len(seen), p=[0.8, 0.15, 0.05])
    seen["recorded"] = seen["day"] + np.where(seen["urgent"], prompt, slow).astype(np.int64)
    blind = (seen["reason"] == Selection.AUDIT.code) | (rng.random(len(seen)) < 0.05)
    staff = np.array([[*people, *[""] * (strictness.shape[1] - len(people))] for people in roster.staff])
    place = roster.school[seen["student"]]
    seen["interviewer"] = staff[place, seen["person"]]
    seen["second_interviewer"] = pd.Series(staff[place, second]).where(seen["paired"] | (seen["level"] == 3))
    seen["saw_score"] = ~blind
    known = {"reason": Selection.ALL.code, "prob": 1.0}  # comes to the school's notice whoever was picked
    rows = pd.concat(
        [
            seen.assign(kind="interview"),
            _referrals(rng, seen),
            pd.DataFrame({"student": found.student, "day": found.day, "kind": "crisis_event", "level": 3, **known}),
            pd.DataFrame({"student": away.student, "day": away.start, "kind": "suspension", "level": 2, **known}),
        ],
        ignore_index=True,
    ).drop_duplicates(["student", "day", "kind"])
    told = rows["day"] + rng.integers(0, 8, len(rows))
    rows["recorded"] = rows["recorded"].fillna(told).astype(np.int64)
    rows = rows[rows["recorded"] <= period.last].sort_values(["recorded", "student", "kind"], ignore_index=True)
    return pd.DataFrame(
        {
            "student_id": words(roster.ids, rows["student"].to_numpy()),
            "observed_on": dates(rows["day"].to_numpy()),
            "kind": rows["kind"],
            "level": rows["level"],
            "selection_reason": rows["reason"],
            "selection_prob": rows["prob"].round(4),
            "recorded_on": dates(rows["recorded"].to_numpy()),
            "interviewer": rows["interviewer"],
            "second_interviewer": rows["second_interviewer"],
            "saw_score": rows["saw_score"].astype("boolean"),
        }
    )


def _person(rng: np.random.Generator, roster: Roster, student: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which of the school's interviewers speaks with each student."""
    people = np.array([len(staff) for staff in roster.staff])[roster.school[student]]
    return np.asarray(rng.integers(0, people))


def _judged(
    rng: np.random.Generator,
    roster: Roster,
    latent: Latent,
    talks: pd.DataFrame,
    strictness: NDArray[np.float64],
    found: Crises,
    period: Period,
    times: int,
) -> NDArray[np.int64]:
    """The level that an interviewer finds; a crisis in the last fortnight is level 3 whatever else is seen."""
    student, day = talks["student"].to_numpy(), talks["day"].to_numpy()
    severity = latent.severity[student, period.half(day)] - IMPROVES * times
    severity = severity + strictness[roster.school[student], talks["person"]] + rng.logistic(0, 1 / LOGIT, len(day))
    level: NDArray[np.int64] = np.sum(severity[:, None] > latent.cuts[roster.stage[student]], axis=1)
    asked = pd.DataFrame({"student": student, "day": day, "place": np.arange(len(day))})
    near = asked.merge(pd.DataFrame({"student": found.student, "crisis": found.day}), on="student")
    near = near[(near["day"] >= near["crisis"]) & (near["day"] <= near["crisis"] + CRISIS_IN_MIND)]
    level[near["place"]] = 3
    return level


def _there(roster: Roster, away: Away, talks: pd.DataFrame, period: Period) -> NDArray[np.bool_]:
    student, day = talks["student"].to_numpy(), talks["day"].to_numpy()
    result: NDArray[np.bool_] = (
        (day <= period.last) & roster.present(student, day) & ~away.covers(student, day, roster.n)
    )
    return result


def _referrals(rng: np.random.Generator, seen: pd.DataFrame) -> pd.DataFrame:
    """A referral to a hospital or centre within three weeks of a talk, at most one a student."""
    referred = seen[rng.random(len(seen)) < REFERRED[seen["level"]]].drop_duplicates("student")
    day = referred["day"].to_numpy() + rng.integers(1, 21, len(referred))
    return referred[["student", "level", "reason", "prob"]].assign(day=day, kind="referral")
