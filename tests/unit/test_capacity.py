"""What a week's list finds, whom it leaves below the line, and what acting on a probability is worth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.figures.bootstrap import draw
from evaluation.figures.capacity import Labelled, compared, floors_first, list_value, lists_compared, on_list, on_lists
from evaluation.figures.decision_curve import THRESHOLDS, decision_curves, net_benefit
from evaluation.figures.missed import FEWEST_BY_LOT, missed_below

ONE = np.zeros(6, dtype=np.int64)


def known(outcome: list[float], weight: list[float] | None = None, rows: list[int] | None = None) -> Labelled:
    n = len(outcome)
    places = np.arange(n) if rows is None else np.array(rows)
    school = np.array(["a"] * n, dtype=object)
    return Labelled(places, np.array(outcome), np.array(weight or [1.0] * n), draw(school, 40, seed=1))


def test_each_school_has_its_own_places() -> None:
    taken = on_list(np.array([9.0, 8, 7, 1, 2, 3]), np.array([0, 0, 0, 1, 1, 1]), 2)
    assert taken.tolist() == [1, 1, 0, 0, 1, 1]
    assert on_list(np.array([1.0, 2, 3, 4, 5, 6]), ONE, 99).tolist() == [1] * 6, "a small school is seen whole"


def test_ties_at_the_cut_share_what_is_left() -> None:
    assert on_list(np.array([5.0, 3, 3, 3, 1, 1]), ONE, 2) == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3, 0, 0])


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(-2, 2)), max_size=40),
    st.integers(1, 6),
)
def test_a_list_is_full_and_holds_nobody_twice(rows: list[tuple[int, int]], slots: int) -> None:
    list_of = np.array([row[0] for row in rows], dtype=np.int64)
    score = np.array([row[1] for row in rows], dtype=float)
    taken = on_list(score, list_of, slots)
    assert ((taken >= 0) & (taken <= 1)).all()
    for one in set(list_of.tolist()):
        here = list_of == one
        assert taken[here].sum() == pytest.approx(min(slots, here.sum()))
        order = np.argsort(-score[here], kind="stable")
        assert (np.diff(taken[here][order]) <= 1e-12).all(), "nobody stands above a higher score"


def test_a_list_of_one_tier_is_filled_from_it_alone() -> None:
    inside = np.array([False, True, True, False, True, False])
    taken = on_lists({"model": np.array([9.0, 8, 7, 6, 5, 4])}, ONE, 2, inside)
    assert taken["model"].tolist() == [0, 1, 1, 0, 0, 0]


def test_open_evidence_stands_first_and_keeps_its_order() -> None:
    floor = np.array([False, True, False, True])
    order = np.argsort(-floors_first(floor, np.array([9.0, 1, 5, 2])))
    assert order.tolist() == [3, 1, 0, 2]


def test_what_an_interview_finds_by_hand() -> None:
    """Three on the list; the unlabelled one counts as neither; a weight of 3 stands for three students."""
    taken = np.array([1.0, 1, 1, 0, 0, 0])
    value = list_value(known([1, 0, 1, 0], [3, 1, 2, 4], rows=[0, 1, 4, 5]), taken)
    assert value["interviews"] == 3
    assert value["labelled_on_list"] == 2
    assert value["cases_per_interview"]["value"] == pytest.approx(3 / 4)
    assert value["number_needed"]["value"] == pytest.approx(4 / 3)
    assert value["recall"]["value"] == pytest.approx(3 / 5)


def test_none_found_has_no_number_needed() -> None:
    value = list_value(known([0, 0, 1, 0, 0, 0]), np.array([1.0, 1, 0, 0, 0, 0]))
    assert value["cases_per_interview"]["value"] == 0
    assert value["number_needed"]["value"] is None


def test_the_gain_is_the_difference_and_paired() -> None:
    outcome = known([1, 0, 1, 0, 0, 0])
    first, second = np.array([1.0, 0, 1, 0, 0, 0]), np.array([1.0, 1, 0, 0, 0, 0])
    gain = compared(outcome, first, second)
    assert gain["cases_per_interview"]["value"] == pytest.approx(0.5)
    assert gain["recall"]["value"] == pytest.approx(0.5)
    same = compared(outcome, first, first)["cases_per_interview"]
    assert same == {"value": 0, "low": 0, "high": 0}, "samples are the same for both"
    both = lists_compared(outcome, {"model": first, "other": second})
    assert "gain_of_model" not in both["model"]
    assert both["other"]["gain_of_model"] == gain


def sampled(n: int) -> tuple[np.ndarray, np.ndarray]:
    """One list of ten among n; the first ten stand on it."""
    taken = np.zeros(n)
    taken[:10] = 1
    return taken, np.array([f"s{place % 12}" for place in range(n)], dtype=object)


def test_below_the_line_everyone_counts() -> None:
    """1,000 students, 100 drawn by lot with a chance of a tenth, 5 of them in need: about 50 below the line."""
    taken, school = sampled(1010)
    rows = np.concatenate([np.arange(10), np.arange(10, 110)])
    outcome = np.concatenate([np.ones(10), np.ones(5), np.zeros(95)])
    by_lot = np.zeros(1010, dtype=bool)
    by_lot[10:110] = True
    labelled = Labelled(rows, outcome, np.where(rows < 10, 1.0, 10.0), draw(school[rows], 5, seed=1))
    found = missed_below(labelled, taken, by_lot, draw(school, 200, seed=1, unit="student"))
    assert found["estimated"] is True
    assert (found["below_the_line"], found["by_lot_below"], found["unlabelled_below"]) == (1000, 100, 900)
    assert found["expected_cases"]["value"] == pytest.approx(50)
    assert found["per_1000_below"]["value"] == pytest.approx(50)
    assert found["expected_cases"]["low"] < 50 < found["expected_cases"]["high"]


@pytest.mark.parametrize(("drawn", "estimated"), [(FEWEST_BY_LOT - 1, False), (FEWEST_BY_LOT, True)])
def test_without_enough_drawn_by_lot_it_cannot_be_estimated(drawn: int, estimated: bool) -> None:
    """Others below the line were looked at because somebody worried; they do not stand for the rest."""
    taken, school = sampled(500)
    rows = np.arange(300)
    by_lot = np.zeros(500, dtype=bool)
    by_lot[10 : 10 + drawn] = True
    labelled = Labelled(rows, (rows % 9 == 0).astype(float), np.ones(300), draw(school[rows], 5, seed=1))
    found = missed_below(labelled, taken, by_lot, draw(school, 20, seed=1))
    assert found["estimated"] is estimated
    assert (found["expected_cases"]["value"] is not None) is estimated


def test_where_all_are_known_nothing_is_estimated_from_a_lot() -> None:
    taken, school = sampled(60)
    outcome = np.zeros(60)
    outcome[[3, 20, 40]] = 1
    labelled = Labelled(np.arange(60), outcome, np.ones(60), draw(school, 5, seed=1))
    found = missed_below(labelled, taken, np.zeros(60, dtype=bool), draw(school, 20, seed=1))
    assert found["expected_cases"]["value"] == pytest.approx(2)


def test_net_benefit_by_hand() -> None:
    """At a threshold of a fifth a false one costs a quarter: (2 − 1 × ¼) / 5."""
    outcome, acted = np.array([1.0, 1, 0, 0, 0]), np.array([[1.0], [1], [1], [0], [0]])
    assert net_benefit(outcome, acted, np.ones((1, 5)), np.array([0.2])) == pytest.approx((2 - 0.25) / 5)


def test_decision_curves_of_all_none_and_a_rule() -> None:
    rng = np.random.default_rng(5)
    outcome = (rng.random(400) < 0.1).astype(float)
    school = np.array(["a"] * 400, dtype=object)
    found = decision_curves(
        outcome, np.ones(400), {"model": outcome * 0.9 + 0.001}, {"rule": outcome == 1}, draw(school, 10, seed=1)
    )
    rate = outcome.mean()
    assert found["thresholds"][0] == 0.01
    assert found["thresholds"][-1] == 0.3
    assert [point["value"] for point in found["curves"]["none"]] == [0] * len(THRESHOLDS)
    everyone = [rate - (1 - rate) * t / (1 - t) for t in THRESHOLDS]
    assert [point["value"] for point in found["curves"]["all"]] == pytest.approx(everyone)
    for name in ("model", "rule"):
        assert [p["value"] for p in found["curves"][name]] == pytest.approx([rate] * len(THRESHOLDS)), "no false ones"
