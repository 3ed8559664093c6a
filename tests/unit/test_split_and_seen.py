"""Which rows are held out, always the same ones, and how later data are recognised as already seen."""

import numpy as np
import pytest

from models.features.matrix import Matrix
from training.cohorts.cohort import Cohort
from training.cohorts.seen import KEPT, has_seen, sketch
from training.cohorts.split import FOLDS, hash_fold, split


def cohort(students: int, days: tuple[int, ...] = (100,), seed: int = 0) -> Cohort:
    n = students * len(days)
    values = np.random.default_rng(seed).normal(size=(n, 3))
    return Cohort(
        student=np.array([f"S-{place % students}" for place in range(n)], dtype=object),
        school=np.array(["x"] * n, dtype=object),
        index_day=np.repeat(days, students),
        matrix=Matrix(("a", "b", "c"), values, {}),
        outcome=np.where(values[:, 0] > 1, 1.0, 0.0),
        weight=np.ones(n),
        known_on=np.repeat(days, students) + 90,
    )


def test_a_student_s_fold_never_moves() -> None:
    """Known values: a changed hash would silently judge a model by rows it was trained on."""
    ids = ["S-1", "S-2", "nsch-2018-2", "学生-7"]
    assert hash_fold(ids, salt=0).tolist() == [3, 1, 0, 1]
    assert hash_fold(ids, salt=1).tolist() == [0, 1, 1, 2]


def test_folds_are_even_and_salts_give_others() -> None:
    ids = [f"S-{number}" for number in range(20_000)]
    one, other = hash_fold(ids, 0), hash_fold(ids, 1)
    assert np.bincount(one, minlength=FOLDS).min() > 3_800
    assert np.mean(one == other) == pytest.approx(1 / FOLDS, abs=0.02)
    assert hash_fold(ids[::-1], 0).tolist() == one[::-1].tolist(), "the fold must not hang on the order"


def test_several_index_dates_are_split_by_time() -> None:
    rows = cohort(50, (100, 200, 300))
    found = split(rows, concurrent=False, salt=0)
    assert (rows.index_day[found.test] == 300).all()
    assert (rows.index_day[found.train] < 300).all()
    assert (found.train ^ found.test).all()
    assert found.rule.startswith("time")
    assert found.known_until == 300, "what is learned from is what was known on the judged day"


@pytest.mark.parametrize(("days", "concurrent"), [((100,), False), ((100, 200), True)])
def test_else_students_are_split_by_hash_and_stay_whole(days: tuple[int, ...], concurrent: bool) -> None:
    rows = cohort(400, days)
    found = split(rows, concurrent, salt=3)
    assert not set(rows.student[found.train]) & set(rows.student[found.test]), "a student stands on both sides"
    assert np.mean(found.test) == pytest.approx(0.2, abs=0.05)
    assert found.rule == "hash: students with SHA-256('3:' + id) mod 5 = 0 are held out"
    assert found.known_until is None


@pytest.mark.parametrize("students", [600, 6_000], ids=["fewer than the sketch holds", "more"])
def test_what_was_seen_is_recognised(students: int) -> None:
    rows = cohort(students)
    halves = split(rows, concurrent=True, salt=0)
    kept = sketch(rows.where(halves.train).keys())
    assert len(kept) == min(KEPT, int(halves.train.sum()))
    order = np.random.default_rng(1).permutation(students)
    assert has_seen(kept, rows.keys()), "the very data"
    keys = rows.keys()
    assert has_seen(kept, [keys[place] for place in order]), "the same data in another order"
    assert has_seen(kept, rows.where(halves.train).keys())
    assert not has_seen(kept, rows.where(halves.test).keys()), "the held-out part was not seen"
    assert not has_seen(kept, cohort(students, seed=9).keys()), "other values of the same students"
    assert not has_seen(kept, cohort(students, days=(500,)).keys()), "a later wave"


def test_one_part_in_ten_is_enough_and_one_in_fifty_is_not() -> None:
    old, new = cohort(5_000), cohort(5_000, seed=9)
    kept = sketch(old.keys())
    assert has_seen(kept, [*old.keys()[:500], *new.keys()[500:]])
    assert not has_seen(kept, [*old.keys()[:100], *new.keys()[100:]])
    assert not has_seen((), old.keys())
    assert not has_seen(kept, [])


def test_the_sketch_names_nobody() -> None:
    rows = cohort(40)
    kept = sketch(rows.keys())
    assert {len(key) for key in kept} == {24}
    assert not any(student in key for key in kept for student in rows.student)
