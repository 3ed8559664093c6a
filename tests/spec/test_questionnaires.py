"""How PHQ-9 and GAD-7 sheets are scored: the published bands, what a blank does, and the critical item."""

import math
from fractions import Fraction

import numpy as np
import pytest

from data_schemas.instruments import (
    CRITICAL_STATUSES,
    Instrument,
    Scores,
    band_of,
    half_up,
    packaged_instruments,
    score_sheets,
)
from runxin.errors import UserError
from tests.students import by_rules, eight, phq9, student

PHQ9, GAD7 = packaged_instruments()["phq9"], packaged_instruments()["gad7"]
BLANK = float("nan")


def scored(instrument: Instrument, answers: list[float]) -> Scores:
    return score_sheets(instrument, np.array([answers], dtype=float))


def band(instrument: Instrument, total: float) -> str:
    found = band_of(instrument, total)
    assert found is not None, f"{instrument.code} {total:g} lies in no band"
    return found.code


@pytest.mark.parametrize(
    ("answers", "total", "band_code", "critical"),
    [
        pytest.param([1, 2, 2, 1, 1, 2, 1, 0, 0], 10, "moderate", "negative", id="a plain sum"),
        pytest.param([0] * 8 + [1], 1, "minimal", "positive", id="item 9 alone is critical, whatever the total"),
        pytest.param(
            [2, 2, BLANK, 1, 1, BLANK, 1, 0, 0], 9, "mild", "negative", id="two blanks: seven ninths scaled up"
        ),
        pytest.param([0] * 8 + [BLANK], 0, "minimal", "unknown", id="a blank item 9 is unknown, never no"),
        pytest.param([1] * 8 + [BLANK], 9, "mild", "unknown", id="a blank item 9 is not guessed from the others"),
    ],
)
def test_phq9_vectors(answers: list[float], total: float, band_code: str, critical: str) -> None:
    """Worked examples: answers in, total, band and critical status out."""
    scores = scored(PHQ9, answers)
    assert scores.total[0] == total
    assert band(PHQ9, scores.total[0]) == band_code
    assert CRITICAL_STATUSES[scores.critical[0]] == critical


def test_three_blanks_leave_no_total_but_what_the_rest_proves() -> None:
    """With more than two blanks PHQ-9 is not scored; the answered items still prove a least total."""
    scores = scored(PHQ9, [3, 3, 3, 3, 3, 3, BLANK, BLANK, BLANK])
    assert not scores.valid[0], "a sheet with three blanks has no total"
    assert math.isnan(scores.total[0])
    assert scores.least[0] == 18
    assert band_of(PHQ9, scores.total[0]) is None
    assert CRITICAL_STATUSES[scores.critical[0]] == "unknown"


def test_an_empty_sheet_is_not_a_zero() -> None:
    scores = scored(PHQ9, [BLANK] * 9)
    assert not scores.valid[0], "nine blanks were scored"
    assert CRITICAL_STATUSES[scores.critical[0]] == "unknown"


@pytest.mark.parametrize(
    ("instrument", "edges"),
    [
        (PHQ9, {0: "minimal", 5: "mild", 10: "moderate", 15: "moderately_severe", 20: "severe"}),
        (GAD7, {0: "minimal", 5: "mild", 10: "moderate", 15: "severe"}),
    ],
    ids=["phq9", "gad7"],
)
def test_every_band_edge(instrument: Instrument, edges: dict[int, str]) -> None:
    """A band begins at its edge and not a point before; the last reaches the highest total."""
    assert [int(one.at_least) for one in instrument.bands] == list(edges)
    before = None
    for edge, code in edges.items():
        assert band(instrument, edge) == code, f"{instrument.code} {edge}"
        if before is not None:
            assert band(instrument, edge - 1) == before, f"{instrument.code} {edge - 1}"
        before = code
    assert band(instrument, instrument.highest) == before
    assert instrument.highest == {"phq9": 27, "gad7": 21}[instrument.code]


def test_gad7_totals() -> None:
    assert scored(GAD7, [1, 1, 1, 1, 1, 1, 1]).total[0] == 7
    assert scored(GAD7, [3, 3, 3, 3, 3, BLANK, BLANK]).total[0] == 21
    assert not scored(GAD7, [3, 3, 3, 3, BLANK, BLANK, BLANK]).valid[0]
    assert not GAD7.suicidality_covered, "GAD-7 has no item on suicidal thoughts"
    assert PHQ9.suicidality_covered


def test_halves_are_rounded_up() -> None:
    """Scoring keys round halves up; the usual rounding of computers takes 2.5 to 2."""
    assert half_up(np.array([0.5, 1.5, 2.5, 6.67, 2.4])).tolist() == [1, 2, 3, 7, 2]
    assert scored(PHQ9, [BLANK, 1, 1, 1, 1, 0, 0, 0, 0]).total[0] == 5, "4 on eight items is 4.5 on nine"


def test_scaling_up_is_exact_for_any_length() -> None:
    """An exact half stays a half: 41 points on 10 of 15 items are 61.5 and round to 62."""
    for items, blanks in ((15, 5), (21, 7), (25, 5), (27, 9), (9, 2)):
        long = PHQ9.model_copy(
            update={
                "items": items,
                "critical": (),
                "feature_items": (),
                "missing": PHQ9.missing.model_copy(update={"most": blanks}),
            }
        ).model_copy(update={"coding": PHQ9.coding.model_copy(update={"high": 10})})
        answered = items - blanks
        for points in range(answered * 10 + 1):
            answers = [points // answered + (place < points % answered) for place in range(answered)]
            total = scored(long, [float(a) for a in answers] + [BLANK] * blanks).total[0]
            exact = math.floor(Fraction(points * items, answered) + Fraction(1, 2))
            assert total == exact, f"{points} points on {answered} of {items} items"


@pytest.mark.parametrize("wrong", [-1, 4, 1.5])
def test_an_answer_outside_the_coding_is_refused_by_its_place(wrong: float) -> None:
    """Nothing is clipped into range: the sheet's row and item are named."""
    with pytest.raises(UserError, match="outside the coding") as refused:
        scored(PHQ9, [0, 0, wrong, 0, 0, 0, 0, 0, 0])
    assert [(p.row, p.column) for p in refused.value.problems] == [(1, "item_3")]
    assert "from 0 to 3" in str(refused.value.problems[0])


def test_reversed_items_are_turned_so_that_higher_is_adverse() -> None:
    turned = GAD7.model_copy(update={"reversed": (2,)})
    assert scored(turned, [0, 0, 0, 0, 0, 0, 0]).total[0] == 3
    assert scored(turned, [0, 3, 0, 0, 0, 0, 0]).total[0] == 0


def test_of_two_sheets_on_one_day_the_higher_is_shown_in_any_order() -> None:
    """A platform may send a sheet twice, or a student fill it in again: the order of rows decides nothing."""
    low, high, blank = phq9(0, eight(4)), phq9(1, eight(12)), phq9(None, [None, None, *[3] * 6])
    for order in ((low, high, blank), (blank, high, low), (high, blank, low)):
        shown = by_rules(student(responses=list(order))).instruments[0]
        assert (shown.total, shown.critical_status, shown.valid) == (13, "positive", True)
