"""What is entered after a day changes nothing that was known by it, and no fold learns from what was not known."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from data_schemas.calendar import date_to_day
from models import records_of
from models.features.matrix import Matrix
from tests.examples import examples
from tests.six_students import INDEX, after, dataset, outcome
from training.cohorts.cohort import Cohort
from training.cohorts.folds import inner_folds, known_before
from training.cohorts.outcomes import NEVER, found_after

DAY = date_to_day(INDEX)
ROWS = st.lists(
    st.tuples(
        st.sampled_from("ABCDEF"), st.integers(-5, 110), st.integers(0, 60), st.integers(0, 3), st.floats(0.01, 1.0)
    ),
    max_size=12,
)


def rows_of(drawn: list[tuple[str, int, int, int, float]]) -> list[dict[str, Any]]:
    return [
        outcome(student, day, level, recorded_on=after(day + delay), selection_prob=chance)
        for student, day, delay, level, chance in drawn
    ]


@settings(max_examples=examples(40), deadline=None)
@given(ROWS, ROWS, st.integers(0, 160))
def test_later_entries_change_nothing_before(drawn: Any, others: Any, until: int) -> None:
    """Entries after the day are exchanged for any others of after the day."""
    early = [row for row in drawn if row[1] + row[2] <= until]
    later = [(student, day, until + 1 - day + delay, *more) for student, day, delay, *more in others if day <= until]
    answers = []
    for rows in (early, early + later):
        data = dataset([*rows_of(rows), outcome("A", -300, 0)])
        label = data.description.label
        assert label is not None
        answers.append(found_after(records_of(data), label, INDEX, False, DAY + until))
    one, other = answers
    np.testing.assert_array_equal(one.outcome, other.outcome)
    np.testing.assert_array_equal(one.weight, other.weight)
    np.testing.assert_array_equal(one.known_on, other.known_on)
    assert ((one.known_on <= DAY + until) | (one.known_on == NEVER)).all()


def cohort(seed: int, dates: int, gap: int, concurrent: bool) -> Cohort:
    rng, students = np.random.default_rng(seed), 300
    n = students * dates
    day = np.repeat(np.arange(dates) * gap, students)
    outcome_of = (rng.random(n) < 0.4).astype(float)
    delay = rng.integers(0, 60, n)
    known = day + np.where(outcome_of == 1, rng.integers(1, 91, n), 90) + delay
    return Cohort(
        student=np.tile([f"S-{number}" for number in range(students)], dates).astype(object),
        school=np.array(["x"] * n, dtype=object),
        index_day=day,
        matrix=Matrix(("a",), np.zeros((n, 1), np.float32), {}),
        outcome=outcome_of,
        weight=np.ones(n),
        known_on=day if concurrent else known,
    )


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.sampled_from([40, 120, 180]), st.booleans())
def test_no_fold_learns_from_what_was_not_known(seed: int, dates: int, gap: int, concurrent: bool) -> None:
    rows = cohort(seed, dates, gap, concurrent)
    folds = inner_folds(rows, salt=1)
    by_time = not concurrent and sum(number * gap >= 90 for number in range(dates)) >= 2
    judged = np.sum([fold.test for fold in folds], axis=0)
    assert judged.max() == 1, "a row is judged once at most"
    for fold in folds:
        assert not (fold.train & fold.test).any()
        if by_time:
            (day,) = np.unique(rows.index_day[fold.test])
            assert (rows.index_day[fold.train] < day).all()
            assert (rows.known_on[fold.train] <= day).all()
            for earlier in np.unique(rows.index_day[fold.train]):
                assert earlier + 90 <= day, "while its horizon runs a date shows positives only"
        else:
            assert not set(rows.student[fold.train]) & set(rows.student[fold.test])
            assert judged.all()
    assert len(folds) == 5 if not by_time else len(folds) in (2, 3, 4)


def test_positives_alone_are_left_out_of_what_was_known() -> None:
    rows = cohort(1, 3, 40, False)
    assert not known_before(rows, 40).any(), "forty days after the first date no horizon is over"
    assert (rows.index_day[known_before(rows, 120)] == 0).all()
