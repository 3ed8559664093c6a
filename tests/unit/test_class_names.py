"""Classes by the names that schools give them."""

import pandas as pd
import pytest

from data_schemas.class_names import class_of, class_questions


@pytest.mark.parametrize(
    "name", ["七(1)班", "七（１）班", "7-1", "初一1班", "初一(1)班", "701", "七年级1班", "七年级一班", "初1.1"]
)
def test_one_class_in_the_ways_in_which_it_is_written(name: str) -> None:
    assert class_of(name) == (7, 1)


@pytest.mark.parametrize(
    ("name", "known"),
    [("高二十二班", (11, 12)), ("1012", (10, 12)), ("三(二十一)班", (3, 21)), ("八(1)班", (8, 1)), ("711", (7, 11))],
)
def test_grade_and_number_are_kept_apart(name: str, known: tuple[int, int]) -> None:
    assert class_of(name) == known


@pytest.mark.parametrize("name", ["c-801", "向日葵班", "71", "7", "2023级1班", "实验班", "王小明"])
def test_what_is_no_such_name_is_not_guessed(name: str) -> None:
    assert class_of(name) is None


def test_a_class_in_two_ways_is_asked_about_by_the_rows_of_the_rarer_one() -> None:
    names = ["七(1)班", "七(1)班", "7-1", "七(2)班", "701", None]
    fault = class_questions(pd.DataFrame({"school_id": ["a"] * 4 + ["b", "a"], "class_id": names}))
    assert fault.rows.tolist() == [2], "of one school only"
    assert "7-1, 七(1)班" in fault.what
    assert not len(class_questions(pd.DataFrame({"school_id": ["a"], "class_id": ["7-1"]})).rows)
