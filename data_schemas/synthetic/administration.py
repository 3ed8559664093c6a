"""Consents, the coverage of each feed, and invented names."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.codes import ConsentScope
from data_schemas.synthetic.leaves import SILENT_DAYS
from data_schemas.synthetic.period import Period, dates, words
from data_schemas.synthetic.structure import Roster

NEVER_CONSENTED, WITHDREW = 0.01, 0.005
OWN_FROM = 14  # years, from which the student's own consent is asked for (PIPL art. 31)
NO_TRAINING = 0.08  # of those who agreed to the rest do not agree to training, or took that back: assumption
FEEDS = ("leaves", "family", "concerns", "responses", "outcomes")
# Frequent surnames and syllables of given names, put together at random: nobody is meant.
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
FIRST = "子梓雨欣浩思佳宇诗明一文俊嘉晓若语天心安"
SECOND = "轩涵怡然泽琪豪萱辰彤博妍杰瑶睿宁阳悦航洁"


def consenting(rng: np.random.Generator, roster: Roster) -> NDArray[np.bool_]:
    """Who agreed to be screened."""
    result: NDArray[np.bool_] = rng.random(roster.n) >= NEVER_CONSENTED
    return result


def consents_table(
    rng: np.random.Generator, roster: Roster, born: pd.Series, willing: NDArray[np.bool_], period: Period
) -> pd.DataFrame:
    """The table `consents`: screening and model score from everyone who agreed; a few took the model score back, and
    some did not agree to training or took that back. Of those below 14 a guardian agreed, from the 14th birthday
    (`born` by student) on the students themselves."""
    who = np.flatnonzero(willing)
    given = np.clip(roster.enrolled[who] + rng.integers(0, 10, len(who)), None, period.last)
    given = np.maximum(given, period.first + rng.integers(0, 10, len(who)))
    withdrew = rng.random(len(who)) < WITHDREW
    withdrawn = np.minimum(given + rng.integers(30, 500, len(who)), period.last)
    rows = pd.DataFrame({"student_id": words(roster.ids, who), "given_by": "parent", "given_on": dates(given)})
    score = rows.assign(scope=ConsentScope.MODEL_SCORE.code, withdrawn_on=dates(withdrawn).where(withdrew))
    screening = rows.assign(scope=ConsentScope.SCREENING.code, withdrawn_on=pd.NaT)
    draw = rng.random(len(who))
    back = dates(np.minimum(given + rng.integers(30, 500, len(who)), period.last)).where(draw < NO_TRAINING / 4)
    training = rows.assign(scope=ConsentScope.RESEARCH.code, withdrawn_on=back)
    training = training[(draw < NO_TRAINING / 4) | (draw >= NO_TRAINING)]
    agreed = pd.concat([screening, score, training])
    birthday = born.iloc[who].reset_index(drop=True).reindex(agreed.index) + pd.DateOffset(years=OWN_FROM)
    # Who was 14 before the term began signed with the parents, everybody else on the birthday.
    own = agreed.assign(given_by="student", given_on=agreed["given_on"].where(agreed["given_on"] >= birthday, birthday))
    over = own["withdrawn_on"].notna() & (own["withdrawn_on"] < own["given_on"])
    last = dates(np.minimum(roster.left[who], period.last)).reindex(agreed.index)
    own = own[(own["given_on"] <= last) & ~over]
    found = pd.concat([agreed, own], ignore_index=True)
    return found.sort_values(["student_id", "scope", "given_on", "given_by"], ignore_index=True)


def feeds_table(roster: Roster, silent: int, period: Period) -> pd.DataFrame:
    """The table `feeds`: every table of every school is covered, but for one school's leave of the last weeks."""
    rows = pd.DataFrame(
        [(school, table) for school in range(len(roster.school_ids)) for table in FEEDS], columns=["school", "table"]
    )
    quiet = (rows["school"] == silent) & (rows["table"] == "leaves")
    until = np.where(quiet, period.last - SILENT_DAYS, period.last)
    frame = pd.DataFrame({"school_id": roster.school_ids[rows["school"]], "table": rows["table"]})
    frame["covered_from"] = dates(np.full(len(rows), period.first))
    frame["covered_to"] = dates(until)
    return frame.sort_values(["school_id", "table"], ignore_index=True)


def names_table(rng: np.random.Generator, roster: Roster) -> pd.DataFrame:
    """Invented names, so that a page looks as it will; one in five has a given name of one syllable."""
    surname, first, second = (
        np.array(list(text))[rng.integers(len(text), size=roster.n)] for text in (SURNAMES, FIRST, SECOND)
    )
    second = np.where(rng.random(roster.n) < 0.2, "", second)
    return pd.DataFrame({"student_id": roster.ids, "name": np.char.add(np.char.add(surname, first), second)})
