"""Weighted figures and their unweighted twins, and how the page tells of time, new schools and other outcomes."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from evaluation import report
from evaluation.report.page import write_report
from tests.judged import SLOTS, Figures, invented_explanations, population, whole_report

# SHAP's own plot uses what matplotlib is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:The set_.* function:PendingDeprecationWarning")


@pytest.fixture(scope="module")
def whole() -> Figures:
    return whole_report()


def test_unweighted_figures_inside_tiers_of_groups_and_lists_are_others(whole: Figures) -> None:
    naive = whole["naive"]
    for mine, other in (
        (whole["tiers"]["routine"]["auroc"]["model"], naive["tiers"]["routine"]["auroc"]["model"]),
        (whole["groups"]["sex"]["groups"]["male"]["base_rate"], naive["groups"]["sex"]["groups"]["male"]["base_rate"]),
        (whole["list"]["missed"]["expected_cases"], naive["list"]["missed"]["expected_cases"]),
        (
            whole["retrained"]["ablation"]["family"]["auroc_cost"],
            whole["retrained"]["naive"]["ablation"]["family"]["auroc_cost"],
        ),
    ):
        assert None not in (mine["value"], other["value"])
        assert mine != other
    on_list = whole["list"]["orders"]["rule_sum"]
    assert (
        on_list["effective_n_on_list"]
        < on_list["labelled_on_list"]
        == naive["list"]["orders"]["rule_sum"]["labelled_on_list"]
    )


def test_a_design_weight_is_never_capped_here() -> None:
    """An audit with a chance of one in two hundred stands for two hundred students, whatever a training would do."""
    people = population()
    weight = np.where(people.scored.labelled & (np.arange(len(people)) % 5 == 0), 200.0, 1.0)
    found = report(population(scored=replace(people.scored, weight=weight)), SLOTS, 20, 1)
    labelled = weight[people.scored.labelled]
    assert found["represented"] == labelled.sum()
    assert found["effective_n"] == pytest.approx(labelled.sum() ** 2 / (labelled**2).sum(), abs=0.1)
    outcome = people.scored.outcome[people.scored.labelled]
    assert found["base_rate"]["value"] == pytest.approx(np.average(outcome, weights=labelled))


def test_the_page_tells_of_time_schools_and_other_outcomes(whole: Figures, tmp_path: Path) -> None:
    write_report(whole, invented_explanations(), tmp_path)
    text = unescape((tmp_path / "report.en.html").read_text("utf-8"))
    assert "left out, since their horizon was not over when the data end: 2026-03-02" in text
    assert "without a recorded chance, and counted once: 7" in text
    rows = {
        cells[0]: cells[1:]
        for cells in (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in text.split("<tr>"))
        if cells
    }
    assert rows["2025-04-11"] == ["40; 4", "too few outcomes to learn from; cannot be estimated"]
    assert rows["referral, 90 days"] == ["not in this dataset"]
    assert "fewer than 10 with, or without, the outcome" in rows["crisis event, 90 days"][1]
    assert "the horizon was not over when the data end" in rows["180 days"][1]
    assert rows["next questionnaire reaches a floor"][2] == "the same", "nothing to weigh"
    assert len({rows[name][0] for name in ("30 days", "incident (without those already placed)")}) == 1
