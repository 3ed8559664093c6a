"""What a sheet is scored as: worked examples of each questionnaire, blanks, rounding, and answers out of range."""

import math
from fractions import Fraction

import numpy as np
import pytest

from data_schemas.instruments import (
    CRITICAL_STATUSES,
    Coding,
    Instrument,
    Scores,
    SheetResult,
    band_of,
    given_scores,
    half_up,
    packaged_instruments,
    score_sheet,
    score_sheets,
)
from data_schemas.instruments.parts import Missing
from runxin.errors import UserError
from tests.students import by_rules, eight, phq9, student

KNOWN = packaged_instruments()
PHQ9, GAD7 = KNOWN["phq9"], KNOWN["gad7"]
BLANK = float("nan")


def scored(instrument: Instrument, answers: list[float]) -> Scores:
    return score_sheets(instrument, np.array([answers], dtype=float))


def band(instrument: Instrument, total: float) -> str:
    found = band_of(instrument.total, total)
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
    assert band_of(PHQ9.total, scores.total[0]) is None
    assert CRITICAL_STATUSES[scores.critical[0]] == "unknown"


def test_an_empty_sheet_is_not_a_zero() -> None:
    scores = scored(PHQ9, [BLANK] * 9)
    assert not scores.valid[0], "nine blanks were scored"
    assert CRITICAL_STATUSES[scores.critical[0]] == "unknown"


def all_of(code: str, answer: int, coding: str | None = None, **others: int | None) -> SheetResult:
    """A sheet on which every item has the same answer but for those named `item_57=2`."""
    answers: list[int | None] = [answer] * KNOWN[code].items
    for name, other in others.items():
        answers[int(name.removeprefix("item_")) - 1] = other
    return score_sheet(KNOWN[code], answers, coding=coding)


def figures(result: SheetResult) -> dict[str, float | None]:
    return {figure.code: figure.value for figure in result.subscales}


def status(result: SheetResult, item: int) -> str:
    return next(one.status for one in result.critical_items if one.item == item)


def test_phq9_symptom_count() -> None:
    """Items of at least 2 count where item 1 or 2 is among them; item 9 counts from 1."""
    plain = score_sheet(PHQ9, [1, 2, 2, 1, 1, 2, 1, 0, 0])
    assert figures(plain)["symptoms"] == 3
    without = score_sheet(PHQ9, [1, 1, 2, 2, 2, 2, 2, 0, 0])
    assert figures(without)["symptoms"] == 0, "neither item 1 nor item 2"
    assert figures(score_sheet(PHQ9, [2, 0, 0, 0, 0, 0, 0, 0, 1]))["symptoms"] == 2


def test_mht_all_yes_is_void_and_its_critical_items_count() -> None:
    result = all_of("mht", 1)
    assert (result.total, figures(result)["validity"]) == (90, 10)
    assert (result.valid, result.invalid_reasons) == (False, ("validity_scale",))
    assert (status(result, 85), status(result, 97)) == ("positive", "positive")
    assert [soft.zh for soft in result.soft_items] == ["第83题", "第89题"]


def test_mht_all_no_is_valid() -> None:
    result = all_of("mht", 0)
    assert (result.total, result.valid, result.critical_status) == (0, True, "negative")


def test_mht_is_void_from_seven_of_the_validity_scale() -> None:
    evens = {f"item_{item}": 1 for item in range(82, 101, 2)}
    for count in range(11):
        result = all_of("mht", 0, **dict(list(evens.items())[:count]))
        assert (result.total, result.valid) == (0, count < 7)


def test_mssmhs_means() -> None:
    result = all_of("mssmhs", 1, item_57=2)
    assert result.total == pytest.approx(61 / 60)
    assert figures(result)["depression"] == pytest.approx(7 / 6)
    assert result.critical_status == "positive"


def test_scl90_of_twos_and_of_ones() -> None:
    two = all_of("scl90", 2)
    assert (two.total, figures(two)["positive_items"], figures(two)["positive_mean"]) == (180, 90, 2)
    assert two.band is not None
    assert two.band.code == "above_cut"
    assert status(two, 15) == "positive"
    one = all_of("scl90", 1)
    assert (one.total, figures(one)["positive_items"], figures(one)["positive_mean"]) == (90, 0, None)
    assert one.critical_status == "negative"


def test_scl90_reads_the_same_sheet_in_either_coding() -> None:
    """Total above 160 and factors from 2 in 1-5 are total above 70 and factors from 1 in 0-4."""
    rng = np.random.default_rng(5)
    answers = rng.integers(0, 5, (50, 90)).astype(float)
    ours, theirs = score_sheets(KNOWN["scl90"], answers + 1), score_sheets(KNOWN["scl90"], answers, "0-4")
    np.testing.assert_array_equal(ours.values, theirs.values)
    at_cut = all_of("scl90", 0, "0-4", **{f"item_{item}": 1 for item in range(1, 71)})
    assert (at_cut.total, at_cut.band.code if at_cut.band else None) == (160, "below_cut")
    above = all_of("scl90", 0, "0-4", **{f"item_{item}": 1 for item in range(1, 72)})
    assert (above.total, above.band.code if above.band else None) == (161, "above_cut")


@pytest.mark.parametrize(
    ("code", "answer", "total"),
    [
        *[("cesd", 0, 12), ("cesd", 1, 24), ("cesd", 3, 48)],
        *[("pss10", 0, 16), ("pss10", 2, 20), ("pss10", 4, 24)],
        *[("ucla", 1, 47), ("ucla", 4, 53)],
        *[("cdi", 0, 26), ("sds", 1, 62), ("iat", 1, 20), ("k10", 5, 50), ("isi", 4, 28), ("ais", 3, 24)],
    ],
)
def test_one_answer_all_through(code: str, answer: int, total: float) -> None:
    """All zeros are no evidence of health where items are reversed. SDS: 50 times 1.25, the fraction dropped."""
    assert all_of(code, answer).total == total


def test_dsrsc_in_both_directions() -> None:
    """无 as 0: all 0 is 20 and all 1 is 18. The other way round the same sheets are all 2 and all 1."""
    assert (all_of("dsrsc", 0, "none0").total, all_of("dsrsc", 1, "none0").total) == (20, 18)
    assert (all_of("dsrsc", 2, "often0").total, all_of("dsrsc", 1, "often0").total) == (20, 18)
    with pytest.raises(UserError, match="coding of dsrsc is not known"):
        all_of("dsrsc", 0)


def test_dass21_is_doubled() -> None:
    result = all_of("dass21", 1)
    assert figures(result) == {"depression": 14, "anxiety": 14, "stress": 14}
    bands = {figure.code: figure.band.code for figure in result.subscales if figure.band}
    assert bands == {"depression": "moderate", "anxiety": "moderate", "stress": "normal"}
    assert (result.total, result.band) == (42, None)


@pytest.mark.parametrize(
    ("yes", "level"),
    [
        *[((), 0), ((1,), 1), ((2,), 1), ((1, 2), 1), ((2, 3), 2), ((6,), 2), ((2, 4), 3), ((2, 5), 3)],
        *[((6, 7), 3), ((2, 3, 6), 2), ((1, 2, 3, 4, 5, 6, 7), 3)],
    ],
)
def test_cssrs_levels(yes: tuple[int, ...], level: int) -> None:
    """High: intent, plan, or behaviour in three months. Moderate: method, or behaviour longer ago. Low: the rest."""
    answers: list[int | None] = [1 if item in yes else 0 for item in range(1, 8)]
    if 2 not in yes:
        answers[2:5] = [None, None, None]
    if 6 not in yes:
        answers[6] = None
    result = score_sheet(KNOWN["cssrs"], answers)
    assert (result.total, result.valid, result.n_missing) == (level, True, 0), "what was rightly not asked is not blank"
    assert result.critical_status == ("positive" if yes else "negative")


def test_cssrs_asked_in_part_is_unknown_and_keeps_what_it_shows() -> None:
    asked = score_sheet(KNOWN["cssrs"], [0, 1, None, 0, 0, 0, None])
    assert (asked.total, asked.valid, asked.critical_status) == (None, False, "positive")
    nothing = score_sheet(KNOWN["cssrs"], [0, None, None, None, None, 0, None])
    assert nothing.critical_status == "unknown"
    high = score_sheet(KNOWN["cssrs"], [None, 1, None, 1, None, None, None])
    assert high.total == 3, "the highest level is reached whatever else was not asked"


def test_scores_given_elsewhere_are_read_and_never_clipped() -> None:
    sdq = KNOWN["sdq_self"]
    values = np.full((1, len(sdq.scores)), np.nan)
    values[0, sdq.place("total")] = 41
    with pytest.raises(UserError, match="outside its range") as refused:
        given_scores(sdq, values)
    assert str(refused.value.problems[0]) == "row 1, column total: total of sdq_self lies from 0 to 40"
    values[0, sdq.place("total")] = 20
    assert given_scores(sdq, values).total[0] == 20


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
                "scores": PHQ9.scores[:1],
                "missing": Missing(most=blanks, source="arrieta"),
                "codings": (Coding(variant="0-10", low=0, high=10, source="kroenke"),),
            }
        )
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


def test_of_two_sheets_on_one_day_the_higher_is_shown_in_any_order() -> None:
    """A platform may send a sheet twice, or a student fill it in again: the order of rows decides nothing."""
    low, high, blank = phq9(0, eight(4)), phq9(1, eight(12)), phq9(None, [None, None, *[3] * 6])
    for order in ((low, high, blank), (blank, high, low), (high, blank, low)):
        shown = by_rules(student(responses=list(order))).instruments[0]
        assert (shown.total, shown.critical_status, shown.valid) == (13, "positive", True)
