"""Each gate passes, refuses or asks for a waiver as its figures say, and one is not told for another."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from evaluation.figures.groups import LARGEST_GAP, WIDEST_INTERVAL
from evaluation.gates.gate import Gate
from evaluation.gates.gates import Facts, FloorCheck, gates, waivable
from evaluation.report.sentences import AS_GOOD
from evaluation.report.verdict import FEWEST_EVENTS, LEAKING, SLOPE
from models.policy import Promotion, read_policy
from tests.gate_figures import AHEAD, BEHIND, FEWER, UNKNOWN, Figures, good, group, interval, order
from tests.judged import whole_report

FACTS = Facts("7", "local", FloorCheck(1000, 0, 0))
LIMITS = read_policy().promotion.model_copy(update={"pia_id": "PIA-2026-03"})
IDS = [
    *(
        "in_sample",
        "leakage",
        "calibration_slope",
        "outcomes",
        "chances",
        "floors_then_sum",
        "rule_sum",
        "inside_tiers",
    ),
    *("logistic_regression", "group_gaps", "floors", "data_origin", "pia_id"),
]


def told(about: str, report: Figures | None, facts: Facts = FACTS, limits: Promotion = LIMITS) -> Gate:
    (found,) = [gate for gate in gates(report, facts, limits) if gate.id == about]
    return found


def test_nothing_stands_against_a_good_report() -> None:
    found = gates(good(), FACTS, LIMITS)
    assert [gate.id for gate in found] == IDS
    assert {gate.status for gate in found} == {"pass"}
    assert waivable(found) == set()
    assert all(gate.zh.endswith("。") and gate.en.endswith(".") for gate in found)


def changed(change: Callable[[Figures], None]) -> Figures:
    report = good()
    change(report)
    return report


def slope(value: float | None) -> Callable[[Figures], None]:
    return lambda report: report.update(calibration_slope=interval(value, value, value))


def auroc(value: float | None) -> Callable[[Figures], None]:
    return lambda report: report.update(auroc=interval(value, value, value))


def overall(name: str, gain: Figures) -> Callable[[Figures], None]:
    return lambda report: report["list"]["orders"].update({name: order(gain)})


def inside(gain: Figures) -> Callable[[Figures], None]:
    return lambda report: report["tiers"]["priority"]["orders"].update(rule_sum=order(gain))


def regression(*gain: float | None) -> Callable[[Figures], None]:
    return lambda report: report["baselines"]["logistic_regression"].update(auroc_gain_of_model=interval(*gain))


def boys(*gaps: Figures) -> Callable[[Figures], None]:
    return lambda report: report["groups"]["sex"]["groups"].update(male=group(*gaps))


def hidden(report: Figures) -> None:
    report["groups"]["sex"]["groups"]["male"] = {"shown": False, "n": None}


def itself(report: Figures) -> None:
    report["model"]["kind"] = "logistic"
    regression(-0.05, -0.06, -0.04)(report)


WIDE, WORSE = interval(0.05, -0.1, 0.15), interval(0.2, 0.101, 0.3)
CASES = [
    ("leakage", "pass", auroc(0.93), "0.930"),
    ("leakage", "refuse", auroc(0.931), "suspect that the outcome has leaked"),
    ("leakage", "refuse", auroc(None), "cannot be estimated"),
    ("calibration_slope", "pass", slope(0.8), "within 0.8–1.2"),
    ("calibration_slope", "pass", slope(1.2), "within 0.8–1.2"),
    ("calibration_slope", "refuse", slope(0.79), "outside 0.8–1.2"),
    ("calibration_slope", "refuse", slope(1.21), "outside 0.8–1.2"),
    ("calibration_slope", "waiver", slope(None), "not known"),
    ("in_sample", "refuse", lambda report: report.update(in_sample=True), "no evidence"),
    ("outcomes", "pass", lambda report: report.update(positives=100), "at least 100"),
    ("outcomes", "waiver", lambda report: report.update(positives=99), "fewer than 100"),
    *(
        (name, status, overall(name, gain), words)
        for name in ("rule_sum", "floors_then_sum")
        for status, gain, words in (
            ("refuse", FEWER, "not more than"),
            ("refuse", interval(0.0, 0.0, 0.0), "not more than"),
            ("refuse", interval(0.005, -0.01, 0.019), "not more than"),
            ("waiver", BEHIND, "not shown to be more"),
            ("waiver", interval(-0.1, None, None), "not shown to be more"),
            ("waiver", AHEAD, "not shown to be more"),
            ("waiver", interval(0.1, None, None), "not shown to be more"),
            ("waiver", UNKNOWN, "cannot be estimated"),
        )
    ),
    ("inside_tiers", "refuse", inside(FEWER), "priority (points added up by hand)"),
    ("inside_tiers", "waiver", inside(BEHIND), "more is not shown: priority (points added up by hand)"),
    ("inside_tiers", "waiver", inside(UNKNOWN), "more is not shown"),
    ("logistic_regression", "refuse", regression(-0.02, -0.03, -0.001), "should serve"),
    ("logistic_regression", "pass", regression(-0.005, -0.009, -0.001), "Not inferior"),
    ("logistic_regression", "waiver", regression(-0.02, -0.05, 0.01), "Not shown to be as good"),
    ("logistic_regression", "waiver", regression(0.02, -0.02, 0.05), "Not shown to be as good"),
    ("logistic_regression", "waiver", regression(None, None, None), "cannot be estimated"),
    ("logistic_regression", "pass", itself, "the logistic regression itself"),
    ("group_gaps", "refuse", boys(WORSE), "sex (male)"),
    ("group_gaps", "refuse", boys(interval(0.02, -0.05, 0.09), WORSE), "sex (male)"),
    ("group_gaps", "refuse", boys(WIDE, WORSE), "sex (male)"),
    ("group_gaps", "waiver", boys(WIDE), "sex (male)"),
    ("group_gaps", "waiver", boys(interval(0.3, None, None)), "sex (male)"),
    ("group_gaps", "waiver", hidden, "sex (male)"),
    ("group_gaps", "waiver", lambda report: report.update(groups={}), "any group"),
]


@pytest.mark.parametrize(("about", "status", "change", "words"), CASES)
def test_a_gate_says_what_its_figures_show(
    about: str, status: str, change: Callable[[Figures], None], words: str
) -> None:
    report = changed(change)
    gate = told(about, report)
    assert (gate.status, words in gate.en) == (status, True), gate
    others = {one.status for one in gates(report, FACTS, LIMITS) if one.id != about}
    assert others == {"pass"}, "no other gate minds"


@pytest.mark.parametrize(
    ("about", "status", "facts", "words"),
    [
        ("floors", "refuse", replace(FACTS, floors=None), "name a dataset with --data"),
        ("floors", "refuse", replace(FACTS, floors=FloorCheck(0, 0, 0)), "name a dataset with --data"),
        ("floors", "refuse", replace(FACTS, floors=FloorCheck(900, 1, 0)), "below an open floor: 1 student;"),
        ("floors", "refuse", replace(FACTS, floors=FloorCheck(900, 0, 2)), "placed in 危机 by the model: 2"),
        ("floors", "pass", FACTS, "Of 1000 students nobody"),
        ("data_origin", "refuse", replace(FACTS, data_origin="synthetic"), "Trained on synthetic data"),
        ("data_origin", "refuse", replace(FACTS, data_origin="foreign"), "Trained on foreign data"),
    ],
)
def test_a_gate_says_what_the_facts_are(about: str, status: str, facts: Facts, words: str) -> None:
    gate = told(about, good(), facts)
    assert (gate.status, words in gate.en) == (status, True), gate


@pytest.mark.parametrize("pia_id", ["", "  "])
def test_without_an_impact_assessment_nothing_passes(pia_id: str) -> None:
    gate = told("pia_id", good(), limits=LIMITS.model_copy(update={"pia_id": pia_id}))
    assert gate.status == "refuse"
    assert "[promotion] pia_id" in gate.en
    assert "个人信息保护影响评估" in gate.zh
    assert read_policy().promotion.pia_id == "", "none is assumed"


@pytest.mark.parametrize("report", [None, good() | {"model": {"version": "6", "kind": "lightgbm"}}])
def test_without_its_own_report_a_version_is_to_be_trained_again(report: Figures | None) -> None:
    found = gates(report, FACTS, LIMITS)
    assert [gate.id for gate in found] == ["report", "floors", "data_origin", "pia_id"]
    assert (found[0].status, "train again" in found[0].en) == ("refuse", True)


def test_limits_are_the_operators() -> None:
    lenient = LIMITS.model_copy(update={"slope_high": 2.0, "largest_gap": 0.5, "widest_gap": 0.9, "leaking_auroc": 1.0})
    report = changed(slope(1.8))
    boys(WORSE)(report)
    auroc(0.97)(report)
    assert {gate.id for gate in gates(report, FACTS, LIMITS) if gate.status == "refuse"} == {
        *("leakage", "calibration_slope", "group_gaps")
    }
    assert {gate.status for gate in gates(report, FACTS, lenient)} == {"pass"}


def test_packaged_limits_are_those_of_the_verdict() -> None:
    assert (LIMITS.leaking_auroc, LIMITS.as_good, LIMITS.fewest_outcomes) == (LEAKING, AS_GOOD, FEWEST_EVENTS)
    assert (LIMITS.slope_low, LIMITS.slope_high) == SLOPE
    assert (LIMITS.largest_gap, LIMITS.widest_gap) == (LARGEST_GAP, WIDEST_INTERVAL)


def test_the_report_of_an_evaluation_has_all_that_gates_read() -> None:
    found = gates(whole_report(), FACTS, LIMITS)
    place = IDS.index("chances") + 1
    assert [gate.id for gate in found] == [
        *(*IDS[:place], "coverage", "effective_n", "served_sum_score"),
        *(*IDS[place : IDS.index("group_gaps") + 1], "served_groups", *IDS[IDS.index("group_gaps") + 1 :]),
    ]
