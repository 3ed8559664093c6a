"""How far two populations lie apart, against figures worked out by hand, and how seldom chance alone rings."""

import math

import numpy as np
import pytest
from scipy.stats import chi2

from evaluation.monitoring.comparison import alarms_of, compare
from evaluation.monitoring.drift import distance, psi, psi_by_chance, psi_ceiling, share_ceiling
from evaluation.monitoring.histograms import count_into, make_histogram, shown_together
from models import read_policy
from models.monitoring import SMALLEST, Histogram, Snapshot
from tests.populations import at_training, column, population, snapshot
from tests.trained import FEATURES

LIMITS = read_policy().monitoring


def of(*counts: int) -> Histogram:
    return Histogram(edges=tuple(float(place) for place in range(len(counts) - 1)), counts=counts)


def found(now: Snapshot) -> dict:
    return compare(at_training(), now, FEATURES, LIMITS)


def test_the_index_is_the_one_worked_out_by_hand() -> None:
    """Half a row is added to each bin: .2 → .5, and .8 → .5, of a thousand."""
    p, q = (500.5 / 1001, 500.5 / 1001), (200.5 / 1001, 800.5 / 1001)
    by_hand = sum((a - b) * math.log(a / b) for a, b in zip(p, q, strict=True))
    assert psi(of(200, 800), of(500, 500)) == pytest.approx(by_hand, abs=1e-12)
    assert by_hand == pytest.approx(0.3 * math.log(2.5) + 0.3 * math.log(1.6), rel=0.01), "the formula as it is printed"
    assert psi(of(0, 1000, 0), of(0, 900, 100)) > LIMITS.psi_alarm, "a bin that was empty is rare, not impossible"


def test_the_distance_is_the_change_of_a_share_and_says_which_way() -> None:
    assert distance(of(800, 200), of(500, 500)) == pytest.approx(0.3)
    assert distance(of(500, 500), of(800, 200)) == pytest.approx(-0.3)
    assert distance(of(100, 100, 100, 100), of(50, 50, 150, 150)) == pytest.approx(0.25)
    assert distance(Histogram(), Histogram()) == 0


def test_what_chance_does_follows_from_how_many_were_counted() -> None:
    assert psi_by_chance(10, 900, 100) == pytest.approx(9 * (1 / 900 + 1 / 100))
    assert psi_ceiling(10, 900, 100, 0.05) == pytest.approx(chi2.ppf(0.95, 9) * (1 / 900 + 1 / 100))
    assert psi_ceiling(10, 900, 100, 0.001) > psi_ceiling(10, 900, 100, 0.05) > psi_by_chance(10, 900, 100)
    # Two shares of .5 of 100 each: standard error .0707, two counts added to each side.
    assert share_ceiling(0.5, 0.5, 100, 100, 0.05) == pytest.approx(1.96 * math.sqrt(0.25 * 2 / 102), rel=1e-3)


def test_the_index_without_drift_is_on_average_what_chance_does() -> None:
    rng = np.random.default_rng(1)
    ratio, beyond = [], 0
    for _ in range(400):
        then = make_histogram(rng.normal(size=1_000))
        now = count_into(then, rng.normal(size=300))
        ratio.append(psi(then, now) / psi_by_chance(len(then.counts), 1_000, 300))
        beyond += psi(then, now) > psi_ceiling(len(then.counts), 1_000, 300, 0.05)
    assert np.mean(ratio) == pytest.approx(1, abs=0.08)
    assert beyond / 400 == pytest.approx(0.05, abs=0.03)


def test_a_small_school_is_not_compared_and_that_is_said() -> None:
    now = found(snapshot(population(LIMITS.fewest_students - 1, 5), at_training()))
    assert {row["state"] for row in now["features"].values()} == {"too_few"}
    assert {row["state"] for row in now["missing"].values()} == {"too_few"}
    assert {row["state"] for row in now["scores"].values()} == {"too_few"}
    assert alarms_of(now) == []


def test_a_feature_that_moved_rings_by_name_and_no_other_does() -> None:
    values = population(600, 7)
    values[:, column("phq9_total")] += 1.5
    now = found(snapshot(values, at_training()))
    rings = alarms_of(now)
    assert [one["name"] for one in rings if one["kind"] == "feature"] == ["phq9_total"]
    assert rings[0]["distance"] > 0, "higher now"
    assert now["groups"]["questionnaire"]["alarm"] == ["phq9_total"]
    assert now["groups"]["questionnaire"]["most"] == "phq9_total"
    assert {one["kind"] for one in rings} >= {"feature", "tier"}, "the tiers went with it"


def test_a_source_that_fell_silent_rings_once_for_all_that_comes_from_it() -> None:
    values = population(600, 8)
    values[:, column("leave_missing")] = 1
    leave = [column(f.name) for f in FEATURES if f.group == "leave" and f.name != "leave_missing"]
    values[:, leave] = 0
    now = found(snapshot(values, at_training()))
    rings = alarms_of(now)
    assert (rings[0]["kind"], rings[0]["name"], rings[0]["value"]) == ("missing", "leave_missing", 1.0)
    assert [one for one in rings if one["kind"] == "feature"] == []
    assert now["features"]["leave_days_20"]["state"] == "absent"
    assert now["missing"]["concern_missing"]["state"] == "steady"


def test_no_family_circumstance_known_at_all_is_a_silent_source_too() -> None:
    values = population(600, 9)
    values[:, [column(f.name) for f in FEATURES if f.group == "family"]] = 0.1
    now = found(snapshot(values, at_training()))
    assert now["missing"]["family_missing"] == {"then": 0.0, "now": 1.0, "limit": 0.1, "state": "alarm"}


def test_what_is_to_be_quiet_is_shown_and_does_not_ring() -> None:
    values = population(600, 10)
    values[:, column("phq9_earlier_max")] += 2
    now = found(snapshot(values, at_training()))
    assert now["features"]["phq9_earlier_max"]["state"] == "quiet"
    assert now["groups"]["questionnaire"]["quiet"] == ["phq9_earlier_max"]
    assert "phq9_earlier_max" not in {one["name"] for one in alarms_of(now)}


def test_only_the_stage_that_moved_rings() -> None:
    values = population(2_000, 11)
    junior = values[:, column("stage")] == 1
    values[junior, column("phq9_total")] += 2
    rings = alarms_of(found(snapshot(values, at_training())))
    assert "junior" in {one["stage"] for one in rings}
    assert {"primary", "senior", "vocational"} & {one["stage"] for one in rings} == set()


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        (np.repeat([0.0, 1.0], [60, 40]), (60, 40)),
        (np.repeat([0.0, 1.0], [97, 3]), (0, 100, 0)),
        (np.repeat([0.0, 1.0, 2.0, 3.0], [50, 30, 3, 17]), (50, 30, 20)),
        (np.zeros(100), (0, 100, 0)),
        (np.arange(100.0), (10,) * 10),
        (np.arange(9.0), ()),
    ],
    ids=["two values", "rare", "small cell", "constant", "tenths", "too few"],
)
def test_bins_hold_no_small_cell(values: np.ndarray, counts: tuple[int, ...]) -> None:
    histogram = make_histogram(values)
    assert histogram.counts == counts
    assert not [count for count in histogram.counts if 0 < count < SMALLEST]


def test_those_who_leave_a_value_that_all_had_are_seen() -> None:
    then = make_histogram(np.zeros(500))
    assert count_into(then, np.repeat([0.0, 2.0], [80, 20])).counts == (0, 80, 20)
    assert count_into(then, np.repeat([0.0, 2.0], [97, 3])).counts == (0, 100, 0), "too few to be told apart"


def test_what_is_shown_tells_of_no_few_students() -> None:
    then, now = shown_together(of(100, 100, 100, 100), of(60, 2, 0, 38))
    assert now.counts == (60, 2 + 0, 38) or min(count for count in now.counts if count) >= SMALLEST
    assert (sum(then.counts), sum(now.counts)) == (400, 100)
    assert len(then.counts) == len(now.counts) == len(then.edges) + 1
