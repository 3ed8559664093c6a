"""The gates of the served list pass, refuse, or say that too little is known; and so do chances and the slope."""

import pytest

from evaluation.gates.report_gates import report_gates
from models.policy import read_policy
from tests.gate_figures import FEWER, MORE, UNKNOWN, Figures, good, interval, order

LIMITS = read_policy().promotion


def with_list(gain: Figures, known: float = 0.8) -> Figures:
    orders = {"served": {"effective_n_on_list": 60.0}, "sum_score": order(gain)}
    month = {"interviews": 100.0, "labelled": round(100 * known), "share_labelled": known, "orders": orders}
    return good() | {"served": {"everyone": {"40": month}}, "n": 1000}


def status(report: Figures, about: str) -> str:
    (found,) = [gate for gate in report_gates(report, LIMITS) if gate.id == about]
    assert found.zh.endswith("。")
    assert found.en.endswith(".")
    return found.status


@pytest.mark.parametrize(
    ("gain", "known", "expected"),
    [
        (MORE, 0.8, "pass"),
        (interval(0.0, -0.01, 0.01), 0.8, "pass"),
        (interval(0.0, -0.05, 0.05), 0.8, "waiver"),
        (MORE, 0.3, "waiver"),
        (FEWER, 0.8, "refuse"),
        (FEWER, 0.3, "waiver"),
        (UNKNOWN, 0.8, "waiver"),
    ],
)
def test_a_month_s_list_is_held_against_the_orders_by_hand(gain: Figures, known: float, expected: str) -> None:
    report = with_list(gain, known)
    assert status(report, "served_sum_score") == expected
    assert status(report, "coverage") == ("pass" if known >= LIMITS.least_known else "waiver")


def test_an_open_comparison_says_how_surely_the_next_wave_would_decide() -> None:
    (gate,) = [
        one for one in report_gates(with_list(interval(0.0, -0.05, 0.05)), LIMITS) if one.id == "served_sum_score"
    ]
    assert "excludes such a loss with a probability of 12%; for 80% some 1022 known outcomes" in gate.en
    assert "同样规模的下一批有 12% 的把握" in gate.zh


@pytest.mark.parametrize(
    ("gain", "robust", "expected"),
    [(MORE, MORE, "pass"), (MORE, FEWER, "waiver"), (FEWER, MORE, "waiver"), (FEWER, FEWER, "refuse")],
)
def test_where_weights_and_the_doubly_robust_estimate_disagree_there_is_no_verdict(
    gain: Figures, robust: Figures, expected: str
) -> None:
    report = with_list(gain)
    report["served"]["everyone"]["40"]["doubly_robust"] = {"sum_score": {"gain_of_first": robust}}
    assert status(report, "served_sum_score") == expected
    (gate,) = [one for one in report_gates(report, LIMITS) if one.id == "served_sum_score"]
    assert "doubly robust" in gate.en
    assert "双重稳健" in gate.zh


@pytest.mark.parametrize(("worth", "expected"), [(50.0, "pass"), (49.0, "waiver")])
def test_a_list_that_hangs_on_few_of_great_weight_is_told(worth: float, expected: str) -> None:
    report = with_list(MORE)
    report["served"]["everyone"]["40"]["orders"]["served"]["effective_n_on_list"] = worth
    assert status(report, "effective_n") == expected


EVEN, WIDE, WORSE = interval(0.02, -0.05, 0.09), interval(0.05, -0.2, 0.2), interval(0.3, 0.11, 0.4)


@pytest.mark.parametrize(
    ("name", "recall", "precision", "expected"),
    [
        ("sex", EVEN, EVEN, "pass"),
        ("sex", WIDE, EVEN, "waiver"),
        ("sex", WORSE, EVEN, "refuse"),
        ("sex", EVEN, WORSE, "refuse"),
        ("sex × stage", WORSE, EVEN, "refuse"),
        ("sex × stage", WIDE, WIDE, "pass"),
    ],
)
def test_groups_of_a_month_s_list_by_recall_and_precision(
    name: str, recall: Figures, precision: Figures, expected: str
) -> None:
    """By two attributes at once groups are small: only what surely is worse counts."""
    report, even = with_list(MORE), {"shown": True, "recall_gap": EVEN, "precision_gap": EVEN}
    groups = {
        "stage": {"junior": even},
        name: {"male": {"shown": True, "recall_gap": recall, "precision_gap": precision}},
    }
    report["served"]["everyone"]["40"]["groups"] = groups
    assert status(report, "served_groups") == expected
    assert "served_groups" not in {gate.id for gate in report_gates(good(), LIMITS)}


@pytest.mark.parametrize(("without", "extreme", "expected"), [(0, 0, "pass"), (30, 30, "waiver"), (50, 0, "pass")])
def test_chances_that_are_missing_or_tiny_are_told(without: int, extreme: int, expected: str) -> None:
    report = with_list(MORE) | {"without_chance": without, "extreme_chances": extreme}
    assert status(report, "chances") == expected


@pytest.mark.parametrize(
    ("slope", "expected"),
    [
        (interval(1.0, 0.8, 1.2), "pass"),
        (interval(1.0, 0.51, 1.71), "waiver"),
        (interval(0.5, 0.3, 0.7), "refuse"),
        (interval(0.7, 0.6, 0.85), "refuse"),
        (interval(2.0, 1.3, 3.0), "refuse"),
        (interval(1.0, None, None), "waiver"),
    ],
)
def test_the_slope_is_judged_with_its_interval(slope: Figures, expected: str) -> None:
    assert status(good() | {"calibration_slope": slope}, "calibration_slope") == expected


@pytest.mark.parametrize(("taken", "expected"), [(True, "pass"), (False, "refuse")])
def test_what_does_not_beat_published_effects_is_refused(taken: bool, expected: str) -> None:
    ladder = [{"name": "published", "taken": True}, {"name": "few_lines", "taken": taken}]
    report = good()
    report["model"]["training"] = {"ladder": ladder}
    assert status(report, "ladder") == expected
    assert "ladder" not in {gate.id for gate in report_gates(good(), LIMITS)}
