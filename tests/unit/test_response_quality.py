"""Signs that a sheet was hardly read, each alone, and what they do to a student's assessment."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from data_schemas.instruments import BLANK, packaged_instruments
from data_schemas.instruments.response_quality import (
    contradiction,
    copied,
    hurried_in_class,
    long_string,
    speeding,
)
from tests.students import AS_OF, Row, by_rules, days_before, phq9, sheet, student

KNOWN = packaged_instruments()
PHQ9, CESD = KNOWN["phq9"], KNOWN["cesd"]


def rows(*answers: list[int]) -> Any:
    return np.array(answers, dtype=np.int8)


def test_less_than_two_seconds_an_item_is_too_fast() -> None:
    answers = rows([1] * 9, [1] * 9, [1] * 5 + [BLANK] * 4, [1] * 9)
    seconds = np.array([17.9, 18.0, 10.0, np.nan])
    assert speeding(answers, seconds, 2.0).tolist() == [True, False, False, False]


def test_one_answer_throughout_counts_only_where_items_are_reversed() -> None:
    mostly = [2] * 16 + [1] * 4
    assert long_string(CESD, rows(mostly, [2] * 15 + [1] * 5), 0.8).tolist() == [True, False]
    assert long_string(PHQ9, rows([2] * 9), 0.8).tolist() == [False]


def test_opposite_items_answered_as_far_apart_as_they_go() -> None:
    first, second = CESD.contradictions[0].items
    answers = [1] * 20
    answers[first - 1], answers[second - 1] = 3, 3
    half = list(answers)
    half[second - 1] = 2
    blank = list(answers)
    blank[second - 1] = BLANK
    assert contradiction(CESD, rows(answers, half, blank)).tolist() == [True, False, False]


def test_a_copy_is_the_same_answers_in_the_same_time_in_one_class_on_one_day() -> None:
    same, other = [0, 1, 2, 3, 0, 1, 2, 3, 0], [0] * 9
    answers = rows(same, same, same, same, same, other, other)
    seconds = np.array([40.0, 40, 41, 40, 40, 40, 40])
    group = np.array([1, 1, 1, 2, 1, 1, 1])
    day = np.array([9, 9, 9, 9, 8, 9, 9])
    assert copied(answers, seconds, group, day).tolist() == [True, True, False, False, False, False, False]


def test_the_fastest_of_a_class_with_one_answer_throughout() -> None:
    answers = rows(*[[n % 4, (n + 1) % 4, 2, 1, 0, 3, 1, 2, n % 3] for n in range(38)], [2] * 9, [0] * 9)
    seconds = np.array([*np.linspace(40, 80, 38), 20.0, 21.0])
    group = np.zeros(40, dtype=np.int64)
    found = hurried_in_class(PHQ9, answers, seconds, group, 0.05, 0.8)
    assert np.flatnonzero(found).tolist() == [38], "zeros throughout are the commonest honest answer"
    assert not hurried_in_class(PHQ9, answers[-10:], seconds[-10:], group[-10:], 0.05, 0.8).any(), "ten are no class"


def conflicts(responses: list[Row]) -> bool:
    return any("conflict" in one.suspect for one in by_rules(student(responses=responses)).instruments)


@pytest.mark.parametrize("code", ["cesd", "isi"])
def test_zero_on_two_scales_and_high_on_a_third_is_asked_about(code: str) -> None:
    high = sheet(
        code, [KNOWN[code].coding.low if n in KNOWN[code].turned else 3 for n in range(1, KNOWN[code].items + 1)]
    )
    zero = [phq9(0), sheet("gad7", [0] * 7)]
    said = by_rules(student(responses=[*zero, high]))
    found = {one.code for one in said.instruments if "conflict" in one.suspect}
    assert found == {"phq9", "gad7"}
    assert "PHQ-9 作答质量存疑（2026-04-03，与同期其他量表不一致），请复测" in {
        one.text.zh for one in said.data_quality.retest
    }
    assert said.data_quality.confidence == "low"
    later = [{**row, "administered_on": days_before(20), "received_at": None} for row in zero]
    assert not conflicts([*later, high])
    assert not conflicts([zero[0], high])


def test_a_conflict_is_not_known_before_the_other_sheet_came() -> None:
    zero = [phq9(0, on=days_before(3)), sheet("gad7", [0] * 7, on=days_before(3))]
    request = student(responses=[*zero, sheet("isi", [3] * 7)])
    assert not any(one.suspect for one in by_rules(request, days_before(1)).instruments)
    assert any(one.suspect for one in by_rules(request).instruments)


def test_a_suspect_sheet_is_to_be_repeated_and_compared_with_nothing() -> None:
    fast = {**phq9(0, [0, 1, 0, 0, 1, 0, 0, 0]), "duration_s": 5.0}
    said = by_rules(student(responses=[phq9(0, [2] * 8, on=days_before(30)), fast]))
    result = said.instruments[0]
    assert result.suspect == ("speeding",)
    assert result.valid, "it is a score all the same"
    assert result.previous_total == 16
    assert result.change is None
    assert [one.why for one in said.data_quality.retest] == ["suspect"]


def test_a_day_of_sheets_is_what_the_tests_say() -> None:
    assert pd.Timestamp(AS_OF).day_name() == "Friday"
