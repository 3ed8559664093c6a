"""The report as a whole: what it holds, what its sentences say of which figures, and that its pages need nothing."""

import json
import re
from copy import deepcopy
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from evaluation import report
from evaluation.figures.contribution_checks import JudgedContributions
from evaluation.report.model_card import card_facts, model_card
from evaluation.report.names import shown, signed
from evaluation.report.page import write_report
from evaluation.report.verdict import verdict
from tests.judged import NAMES, SLOTS, Figures, invented_explanations, population, whole_report

# SHAP's own plot uses what matplotlib is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:The set_.* function:PendingDeprecationWarning")


@pytest.fixture(scope="module")
def explained() -> JudgedContributions:
    return invented_explanations()


@pytest.fixture(scope="module")
def whole() -> Figures:
    return whole_report()


def said(of: Figures, about: str) -> dict[str, str]:
    (sentence,) = [one for one in verdict(of) if one["id"] == about]
    return sentence


def test_it_counts_everyone_and_judges_by_those_who_were_seen(whole: Figures) -> None:
    people = population()
    labelled = int(people.scored.labelled.sum())
    assert (whole["candidates"], whole["n"], whole["unlabelled"]) == (3000, labelled, 3000 - labelled)
    assert whole["represented"] == pytest.approx(3000, rel=0.1), "weights stand for everyone"
    assert sum(tier["students"] for tier in whole["tiers"].values()) == 3000
    assert sum(tier["n"] for tier in whole["tiers"].values()) == labelled
    assert whole["list"]["orders"]["model"]["interviews"] == 12 * SLOTS


def test_inside_a_tier_less_is_left_to_tell_apart(whole: Figures) -> None:
    inside = [tier["auroc"]["model"]["value"] for tier in whole["tiers"].values()]
    assert max(inside) < whole["auroc"]["value"]
    rates = [tier["base_rate"]["value"] for tier in whole["tiers"].values()]
    assert rates == sorted(rates)


def test_a_tier_without_anybody_has_no_figures_and_stops_nothing(whole: Figures) -> None:
    everyone = population()
    found = report(population(tier=everyone.tier.clip(max=1)), SLOTS, 20, 1)
    nobody = found["tiers"]["priority"]
    assert (nobody["students"], nobody["n"], nobody["auroc"]["model"]["value"]) == (0, 0, None)
    assert nobody["orders"]["rule_sum"]["gain_of_model"]["cases_per_interview"]["value"] is None
    sentence = said({**whole, "tiers": found["tiers"]}, "tiers")
    assert "priority: cannot be estimated / cannot be estimated" in sentence["en"]
    assert sentence["status"] != "good"


def test_every_headline_has_a_naive_twin(whole: Figures) -> None:
    twins = {
        "auroc",
        "average_precision",
        "brier",
        "calibration_error",
        "calibration_slope",
        "base_rate",
        "top",
        "list",
        "tiers",
        "groups",
        "calibration",
        "decision_curves",
        "list_curves",
    }
    assert twins <= set(whole["naive"])
    assert whole["naive"]["effective_n"] == whole["n"] > whole["effective_n"]
    assert whole["naive"]["base_rate"]["value"] > whole["base_rate"]["value"], "those picked are more often in need"
    flat = report(population(scored=population().scored.unweighted()), SLOTS, 20, 1)
    assert "naive" not in flat, "without weights there is nothing to set apart"


def test_the_smooth_curve_lies_near_the_truth(whole: Figures) -> None:
    for point in whole["calibration"]["smooth"]:
        assert point["low"] <= point["observed"] <= point["high"]
        assert point["observed"] == pytest.approx(point["predicted"], abs=0.12)


def test_it_says_that_logistic_regression_is_as_good(whole: Figures) -> None:
    sentence = said(whole, "regression")
    assert "Logistic regression is as good" in sentence["en"]
    assert "逻辑回归同样好" in sentence["zh"]
    better = deepcopy(whole)
    gain = better["baselines"]["logistic_regression"]
    gain["auroc_gain_of_model"] = {"value": 0.05, "low": 0.02, "high": 0.08}
    assert "LightGBM ranks better" in said(better, "regression")["en"]
    gain["auroc_gain_of_model"] = {"value": -0.05, "low": -0.08, "high": -0.02}
    assert (said(better, "regression")["status"], "It should serve" in said(better, "regression")["en"]) == (
        "bad",
        True,
    )
    better["model"] = {**better["model"], "kind": "logistic"}
    assert "is the logistic regression itself" in said(better, "regression")["en"]


def gains(of: Figures, low: float, high: float) -> Figures:
    """The same report, in which the model's lead over every order is this, overall and inside each tier."""
    changed = deepcopy(of)
    for orders in (changed["list"]["orders"], *(tier["orders"] for tier in changed["tiers"].values())):
        for order in orders.values():
            if "gain_of_model" in order:
                order["gain_of_model"]["cases_per_interview"] = {"value": (low + high) / 2, "low": low, "high": high}
    return changed


def test_a_model_earns_its_place_inside_every_tier_too(whole: Figures) -> None:
    best = gains(whole, 0.01, 0.2)
    assert (said(best, "earned")["status"], said(best, "tiers")["status"]) == ("good", "good")
    assert "has earned its place" in said(best, "earned")["en"]
    one_tier = deepcopy(best)
    order = one_tier["tiers"]["watch"]["orders"]["rule_sum"]["gain_of_model"]
    order["cases_per_interview"] = {"value": 0.02, "low": -0.01, "high": 0.2}
    assert "not yet earned" in said(one_tier, "earned")["en"]
    assert "watch: more / no difference shown" in said(one_tier, "tiers")["en"]
    worst = gains(whole, -0.2, -0.01)
    assert "a simpler order finds more" in said(worst, "earned")["en"]
    assert "fewer than" in said(worst, "list_floors_then_sum")["en"]
    seen = {**best, "in_sample": True}
    assert said(seen, "earned")["status"] == "open", "what the model has seen proves nothing"
    assert "no evidence" in said(seen, "in_sample")["en"]


def test_few_by_lot_reads_cannot_be_estimated(whole: Figures) -> None:
    assert "expected to need support" in said(whole, "missed")["en"]
    people = population()
    few = population(by_lot=people.by_lot & (np.arange(len(people)) < 100))
    found = report(few, SLOTS, 20, 1)
    sentence = said({**whole, "list": {**found["list"], "per": "school"}}, "missed")
    assert "无法估计" in sentence["zh"]
    assert "cannot be estimated" in sentence["en"]
    assert found["list"]["missed"]["expected_cases"] == {"value": None, "low": None, "high": None}


def test_sentences_follow_their_figures(whole: Figures) -> None:
    changed = deepcopy(whole)
    changed["auroc"]["value"] = 0.95
    assert "leaked" in said(changed, "leakage")["en"]
    changed["positives"] = 99
    assert "fewer than 100" in said(changed, "few")["en"]
    changed["calibration_slope"]["value"] = 0.5
    assert said(changed, "calibration")["status"] == "bad"
    changed["brier"]["value"] = changed["brier_of_base_rate"]["value"] + 0.01
    assert "not below" in said(changed, "brier")["en"]
    ids = [sentence["id"] for sentence in verdict(whole)]
    assert not {"leakage", "few", "in_sample"} & set(ids)
    line = changed["groups"]["sex"]["groups"]["male"]["lists"]["line"]
    line["verdict"] = "refuse"
    assert "sex (male)" in said(changed, "groups")["en"]
    assert "性别（男）" in said(changed, "groups")["zh"]
    for sex in ("male", "female"):
        for at in changed["groups"]["sex"]["groups"][sex]["lists"].values():
            at["verdict"] = "pass"
    assert "boarding (no), boarding (yes)" in said(changed, "groups")["en"]
    none_passes = {**changed, "groups": {"boarding": changed["groups"]["boarding"]}}
    assert "evidence of fair treatment for: any group" in said(none_passes, "groups")["en"]
    del changed["groups"]["boarding"]
    assert said(changed, "groups")["status"] == "good"


def test_a_figure_in_words() -> None:
    assert shown({"value": 0.8581, "low": 0.839, "high": 0.884}, "zh") == "0.858 (0.839–0.884)"
    assert shown({"value": -0.157, "low": -0.264, "high": 0.01}, "en") == "−0.157 (−0.264 to 0.010)"
    assert shown({"value": -0.157, "low": -0.264, "high": 0.01}, "zh", 2) == "−0.16 (−0.26 至 0.01)"
    assert shown({"value": None, "low": None, "high": None}, "zh") == "无法估计"
    assert shown({"value": 46.3, "low": None, "high": None}, "en", 1) == "46.3"
    assert signed(-0.0001, 2) == "0.00"


class Outline(HTMLParser):
    """What a page would fetch or run, its ids, and the text of its pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.ids: list[str] = []
        self.pictures: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        addresses = [found[name] or "" for name in ("src", "href", "data") if name in found]
        self.fetched += [at for at in addresses if tag != "a" and not at.startswith(("#", "data:"))]
        self.fetched += [tag] if tag in ("script", "link", "iframe") else []
        self.ids += [found["id"] or ""] if "id" in found else []
        if found.get("role") == "img":
            self.pictures.append(found.get("aria-label") or "")


@pytest.fixture(scope="module")
def folder(whole: Figures, explained: JudgedContributions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("report")
    written = write_report(whole, explained, where / "made", pictures=where)
    names = {"report.json", "report.zh.html", "report.en.html", "model-card.json", "model-card.md"}
    assert {file.name for file in written} == names | {"model-card.zh-CN.md"}
    return where


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_stands_alone(folder: Path, language: str) -> None:
    text = (folder / "made" / f"report.{language}.html").read_text("utf-8")
    outline = Outline()
    outline.feed(text)
    assert outline.fetched == []
    assert "://" not in re.sub(r"data:[^\"]*", "", text)
    assert "url(" not in text.replace("url(#", "")
    assert len(outline.ids) == len(set(outline.ids))
    assert len(outline.pictures) == 8
    assert all(len(alt) > 15 for alt in outline.pictures), "each picture is told in words"
    assert ("合成数据" if language == "zh" else "Synthetic data: every student is invented") in text
    assert "invented &lt;city&gt;" in text, "names are no markup"
    for sentence in json.loads((folder / "made" / "report.json").read_text("utf-8"))["verdict"]:
        assert sentence[language] in unescape(text)


def test_the_chinese_page_has_chinese_labels(folder: Path) -> None:
    text = (folder / "made" / "report.zh.html").read_text("utf-8")
    labels = [label.strip() for label in re.findall(r"<text[^>]*>([^<]*)</text>", text)]
    assert {"净获益", "预测概率", "性别：女", "先安全规则、后模型", "完全准确"} <= set(labels)
    assert {"phq9_total", "leave_days_60"} <= set(labels), "features keep their codes"
    latin = {label for label in labels if re.search("[A-Za-z]", label)}
    assert latin == {*NAMES, "PHQ-9 ≥ 11"}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", "没有待核查证据的学生，每千人 40 次访谈"),
        ("en", "those outside open evidence, 40 interviews a thousand"),
    ],
)
def test_the_list_as_served_is_on_the_page(folder: Path, language: str, words: str) -> None:
    assert words in (folder / "made" / f"report.{language}.html").read_text("utf-8")


def test_pictures_are_also_files(folder: Path) -> None:
    sizes = {file.name: file.stat().st_size for file in folder.glob("*.png")}
    assert {"calibration.png", "decision_curve.png", "groups.png", "beeswarm.png", "list_value.png"} <= set(sizes)
    assert min(sizes.values()) > 1000


def test_the_card_opens_with_where_it_was_validated(whole: Figures) -> None:
    facts = json.loads(json.dumps(card_facts(whole), allow_nan=False))
    for language, title in (("zh", "## 在哪里检验"), ("en", "## Where it was validated")):
        card = model_card(facts, language)
        assert re.findall("^## .*", card, re.MULTILINE)[0] == title
        assert ("没有在任何真实学生上检验" if language == "zh" else "on no real student") in card
        assert shown(whole["auroc"], language) in card
        for sentence in whole["verdict"]:
            assert f"- {sentence[language]}" in card
    local = {
        **facts,
        "synthetic": False,
        "dataset": {**facts["dataset"], "origin": "local"},
        "model": {**facts["model"], "data_origin": "local"},
    }
    assert "On local students" in model_card(local, "en")
    foreign = {**local, "model": {**facts["model"], "data_origin": "foreign"}}
    assert "may not rank any" in model_card(foreign, "en")
    abroad = {**local, "dataset": {**facts["dataset"], "origin": "foreign"}, "mode": "concurrent"}
    assert "no substitute for a local validation" in model_card(abroad, "en")
    assert "of the same occasion" in model_card(abroad, "en")
