"""Leave against the class: a wave of flu is taken out, a student's own days are not."""

from datetime import date

import numpy as np
import pytest

from data_schemas.calendar import date_to_day
from models import read_policy, records_of_requests
from models.features import Recipe, build_features, full_catalogue
from tests.students import AS_OF, Request, leave, student
from tests.trained import INSTRUMENTS, REFERENCE

RECIPE = Recipe(full_catalogue(INSTRUMENTS.values()), INSTRUMENTS, REFERENCE, read_policy().staleness)
FLU, OWN = date(2026, 3, 24), date(2026, 3, 26)


def excess(requests: list[Request]) -> np.ndarray:
    matrix = build_features(records_of_requests(requests), RECIPE, date_to_day(AS_OF))
    return matrix.column("excess_vs_class_60")


def school_class(n: int, name: str = "7-1", **leaves: list[date]) -> list[Request]:
    """Students of a class; `leaves` by place, such as s3."""
    return [
        student(f"{name}-{place}", class_id=name, leaves=[leave(day) for day in leaves.get(f"s{place}", [])])
        for place in range(n)
    ]


def test_days_on_which_many_of_the_class_were_away_count_for_nobody() -> None:
    ill = {f"s{place}": [FLU] for place in range(10)}
    ill["s0"] = [FLU, OWN]
    found = excess(school_class(41, **ill))
    assert found[0] == pytest.approx(1.0), "the day of one's own; ten of forty were away on the other"
    assert found[1] == pytest.approx(-1 / 40)
    assert found[40] == pytest.approx(-1 / 40)


def test_one_student_away_is_usual_and_the_class_mean_is_taken_off() -> None:
    found = excess(school_class(41, s0=[OWN], s1=[FLU]))
    assert found[0] == pytest.approx(1 - 1 / 40)
    assert found[2] == pytest.approx(-2 / 40)


def test_without_a_class_or_in_a_small_one_nothing_is_said() -> None:
    assert np.isnan(excess([student(leaves=[leave(OWN)])])).all()
    assert np.isnan(excess(school_class(9, s0=[OWN]))).all()


def test_classes_of_one_name_in_two_schools_are_two() -> None:
    here, there = school_class(41, s0=[OWN]), school_class(41, **{f"s{n}": [OWN] for n in range(1, 20)})
    elsewhere = [{**one, "school_id": "school-02", "student_id": "b" + one["student_id"]} for one in there]
    assert excess([*here, *elsewhere])[0] == pytest.approx(1.0)
