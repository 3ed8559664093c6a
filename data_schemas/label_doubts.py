"""What makes outcomes hard to learn from, each by name: how students were picked, who found it, and where."""

from collections.abc import Iterator
from math import log

import pandas as pd

from data_schemas.codes import Selection
from data_schemas.dataset import Dataset
from runxin.errors import how_many

LOWEST_CHANCE = 1 / 200  # one interview that stands for more students than that decides alone
FEWEST_BY_ONE = 20  # interviews from which it matters that one person held them all
BY_CHANCE = 0.001  # a school whose outcomes are all of one kind is told where chance makes fewer than so many such
NAMED = 5


def label_doubts(dataset: Dataset) -> Iterator[str]:
    """A sentence for each of: chances of having been picked that are missing or tiny, interviews without an
    interviewer or all by one, and schools whose outcomes are all of one kind. None stops a training; a person should
    know them before believing one."""
    label, outcomes = dataset.description.label, dataset.tables.get("outcomes")
    if label is None or outcomes is None:
        return
    seen = outcomes[outcomes["kind"].isin(label.kinds)]
    yield from _chances(seen)
    yield from _interviewers(seen)
    yield from _schools(seen.assign(found=seen["level"] >= label.level), dataset.students)


def _chances(seen: pd.DataFrame) -> Iterator[str]:
    picked = seen[seen["selection_reason"] != Selection.ALL.code]
    chance = picked["selection_prob"]
    missing = int(chance.isna().sum())
    if missing:
        yield (
            f"outcomes: {missing} of {how_many(len(picked), 'outcome')} of picked students have no chance of having "
            "been picked on record (selection_prob): rates cannot be weighted by it, and each counts once"
        )
    tiny = picked[chance < LOWEST_CHANCE]
    if len(tiny):
        yield (
            f"outcomes, {_rows(tiny)}: a chance of having been picked below 1 in {1 / LOWEST_CHANCE:.0f}, the lowest "
            f"{chance.min():g}: one such interview stands for more students than all others near it, and decides alone"
        )


def _interviewers(seen: pd.DataFrame) -> Iterator[str]:
    talks = seen[seen["kind"] == "interview"]
    named = talks["interviewer"].dropna()
    if len(named) >= FEWEST_BY_ONE and named.nunique() == 1:
        yield (
            f"outcomes: all {len(named)} interviews with an interviewer are by {named.iloc[0]}: how strict one person "
            "is cannot be told from what students need, and a model learns both"
        )
    if len(named) and len(named) < len(talks):
        yield (
            f"outcomes: {how_many(len(talks) - len(named), 'interview')} without an interviewer: a training from talks "
            "leaves these out"
        )


def _schools(seen: pd.DataFrame, students: pd.DataFrame) -> Iterator[str]:
    """`seen` has a column `found`. A school is told where, at the rate of all others, so many alike would be chance in
    fewer than one of a thousand schools."""
    school = seen["student_id"].map(students.drop_duplicates("student_id").set_index("student_id")["school_id"])
    by_school = seen.groupby(school)["found"].agg(["sum", "count"])
    for name, (positive, count) in by_school.iterrows():
        rest = len(seen) - count
        rate = (seen["found"].sum() - positive) / rest if rest else 0.0
        if not 0 < rate < 1 or 0 < positive < count:
            continue
        if count * log(rate if positive else 1 - rate) < log(BY_CHANCE):
            kind, many = "with" if positive else "without", how_many(int(count), "outcome")
            yield (
                f"outcomes: all {many} of {name} are {kind} the outcome, where {rate:.0%} of others have it: "
                "one kind of them may not have been entered, or levels mean something else there"
            )


def _rows(part: pd.DataFrame) -> str:
    places = [str(int(place) + 2) for place in part.index[:NAMED]]
    more = f" and {len(part) - NAMED} more" if len(part) > NAMED else ""
    return f"row{'s' if len(part) > 1 else ''} {', '.join(places)}{more}"
