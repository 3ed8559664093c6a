"""Where the totals of a file lie, beside what was published."""

from collections.abc import Sequence

import pandas as pd
import pytest

from data_schemas.distribution import distribution
from data_schemas.instruments import packaged_instruments

PHQ9 = packaged_instruments()["phq9"]
Answers = Sequence[int | None]


def sheets(rows: Sequence[Answers], variant: str | None = None) -> pd.DataFrame:
    columns = [f"item_{n}" for n in range(1, 10)]
    return pd.DataFrame(rows, columns=columns, dtype="float64").assign(coding_variant=variant)


def test_the_totals_and_who_answered_the_item_about_safety() -> None:
    rows: list[Answers] = [(1,) * 8 + (0,), (2,) * 8 + (0,), (0,) * 8 + (1,), (0,) * 8 + (None,), (None,) * 9]
    told = distribution(PHQ9, sheets(rows))
    assert told is not None
    assert (told["sheets"], told["with_total"]) == (4, 4)
    assert told["quartiles"] == [0.75, 4.5, 10.0]
    assert told["critical"] == {"9": {"negative": 2, "unknown": 2, "positive": 1}}
    assert (told["lowest"], told["highest"]) == (0, 27)


def test_a_share_stands_beside_the_published_one() -> None:
    told = distribution(PHQ9, sheets([(2,) * 9] * 3 + [(0,) * 9] * 7))
    assert told is not None
    (ten,) = (floor for floor in told["floors"] if floor["code"] == "total-10")
    assert ten["share"] == pytest.approx(0.3)
    assert ten["expected"][0]["share"] == 0.16
    assert ten["doubtful"] is False


@pytest.mark.parametrize(("high", "low", "doubtful"), [(19, 0, False), (20, 0, True), (10, 10, False), (11, 10, True)])
def test_a_floor_that_most_sheets_reach_puts_the_coding_in_doubt(high: int, low: int, doubtful: bool) -> None:
    told = distribution(PHQ9, sheets([(3,) * 9] * high + [(0,) * 9] * low))
    assert told is not None
    assert {floor["doubtful"] for floor in told["floors"]} == {doubtful}


def test_what_cannot_be_scored_has_no_distribution() -> None:
    assert distribution(PHQ9, sheets([(None,) * 9])) is None
    assert distribution(PHQ9, sheets([(7,) * 9])) is None
    assert distribution(PHQ9, sheets([(1,) * 9], "no such coding")) is None
