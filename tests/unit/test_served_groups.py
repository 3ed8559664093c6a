"""Recall and precision of groups on the list, by one attribute and by two at once, as a count by hand has them."""

import numpy as np
import pytest

from evaluation.figures.bootstrap import draw
from evaluation.figures.capacity import Labelled
from evaluation.figures.served_groups import served_by_group, two_at_once

N = 800
RNG = np.random.default_rng(6)
SEX = RNG.choice(["female", "male", ""], N, p=[0.5, 0.45, 0.05]).astype(object)
STAGE = RNG.choice(["junior", "senior"], N).astype(object)
TAKEN = (RNG.random(N) < np.where((SEX == "female") & (STAGE == "junior"), 0.1, 0.5)).astype(float)
ROWS = np.flatnonzero(RNG.random(N) < 0.8)
OUTCOME = (RNG.random(len(ROWS)) < 0.3).astype(float)
WEIGHT = RNG.choice([1.0, 3.0], len(ROWS))
KNOWN = Labelled(ROWS, OUTCOME, WEIGHT, draw(np.array(["a"] * len(ROWS)), 60, 1))
FOUND = served_by_group(KNOWN, TAKEN, {"sex": SEX, "stage": STAGE})


@pytest.mark.parametrize(("name", "group"), [("sex", "male"), ("stage", "junior"), ("sex × stage", "female × junior")])
def test_figures_are_those_of_a_count(name: str, group: str) -> None:
    of = {"sex": SEX, "stage": STAGE, **two_at_once({"sex": SEX, "stage": STAGE})}[name][ROWS]
    listed, mine, rest = TAKEN[ROWS], of == group, (of != "") & (of != group)

    def recall(side: np.ndarray) -> float:
        return float((WEIGHT * listed * OUTCOME)[side].sum() / (WEIGHT * OUTCOME)[side].sum())

    def precision(side: np.ndarray) -> float:
        return float((WEIGHT * listed * OUTCOME)[side].sum() / (WEIGHT * listed)[side].sum())

    figures = FOUND[name][group]
    assert figures["known"] == mine.sum()
    assert figures["recall"]["value"] == pytest.approx(recall(mine))
    assert figures["precision"]["value"] == pytest.approx(precision(mine))
    assert figures["recall_gap"]["value"] == pytest.approx(recall(rest) - recall(mine))
    assert figures["precision_gap"]["value"] == pytest.approx(precision(rest) - precision(mine))


def test_who_is_passed_over_by_two_attributes_is_seen_where_either_alone_shows_less() -> None:
    both = FOUND["sex × stage"]["female × junior"]["recall_gap"]
    assert both["low"] > 0.1
    assert both["value"] > FOUND["sex"]["female"]["recall_gap"]["value"]
    assert both["value"] > FOUND["stage"]["junior"]["recall_gap"]["value"]


def test_groups_of_few_are_not_shown_and_few_cases_have_no_interval() -> None:
    few = np.array(["many"] * N, dtype=object)
    few[ROWS[:9]], few[ROWS[9:29]] = "nine", "twenty"
    found = served_by_group(KNOWN, TAKEN, {"of": few})["of"]
    assert found["nine"] == {"shown": False}
    assert found["twenty"]["recall_gap"]["low"] is None
    assert found["twenty"]["recall_gap"]["value"] is not None
