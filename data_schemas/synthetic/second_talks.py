"""Talks that belong to another: on the school day after a check that was held on the very day its evidence came in,
after reports of the aftermath, and corrections of what was written down.

An interview assesses what was known before its day began, so a check of the same day is followed by a second look. Rows
are added to the table; those that stand in it stay as they are. All figures are assumptions.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.codes import Concern, OutcomeKind, Selection
from data_schemas.synthetic.concerns import KINDS
from data_schemas.synthetic.interviews import CHECKED
from data_schemas.synthetic.latent import Latent
from data_schemas.synthetic.period import Period, dates, words
from data_schemas.synthetic.structure import Roster
from data_schemas.synthetic.suspensions import Away

LOOKED_AGAIN = 0.97  # of checks on the day itself
CORRECTED = 0.006  # of interviews
KEY = ["student_id", "observed_on", "kind"]
BY_TWO = (Concern.THREAT_TO_OTHERS_CONCRETE,)


def with_second_talks(
    rng: np.random.Generator,
    roster: Roster,
    latent: Latent,
    outcomes: pd.DataFrame,
    responses: Mapping[str, pd.DataFrame],
    concerns: pd.DataFrame,
    aftermath: pd.DataFrame,
    away: Away,
    period: Period,
) -> pd.DataFrame:
    """The table `outcomes` with these rows, as known at the as-of date. `aftermath` are reports by place."""
    again = _looked_again(rng, roster, outcomes, responses, concerns, away, period)
    added = pd.concat([again, _after(rng, roster, latent, aftermath, away, period)], ignore_index=True)
    taken = pd.MultiIndex.from_frame(outcomes[KEY])
    added = added.drop_duplicates(KEY)
    added = added[~pd.MultiIndex.from_frame(added[KEY]).isin(taken)]
    rows = pd.concat([outcomes, added, _corrections(rng, outcomes)], ignore_index=True)
    rows = rows[rows["recorded_on"] <= pd.Timestamp(period.as_of)]
    return rows.sort_values(["recorded_on", "student_id", "kind"], kind="stable", ignore_index=True)


def talks_by_place(roster: Roster, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Interviews of the table `outcomes` as student (a place), day and level."""
    talks = outcomes[outcomes["kind"] == OutcomeKind.INTERVIEW.code]
    return pd.DataFrame(
        {
            "student": _places(roster, talks["student_id"]),
            "day": _days(talks["observed_on"]),
            "level": talks["level"].to_numpy(),
        }
    )


def _looked_again(
    rng: np.random.Generator,
    roster: Roster,
    outcomes: pd.DataFrame,
    responses: Mapping[str, pd.DataFrame],
    concerns: pd.DataFrame,
    away: Away,
    period: Period,
) -> pd.DataFrame:
    """The same people find the same on the next school day."""
    talks = outcomes[(outcomes["kind"] == OutcomeKind.INTERVIEW.code) & outcomes["interviewer"].notna()]
    talks = talks[talks["selection_reason"] == Selection.FLOOR.code]
    sheets = [
        frame[["student_id", "administered_on"]].set_axis(["student_id", "on"], axis=1) for frame in responses.values()
    ]
    reports = concerns[["student_id", "recorded_on"]].set_axis(["student_id", "on"], axis=1)
    came = pd.MultiIndex.from_frame(pd.concat([*sheets, reports], ignore_index=True))
    talks = talks[pd.MultiIndex.from_frame(talks[["student_id", "observed_on"]]).isin(came)]
    talks = talks[rng.random(len(talks)) < LOOKED_AGAIN]
    student = _places(roster, talks["student_id"])
    day = period.after(_days(talks["observed_on"]) + 1, np.zeros(len(talks), dtype=np.int64))
    there = (day <= period.last) & roster.present(student, day) & ~away.covers(student, day, roster.n)
    recorded = day + rng.choice([0, 1], len(talks), p=[0.9, 0.1])
    talks = talks.assign(observed_on=dates(day).to_numpy(), recorded_on=dates(recorded).to_numpy())
    return talks[there]


def _after(
    rng: np.random.Generator, roster: Roster, latent: Latent, reports: pd.DataFrame, away: Away, period: Period
) -> pd.DataFrame:
    """What the school finds when it speaks with those whom reports of the aftermath name, one to three school days
    after: the true level."""
    student, known = reports["student"].to_numpy(), reports["recorded"].to_numpy()
    day = period.after(known + 1, rng.choice([0, 1, 2], len(reports), p=[0.7, 0.2, 0.1]))
    there = (day <= period.last) & roster.present(student, day) & ~away.covers(student, day, roster.n)
    student, day, kind = student[there], day[there], reports["kind"].to_numpy()[there]
    severity = latent.severity[student, period.half(day)]
    level = np.sum(severity[:, None] > latent.cuts[roster.stage[student]], axis=1)
    paired = np.isin(kind, [KINDS.index(concern) for concern in BY_TWO]) | (level == 3)
    staff = [roster.staff[school] for school in roster.school[student].tolist()]
    return pd.DataFrame(
        {
            "student_id": words(roster.ids, student),
            "observed_on": dates(day),
            "kind": OutcomeKind.INTERVIEW.code,
            "level": level,
            "selection_reason": Selection.FLOOR.code,
            "selection_prob": CHECKED,
            "recorded_on": dates(day),
            "interviewer": [people[0] for people in staff],
            "second_interviewer": [people[1] if two else None for people, two in zip(staff, paired, strict=True)],
            "saw_score": pd.array(np.ones(len(day), dtype=bool), dtype="boolean"),
        }
    )


def _corrections(rng: np.random.Generator, outcomes: pd.DataFrame) -> pd.DataFrame:
    """A few interviews are written down again, later, by the same person: a level more or less, or without the second
    person who was not there. What found 危机 is left as it is."""
    talks = outcomes[(outcomes["kind"] == OutcomeKind.INTERVIEW.code) & (outcomes["level"] < 3)]
    talks = talks[talks["interviewer"].notna() & (rng.random(len(talks)) < CORRECTED)]
    two = talks["second_interviewer"].notna()
    level = np.where(two, talks["level"], np.where(talks["level"] == 0, 1, talks["level"] - 1))
    later = talks["recorded_on"] + pd.to_timedelta(rng.integers(1, 8, len(talks)), unit="D")
    return talks.assign(level=level, second_interviewer=None, recorded_on=later)


def _places(roster: Roster, ids: "pd.Series[str]") -> NDArray[np.int64]:
    return np.asarray(pd.Index(roster.ids).get_indexer(pd.Index(ids)), dtype=np.int64)


def _days(dates: "pd.Series[pd.Timestamp]") -> NDArray[np.int64]:
    return np.asarray(dates.to_numpy("datetime64[D]").astype(np.int64))
