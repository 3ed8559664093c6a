"""Totals in another unit or from another coding come to the definition's own."""

import numpy as np
import pytest

from data_schemas.instruments import packaged_instruments, score_sheets
from data_schemas.instruments.units import impossible, in_own_unit, readings, with_derived

KNOWN = packaged_instruments()


@pytest.mark.parametrize(
    ("code", "scale", "stated", "unit", "variant", "own"),
    [
        ("sds", "total", 41, "raw", None, 51),
        ("sds", "total", 51, "own", None, 51),
        ("sds", "total", 51, None, None, 51),
        ("dass21", "depression", 7, "raw", None, 14),
        ("scl90", "total", 5, None, "0-4", 95),
        ("scl90", "total", 95, None, "1-5", 95),
        ("mssmhs", "total", 120, "raw", None, 2),
    ],
)
def test_a_figure_comes_to_the_definitions_own(
    code: str, scale: str, stated: float, unit: str | None, variant: str | None, own: float
) -> None:
    assert in_own_unit(KNOWN[code], scale, np.array([stated]), unit, variant).tolist() == [own]


@pytest.mark.parametrize("code", ["sds", "dass21", "scl90", "mssmhs", "phq9", "iat", "cesd"])
def test_the_raw_sum_of_any_sheet_comes_to_what_the_answers_come_to(code: str) -> None:
    instrument = KNOWN[code]
    rng = np.random.default_rng(5)
    low, high = instrument.coding.low, instrument.coding.high
    answers = rng.integers(low, high + 1, (40, instrument.items)).astype(float)
    turned = answers.copy()
    for item in instrument.turned:
        turned[:, item - 1] = low + high - turned[:, item - 1]
    total = instrument.total
    raw = turned[:, [item - 1 for item in instrument.items_of(total)]].sum(axis=1)
    scored = score_sheets(instrument, answers, instrument.coding.variant).total
    assert in_own_unit(instrument, "total", raw, "raw") == pytest.approx(scored)
    assert not impossible(instrument, "total", scored).any()


@pytest.mark.parametrize(
    ("code", "scale", "unit", "variant", "what"),
    [
        ("sdq_self", "total", "raw", None, "is not worked out from answers here"),
        ("sds", "total", None, "0-4", "sds has no coding 0-4"),
        ("scl90", "positive", "raw", None, "is neither a sum nor a mean"),
    ],
)
def test_what_cannot_be_brought_there_is_refused(
    code: str, scale: str, unit: str | None, variant: str | None, what: str
) -> None:
    known = {score.code for score in KNOWN[code].scores}
    scale = scale if scale in known else next(one.code for one in KNOWN[code].scores if one.kind == "count")
    with pytest.raises(ValueError, match=what):
        in_own_unit(KNOWN[code], scale, np.array([20.0]), unit, variant)


@pytest.mark.parametrize(
    ("code", "scale", "value", "wrong"),
    [
        ("sds", "total", 59, True),  # 1.25 times 47 is 58.75, and times 48 is 60
        ("sds", "total", 58, False),
        ("sds", "total", 24, True),
        ("dass21", "stress", 19, True),
        ("dass21", "stress", 18, False),
        ("dass21", "stress", 44, True),
        ("phq9", "total", 9.5, True),
        ("mssmhs", "total", 2.37, False),
        ("mssmhs", "total", 5.1, True),
    ],
)
def test_a_figure_that_no_answers_come_to(code: str, scale: str, value: float, wrong: bool) -> None:
    assert impossible(KNOWN[code], scale, np.array([float(value)])).tolist() == [wrong]


@pytest.mark.parametrize(
    ("code", "scale", "values", "fitting"),
    [
        ("phq9", "total", [4, 9], [("own", None)]),
        ("sds", "total", [41, 63], [("own", None), ("raw", None)]),
        ("sds", "total", [41, 22], [("raw", None)]),
        ("dass21", "stress", [19, 9], [("raw", None)]),
        ("mssmhs", "total", [75, 180], [("raw", None)]),
        ("scl90", "total", [95, 360], [("own", None), ("own", "0-4")]),
        ("scl90", "total", [80, 95], [("own", "0-4")]),
    ],
)
def test_in_which_units_figures_can_be(
    code: str, scale: str, values: list[float], fitting: list[tuple[str, str | None]]
) -> None:
    assert list(readings(KNOWN[code], scale, np.array(values, float))) == fitting


def test_a_standard_score_follows_from_the_raw_one_and_nothing_else_is_made_up() -> None:
    sds = KNOWN["sds"]
    total, raw = sds.place("total"), sds.place("raw")
    values = np.full((2, len(sds.scores)), np.nan)
    values[0, raw], values[1, total] = 41, 60
    found = with_derived(sds, values)
    assert found[0, total] == 51
    assert np.isnan(found[1, raw])
    dass = KNOWN["dass21"]
    assert np.isnan(with_derived(dass, np.full((1, len(dass.scores)), np.nan))).all()
