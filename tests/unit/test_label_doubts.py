"""Outcomes that are hard to learn from are told by name: chances, interviewers, and schools of one kind."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from data_schemas.check import check_dataset
from data_schemas.dataset import Dataset
from data_schemas.label_doubts import label_doubts
from tests.learnable import learnable

PLAIN = learnable(240)
Change = Callable[[pd.DataFrame, pd.Series], pd.DataFrame]


def changed(change: Change) -> Dataset:
    """The dataset with its outcomes changed; `change` is given the school of each row as well."""
    outcomes = PLAIN.tables["outcomes"].copy()
    school = outcomes["student_id"].map(PLAIN.students.set_index("student_id")["school_id"])
    return replace(PLAIN, tables={**PLAIN.tables, "outcomes": change(outcomes, school)})


def picked(chance: float | None) -> Change:
    def change(outcomes: pd.DataFrame, school: pd.Series) -> pd.DataFrame:
        return outcomes.assign(selection_reason="ranked", selection_prob=[chance] * 3 + [0.5] * (len(outcomes) - 3))

    return change


def by(*names: str | None) -> Change:
    return lambda outcomes, school: outcomes.assign(interviewer=[names[n % len(names)] for n in range(len(outcomes))])


def of_one_kind(level: int) -> Change:
    return lambda outcomes, school: outcomes.assign(level=outcomes["level"].mask(school == "school-03", level))


def test_outcomes_of_everyone_by_many_are_no_doubt() -> None:
    assert list(label_doubts(changed(by("li", "wang")))) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (picked(None), "3 of 480 outcomes of picked students have no chance"),
        (picked(0.0001), "rows 2, 3, 4: a chance of having been picked below 1 in 200, the lowest 0.0001"),
        (by("li"), "all 480 interviews with an interviewer are by li"),
        (by("li", "wang", None), "160 interviews without an interviewer"),
        (of_one_kind(2), "all 40 outcomes of school-03 are with the outcome"),
        (of_one_kind(0), "all 40 outcomes of school-03 are without the outcome"),
    ],
)
def test_each_doubt_is_told_by_name_in_a_check_too(change: Change, said: str) -> None:
    dataset = changed(change)
    (doubt,) = label_doubts(dataset)
    assert said in doubt
    assert doubt in check_dataset(dataset).notes


def test_a_few_alike_are_chance() -> None:
    few = changed(of_one_kind(0))
    outcomes, school = few.tables["outcomes"], few.students.set_index("student_id")["school_id"]
    mine = outcomes.index[outcomes["student_id"].map(school) == "school-03"][:36]
    less = replace(few, tables={**few.tables, "outcomes": outcomes.drop(mine)})
    assert list(label_doubts(less)) == []
