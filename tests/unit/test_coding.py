"""Sheets that are coded otherwise than they say."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from data_schemas.coding import check_coding, item_total_correlations
from data_schemas.dataset import conform, table_of
from data_schemas.instruments import packaged_instruments

KNOWN = packaged_instruments()


def sheets(code: str, answers: np.ndarray, **columns: object) -> pd.DataFrame:
    rows = {f"item_{place + 1}": answers[:, place] for place in range(answers.shape[1])}
    frame = {
        "student_id": [f"S-{n}" for n in range(len(answers))],
        "administered_on": date(2026, 3, 30),
        **rows,
        **columns,
    }
    return conform(pd.DataFrame(frame), table_of(f"responses/{code}", KNOWN))


def going_together(code: str, n: int = 400) -> np.ndarray:
    """Answers in the own coding that all speak of the same thing."""
    rng, one = np.random.default_rng(2), KNOWN[code]
    level = rng.normal(size=(n, 1)) + rng.normal(size=(n, one.items))
    points = np.clip(np.round((level + 2) / 4 * one.span), 0, one.span).astype(int)
    turned = np.array(one.turned, dtype=int) - 1
    points[:, turned] = one.span - points[:, turned]
    return points + one.coding.low


@pytest.mark.parametrize("code", ["cesd", "pss10", "mht", "scl90"])
def test_a_batch_that_is_coded_as_declared_passes(code: str) -> None:
    assert check_coding(KNOWN[code], sheets(code, going_together(code))) == ([], [])


def test_items_that_a_platform_reversed_already_are_found() -> None:
    """CES-D with its four positive items turned by the platform: read again they run against the others."""
    answers = going_together("cesd")
    answers[:, [3, 7, 11, 15]] = 3 - answers[:, [3, 7, 11, 15]]
    problems, _ = check_coding(KNOWN["cesd"], sheets("cesd", answers))
    assert [problem.column for problem in problems] == ["item_4", "item_8", "item_12", "item_16"]
    assert "runs against the others" in problems[0].what
    assert "wrong coding declared?" in str(problems[0])


def test_each_sheet_is_held_to_its_own_coding() -> None:
    answers = going_together("scl90") - 1
    both = ["0-4"] * 399 + ["1-5"]
    problems, _ = check_coding(KNOWN["scl90"], sheets("scl90", answers, coding_variant=both))
    assert {problem.row for problem in problems} == {401}
    assert "outside the coding 1-5 of scl90" in problems[0].what


def test_a_coding_that_has_to_be_declared_and_is_not_is_named_by_row() -> None:
    answers = going_together("dsrsc", 60)
    codings = ["none0"] * 58 + [None, "often0"]
    problems, _ = check_coding(KNOWN["dsrsc"], sheets("dsrsc", answers, coding_variant=codings))
    assert [(problem.row, problem.column) for problem in problems] == [(60, "coding_variant")]
    assert "one of none0, often0" in str(problems[0])


def test_correlations_are_those_of_numpy_without_the_item_itself() -> None:
    points = going_together("phq9", 80).astype(float)
    found = item_total_correlations(KNOWN["phq9"], points)
    for item in range(1, 10):
        rest = np.delete(points, item - 1, axis=1).mean(axis=1)
        assert found[item][0] == pytest.approx(np.corrcoef(points[:, item - 1], rest)[0, 1])
