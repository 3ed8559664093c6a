"""Who of a dataset is a student on a day, and whose records stand under 身份待核 because nobody can say.

A sheet, a report or a leave is never lost with a row of the roster: what has no student goes to the strangers.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from data_schemas.codes import Code, Sex, Tier
from data_schemas.dataset import Dataset, conform
from data_schemas.enrolment import SCHOOL, SET_ASIDE, STUDENT, chosen, current, ended, split
from data_schemas.rules import among
from data_schemas.tables import TABLES

UNASSIGNED = "unassigned"  # the school of students who are on no list and came without one: every counselor sees them
NAMELESS = "no-student-id"  # whose the rows without an id are
# Rows of these make a stranger of whoever is no student; a circumstance alone does not. A consent makes one of whom
# there is nothing to look into: it is kept, and holds when they are back or a platform asks for a score.
EVIDENCE = ("scores", "leaves", "concerns", "outcomes")
CONSENTS = "consents"
RESPONSES = "responses/"


class Unsettled(Code):
    """Why somebody's records stand under 身份待核."""

    UNKNOWN = ("unknown", "名册中没有此编号", "the id is on no roster")
    LEFT = ("left", "名册上已离校", "has left, by the roster")
    NOT_YET = ("not_yet", "名册上尚未入学", "not enrolled yet, by the roster")
    TWO_ENROLMENTS = (
        "two_enrolments",
        "同一编号有相互矛盾的名册记录",
        "one id with enrolments that contradict each other",
    )
    SET_ASIDE = ("set_aside", "名册记录有误，导入时未采用", "the roster row was refused by the import")


@dataclass(frozen=True)
class Settled:
    """A dataset taken apart for a day. `enrolled` has one roster row a student and the rows of these students alone;
    `strangers` has every other id with a sheet, score, report, leave, outcome or consent, None where there is none.

    `reasons` says of each stranger why. `schools` are those that the roster names for an id, in order, none where it
    names none; `left_on` is the last day of strangers who have left. `silent` are those with nothing but consents.
    """

    enrolled: Dataset
    strangers: Dataset | None
    reasons: Mapping[str, Unsettled]
    schools: Mapping[str, tuple[str, ...]]
    left_on: Mapping[str, date]
    silent: frozenset[str] = frozenset()


def settle_roster(dataset: Dataset, as_of: date) -> Settled:
    """Take a dataset apart into students who are enrolled on the day `as_of` and strangers. Where nothing is amiss
    `enrolled` is the dataset itself.

    A stranger's students row holds what every roster row of the id agrees on, and no dates of enrolment: `stage` is
    blank and `sex` unknown where they are not known, the school is the first of `schools` or `UNASSIGNED`. Where an id
    may be two people's, what would ease one of them by the other is left out: contacts, and interviews that found
    no need.
    """
    students = dataset.students
    refused = dataset.tables.get(SET_ASIDE.name)
    unique = students[STUDENT].is_unique and not students[STUDENT].isna().any()
    if unique and (refused is None or refused.empty) and current(students, as_of).all() and _all_known(dataset):
        return Settled(dataset, None, {}, {}, {})
    roster, reason = _standings(dataset, as_of)
    here = roster[roster["_taken"] & reason.isna()]
    taken = students.iloc[np.sort(here["_row"].to_numpy())].reset_index(drop=True)
    enrolled = _of_students(dataset, taken)
    evident = _strangers(dataset, taken[STUDENT], EVIDENCE)
    strange = _strangers(dataset, taken[STUDENT], (*EVIDENCE, CONSENTS))
    if strange.empty:
        return Settled(enrolled, None, {}, {}, {})
    rows = roster[among(roster[STUDENT], strange) & (roster["_taken"] | (reason == Unsettled.TWO_ENROLMENTS.code))]
    why = reason[rows.index]
    two = rows.loc[why == Unsettled.TWO_ENROLMENTS.code, STUDENT]
    left = rows[why == Unsettled.LEFT.code]
    schools = rows.dropna(subset=[SCHOOL])[[STUDENT, SCHOOL]].drop_duplicates().sort_values([STUDENT, SCHOOL])
    found = dict.fromkeys(strange, Unsettled.UNKNOWN)
    found |= {one: Unsettled.of(code) for one, code in zip(rows[STUDENT], why, strict=True)}
    return Settled(
        enrolled,
        _narrowed(dataset, _who(rows, strange), lambda frame, name: _named(frame, name, strange, two)),
        found,
        {str(one): tuple(part) for one, part in schools.groupby(STUDENT)[SCHOOL]},
        {one: on.date() for one, on in zip(left[STUDENT], left["left_on"], strict=True)},
        frozenset(strange) - frozenset(evident),
    )


def without_strangers(dataset: Dataset) -> Dataset:
    """The dataset with one roster row a student, as of its own day, and the rows of these students alone: what can be
    learned from. Students who have left stay; ids that may be two people's and ids on no roster go. The dataset itself
    where nothing is amiss."""
    students = dataset.students
    if students[STUDENT].is_unique and not students[STUDENT].isna().any() and _all_known(dataset):
        return dataset
    roster, reason = _standings(dataset, dataset.description.as_of)
    nobody = [Unsettled.TWO_ENROLMENTS.code, Unsettled.SET_ASIDE.code]
    here = roster[roster["_taken"] & ~reason.isin(nobody)]
    return _of_students(dataset, students.iloc[np.sort(here["_row"].to_numpy())].reset_index(drop=True))


def _standings(dataset: Dataset, as_of: date) -> tuple[pd.DataFrame, "pd.Series[str]"]:
    """All roster rows that have an id, those that an import set aside included, and why their student is not enrolled,
    blank where the student is. `_taken` marks the row that is read of each student, `_row` its place in the table."""
    names = list(TABLES["students"].names)
    parts = [dataset.students[names].assign(_row=range(len(dataset.students)), _refused=False)]
    if (aside := dataset.tables.get(SET_ASIDE.name)) is not None:
        parts.append(aside[names].assign(_row=-1, _refused=True))
    roster = pd.concat(parts, ignore_index=True).dropna(subset=[STUDENT]).reset_index(drop=True)
    refused = roster["_refused"].to_numpy(dtype=bool)
    taken = chosen(roster, as_of, refused)
    told = pd.Series(Unsettled.NOT_YET.code, index=roster.index, dtype=object)
    told[ended(roster, as_of)] = Unsettled.LEFT.code
    told[current(roster, as_of)] = None
    told[refused] = Unsettled.SET_ASIDE.code
    by_id = pd.Series(told[taken].to_numpy(), index=roster.loc[taken, STUDENT].to_numpy(dtype=object))
    reason = roster[STUDENT].astype(object).map(by_id)
    reason[np.logical_or.reduce(list(split(roster, as_of).values()))] = Unsettled.TWO_ENROLMENTS.code
    return roster.assign(_taken=taken), reason


def _frames(dataset: Dataset) -> dict[str, pd.DataFrame]:
    """Every table of records of students, sheets under `responses/`."""
    frames = {name: frame for name, frame in dataset.tables.items() if name not in ("students", SET_ASIDE.name)}
    frames |= {f"{RESPONSES}{code}": frame for code, frame in dataset.responses.items()}
    return {name: frame for name, frame in frames.items() if STUDENT in frame.columns}


def _all_known(dataset: Dataset) -> bool:
    students = dataset.students[STUDENT]
    return all(bool(among(frame[STUDENT], students).all()) for frame in _frames(dataset).values())


def _strangers(dataset: Dataset, enrolled: "pd.Series[str]", tables: Collection[str]) -> "pd.Series[str]":
    """The ids, in order, of whoever has a sheet or rows in one of `tables` and is not enrolled."""
    found: set[str] = set()
    for name, frame in _frames(dataset).items():
        if name in tables or name.startswith(RESPONSES):
            others = frame.loc[~among(frame[STUDENT], enrolled), STUDENT]
            found |= set(others.fillna(NAMELESS))
    return pd.Series(sorted(found), dtype="str")


def _who(rows: pd.DataFrame, strange: "pd.Series[str]") -> pd.DataFrame:
    """The students table of strangers: what the roster rows of each agree on."""
    known = rows.assign(sex=rows["sex"].where(rows["sex"] != Sex.UNKNOWN.code), enrolled_on=pd.NaT, left_on=pd.NaT)
    told: dict[str, Any] = {STUDENT: strange.to_numpy(dtype=object)}
    for column in TABLES["students"].columns[1:]:
        values = known[column.name].groupby(known[STUDENT])
        agreed = values.min() if column.name == SCHOOL else values.first().where(values.nunique() <= 1)
        told[column.name] = agreed.reindex(strange).to_numpy()
    frame = conform(pd.DataFrame(told), TABLES["students"])
    return frame.assign(**{SCHOOL: frame[SCHOOL].fillna(UNASSIGNED), "sex": frame["sex"].fillna(Sex.UNKNOWN.code)})


def _of_students(dataset: Dataset, students: pd.DataFrame) -> Dataset:
    """The dataset of these students alone."""
    return _narrowed(dataset, students, lambda frame, name: frame[among(frame[STUDENT], students[STUDENT])])


def _named(frame: pd.DataFrame, name: str, strange: "pd.Series[str]", two: "pd.Series[str]") -> pd.DataFrame:
    """The rows of strangers; of ids that may be two people's without what would close the other's evidence or task."""
    frame = frame.assign(**{STUDENT: frame[STUDENT].fillna(NAMELESS)})
    kept = among(frame[STUDENT], strange)
    if name == "contacts":
        kept &= ~among(frame[STUDENT], two)
    if name == "outcomes":
        easing = (frame["level"] < Tier.PRIORITY.ord).to_numpy(dtype=bool, na_value=False)
        kept &= ~(among(frame[STUDENT], two) & easing)
    return frame[kept]


def _narrowed(
    dataset: Dataset, students: pd.DataFrame, rows_of: Callable[[pd.DataFrame, str], pd.DataFrame]
) -> Dataset:
    """The dataset with other students, and of every table of records of students what `rows_of` leaves."""
    frames = {name: rows_of(frame, name).reset_index(drop=True) for name, frame in _frames(dataset).items()}
    tables = {name: frames.get(name, frame) for name, frame in dataset.tables.items() if name != SET_ASIDE.name}
    responses = {code: frames[f"{RESPONSES}{code}"] for code in dataset.responses}
    return replace(dataset, tables={**tables, "students": students}, responses=responses)
