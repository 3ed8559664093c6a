"""A population has not moved from itself, and the order of its rows says nothing."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from evaluation.monitoring.comparison import alarms_of, compare
from evaluation.monitoring.drift import distance, psi
from evaluation.monitoring.histograms import count_into, make_histogram, shown_together
from models import read_policy
from models.monitoring import SMALLEST
from tests.populations import at_training, population, snapshot
from tests.trained import FEATURES

SIZES = st.integers(1, 400)
WHOLE = st.integers(-3, 30).map(float)
ANY = st.one_of(WHOLE, st.floats(-1e6, 1e6, width=32))
VALUES = SIZES.flatmap(lambda n: arrays(np.float32, n, elements=ANY, fill=st.one_of(st.just(0.0), ANY)))
LIMITS = read_policy().monitoring


@given(VALUES)
def test_a_population_has_not_moved_from_itself(values: np.ndarray) -> None:
    then = make_histogram(values)
    now = count_into(then, values)
    assert now == then
    assert (psi(then, now) if then.counts else 0.0) == 0.0
    assert distance(then, now) == 0.0


@given(VALUES, VALUES, st.randoms(use_true_random=False))
def test_counts_are_whole_large_and_do_not_know_the_order(then: np.ndarray, now: np.ndarray, random: object) -> None:
    histogram = make_histogram(then)
    shuffled = then.copy()
    np.random.default_rng(random.randint(0, 2**32)).shuffle(shuffled)  # type: ignore[attr-defined]
    assert make_histogram(shuffled) == histogram
    assert not [count for count in histogram.counts if 0 < count < SMALLEST]
    assert list(histogram.edges) == sorted(set(histogram.edges))
    if not histogram.counts:
        return
    other = count_into(histogram, now)
    assert (histogram.n, other.n) == (len(then), len(now))
    assert psi(histogram, other) >= 0
    assert math.isclose(psi(histogram, other), psi(other, histogram), abs_tol=1e-12)
    assert -1 <= distance(histogram, other) <= 1
    shown = shown_together(histogram, other)
    assert [one.n for one in shown] == [len(then), len(now)]
    assert len(shown[1].counts) == 1 or not [count for count in shown[1].counts if 0 < count < SMALLEST]


@given(st.integers(0, 50))
@settings(max_examples=8)
def test_a_whole_comparison_does_not_know_the_order_of_rows(seed: int) -> None:
    values = population(400, seed)
    order = np.random.default_rng(seed).permutation(400)
    then = snapshot(values)
    assert snapshot(values[order]) == then
    assert snapshot(values[order], then) == then
    found = compare(then, then, FEATURES, LIMITS)
    assert alarms_of(found) == []
    assert {row["psi"] for row in found["features"].values()} <= {0.0, None}


def test_a_school_of_300_does_not_ring_by_chance() -> None:
    """Two hundred schools without any drift; the policy allows one in a hundred to ring."""
    rang, beyond = 0, []
    for seed in range(1, 201):
        now = compare(at_training(), snapshot(population(300, seed), at_training()), FEATURES, LIMITS)
        rang += bool(alarms_of(now))
        beyond += [row["psi"] - row["by_chance"] for row in now["features"].values() if row["psi"] is not None]
    assert rang <= 200 * LIMITS.chance + 4
    assert abs(np.mean(beyond)) < 0.003, "on average nothing is left once chance is taken off"
