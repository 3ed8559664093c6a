"""Groups, stability of the list, what leaving out a kind of data does, and whether explanations are sound."""

from dataclasses import replace

import numpy as np
import pytest

from evaluation.figures.ablation import ablation
from evaluation.figures.bootstrap import Interval, draw
from evaluation.figures.capacity import Labelled
from evaluation.figures.contribution_checks import contribution_checks, rank_correlation
from evaluation.figures.grouping import groups_of
from evaluation.figures.groups import FEWEST_POSITIVES, by_group, gap_verdict
from evaluation.figures.stability import overlap, stability
from evaluation.scored import Scored
from models.features import Matrix
from tests.judged import population
from tests.trained import FEATURES


def gap(low: float | None, high: float | None) -> Interval:
    value = None if low is None or high is None else (low + high) / 2
    return {"value": value, "low": low, "high": high}


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [
        (gap(0.101, 0.2), "refuse"),
        (gap(0.11, 0.9), "refuse"),
        (gap(0.10, 0.25), "pass"),
        (gap(-0.3, -0.15), "pass"),
        (gap(-0.1, 0.1), "pass"),
        (gap(-0.1, 0.11), "not_enough_evidence"),
        (gap(None, None), "not_enough_evidence"),
    ],
)
def test_what_a_gap_allows(interval: Interval, verdict: str) -> None:
    assert gap_verdict(interval) == verdict


@pytest.mark.parametrize(("positives", "verdict"), [(FEWEST_POSITIVES - 1, "not_enough_evidence"), (40, "refuse")])
def test_of_few_there_is_no_interval_and_no_verdict_either_way(positives: int, verdict: str) -> None:
    """Nobody of the group is found and everybody else is: a bootstrap of few has no width and proves nothing. The same
    holds for the others, where they are the few."""
    n = 600
    group = np.where(np.arange(n) < 200, "yes", "no").astype(object)
    outcome = (np.arange(n) < positives) | (np.arange(n) >= 500)
    whole = population(n)
    scored = replace(whole.scored, outcome=outcome.astype(float), weight=np.ones(n))
    found = by_group(scored, {"of": group}, {"line": (group == "no").astype(float)}, 20, 1)["of"]["groups"]
    few, others = found["yes"]["lists"]["line"], found["no"]["lists"]["line"]
    assert (few["gap"]["value"], others["gap"]["value"]) == (1, -1)
    assert few["verdict"] == verdict
    assert others["verdict"] == ("pass" if verdict == "refuse" else "not_enough_evidence")
    assert (few["recall"]["low"] is None) == (positives < FEWEST_POSITIVES)
    assert others["recall"]["low"] == 1


def test_groups_have_figures_gaps_and_small_ones_are_not_shown() -> None:
    whole = population()
    scored = whole.scored
    listed = (scored.margin > 0).astype(float)
    found = by_group(scored, whole.groups, {"line": listed}, 60, 1)
    assert found["boarding"]["groups"]["yes"] == {"shown": False, "n": None}
    female, male = (found["sex"]["groups"][name] for name in ("female", "male"))
    mine = scored.labelled & (whole.groups["sex"] == "female")
    assert female["n"] == mine.sum()
    assert found["sex"]["unknown"] == (scored.labelled & (whole.groups["sex"] == "")).sum()
    assert female["unit"] == "school"
    weight, outcome = scored.weight[mine], scored.outcome[mine]
    assert female["base_rate"]["value"] == pytest.approx(np.average(outcome, weights=weight))
    recall = np.average(listed[mine], weights=weight * outcome)
    assert female["lists"]["line"]["recall"]["value"] == pytest.approx(recall)
    gaps = [of["lists"]["line"]["gap"]["value"] for of in (female, male)]
    assert gaps[0] == pytest.approx(-gaps[1]), "of two groups each is the other's rest"
    expected = male["lists"]["line"]["recall"]["value"] - female["lists"]["line"]["recall"]["value"]
    assert gaps[0] == pytest.approx(expected)


def test_a_group_of_few_schools_is_sampled_by_student() -> None:
    whole = population()
    in_three = np.isin(whole.scored.school.astype(str), ["school-00", "school-01", "school-02"])
    groups = {"stage": np.where(in_three, "primary", "junior").astype(object)}
    found = by_group(whole.scored, groups, {"line": np.ones(len(whole))}, 20, 1)["stage"]["groups"]
    assert (found["primary"]["unit"], found["junior"]["unit"]) == ("student", "student")
    groups = {"stage": np.where(whole.scored.school == "school-00", "primary", "junior").astype(object)}
    found = by_group(whole.scored, groups, {"line": np.ones(len(whole))}, 20, 1)["stage"]["groups"]
    assert (found["primary"]["unit"], found["junior"]["unit"]) == ("student", "school")


def row(**values: float) -> Matrix:
    names = tuple(feature.name for feature in FEATURES)
    known = {"female": 0.5, "stage": 1.0, "boarding": 0.5, "family_left_behind": 0.1}
    cells = [[{**known, **values}.get(name, 0.0) for name in names]]
    return Matrix(names, np.array(cells, dtype=np.float32), {})


def test_what_is_not_known_belongs_to_no_group() -> None:
    unknown = {name: of[0] for name, of in groups_of(row(), ("phq9", "gad7")).items()}
    assert unknown == {
        "sex": "",
        "stage": "junior",
        "left_behind": "",
        "boarding": "",
        "no_current_questionnaire": "no",
    }
    told = row(female=1, stage=3, boarding=0, family_left_behind=1, phq9_missing=1, gad7_missing=1)
    assert {name: of[0] for name, of in groups_of(told, ("phq9", "gad7")).items()} == {
        "sex": "female",
        "stage": "vocational",
        "left_behind": "yes",
        "boarding": "no",
        "no_current_questionnaire": "yes",
    }
    assert groups_of(row(phq9_missing=1), ("phq9", "gad7"))["no_current_questionnaire"][0] == "no"


def test_overlap_by_hand() -> None:
    one, other = np.array([1.0, 1, 0, 1, 1, 0]), np.array([1.0, 0, 1, 1, 0, 0])
    jaccard, shared = overlap(one, other, np.array([0, 0, 0, 1, 1, 1]))
    assert jaccard == pytest.approx([1 / 3, 1 / 2])
    assert shared == pytest.approx([1 / 2, 1])


def test_the_same_model_makes_the_same_list_and_another_does_not() -> None:
    rng = np.random.default_rng(1)
    margin, list_of = rng.normal(size=400), np.repeat(np.arange(4), 100)
    same = stability(np.array([margin, 2 * margin, margin + 1]), list_of, 10)
    assert (same["models"], same["pairs"], same["lists"]) == (3, 3, 4)
    assert same["jaccard"] == same["shared"] == {"value": 1, "low": 1, "high": 1}
    other = stability(np.array([margin, -margin]), list_of, 10)
    assert other["jaccard"]["value"] == 0


def test_who_enters_and_leaves_without_a_kind_of_data() -> None:
    outcome = np.array([1.0, 0, 1, 0])
    labelled = Labelled(np.arange(4), outcome, np.ones(4), draw(np.array(["a"] * 4, dtype=object), 20, seed=1))
    group = np.array(["x"] * 12, dtype=object)
    margin, without = np.array([4.0, 3, 2, 1]), np.array([1.0, 3, 2, 4])
    found = ablation(margin, {"family": without}, labelled, np.zeros(4, dtype=np.int64), 2, {"of": group[:4]})["family"]
    assert (found["entered"], found["left"], found["jaccard"]) == (1, 1, pytest.approx(1 / 3))
    assert found["auroc_cost"]["value"] == pytest.approx(0.75 - 0)
    assert found["groups"] == {"of": {}}, "a group of fewer than ten is not shown"


def test_an_explanation_is_held_to_its_margin_and_its_direction() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=(200, 3))
    phi = np.column_stack([values[:, 0], -values[:, 1], np.zeros(200)])
    checks = contribution_checks(
        phi, 0.5, phi.sum(axis=1) + 0.5, values, ("a", "b", "c"), ("leave", "leave", "family"), (1, 1, 1), phi / 2
    )
    assert checks["sums_to_margin"] is True
    assert checks["against_direction"] == ["b"]
    assert (checks["constrained"], checks["tested"]) == (3, 2), "what never varies says nothing"
    assert checks["groups"]["leave"]["model"] == pytest.approx(np.abs(phi[:, :2].sum(axis=1)).mean())
    assert checks["groups"]["leave"]["logistic_regression"] == pytest.approx(checks["groups"]["leave"]["model"] / 2)
    assert [feature["rank_correlation"] for feature in checks["features"]][-1] is None
    off = contribution_checks(phi, 0.5, phi.sum(axis=1), values, ("a", "b", "c"), ("x",) * 3, (0, 0, 0), phi)
    assert (off["sums_to_margin"], off["largest_error"]) == (False, pytest.approx(0.5))


def test_rank_correlation_by_hand_and_with_gaps() -> None:
    one = np.array([[1.0, 1], [2, 1], [3, 1], [np.nan, 1]])
    other = np.array([[10.0, 1], [30, 2], [20, 3], [0, 4]])
    found = rank_correlation(one, other)
    assert found[0] == pytest.approx(0.5)
    assert np.isnan(found[1])


def test_a_list_that_finds_nobody_clears_nobody() -> None:
    """A gap of 0 between two recalls of 0 has no width, and is no sign of even treatment."""
    n = 200
    outcome, score = np.tile([1.0, 0.0], n // 2), np.zeros(n)
    scored = Scored(outcome, np.ones(n), np.repeat("A", n), score, score + 0.5, {}, {})
    groups = {"sex": np.repeat(["female", "male"], n // 2)}
    found = by_group(scored, groups, {"line": np.zeros(n), "all": np.ones(n)}, 20, 1)
    line, everyone = (found["sex"]["groups"]["female"]["lists"][name] for name in ("line", "all"))
    assert (line["gap"]["value"], line["gap"]["low"], line["verdict"]) == (0, None, "not_enough_evidence")
    assert (everyone["gap"]["value"], everyone["verdict"]) == (0, "pass"), "a list of everyone finds everyone"
