"""Features of any questionnaire: no adverse answer and no blank lowers one, and none stands for another."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_schemas.calendar import date_to_day
from data_schemas.instruments import Instrument, packaged_instruments
from models import read_policy, records_of_requests
from models.features import Feature, Recipe, build_features, catalogue
from models.features.matrix import Matrix
from models.reference import Group, Reference, make_reference
from tests.examples import examples
from tests.students import AS_OF, Request, days_before, sheet, student

KNOWN = packaged_instruments()
ASKED = sorted(code for code, one in KNOWN.items() if one.form == "items")
MANY = settings(max_examples=examples(60))


def features_of(instrument: Instrument) -> tuple[Feature, ...]:
    return tuple(f for f in catalogue([instrument]) if f.group == "questionnaire")


def built(requests: list[Request], *codes: str, reference: Reference | None = None) -> Matrix:
    instruments = {code: KNOWN[code] for code in codes}
    features = tuple(feature for code in codes for feature in features_of(KNOWN[code]))
    recipe = Recipe(features, instruments, reference or Reference({}), read_policy().staleness)
    return build_features(records_of_requests(requests), recipe, date_to_day(AS_OF))


def row(code: str, answers: list[int | None], days: int = 0) -> dict[str, Any]:
    instrument = KNOWN[code]
    variant = instrument.coding.variant if instrument.must_declare_coding else None
    return {**sheet(code, answers, on=days_before(days)), "coding_variant": variant}


@st.composite
def answered(draw: st.DrawFn) -> tuple[str, list[int | None]]:
    """A questionnaire and answers to it, some left blank."""
    code = draw(st.sampled_from(ASKED))
    coding = KNOWN[code].coding
    answer = st.one_of(st.integers(coding.low, coding.high), st.integers(coding.low, coding.high), st.none())
    items = KNOWN[code].items
    return code, draw(st.lists(answer, min_size=items, max_size=items))


@given(answered(), st.data())
@MANY
def test_a_more_adverse_answer_never_lowers_a_feature(
    sheet_of: tuple[str, list[int | None]], data: st.DataObject
) -> None:
    code, answers = sheet_of
    instrument = KNOWN[code]
    item = data.draw(st.integers(1, instrument.items))
    low, high = instrument.coding.low, instrument.coding.high
    before, after = data.draw(st.lists(st.integers(low, high), min_size=2, max_size=2).map(sorted))
    if item in instrument.turned:
        before, after = after, before
    if _counts_for_validity_only(instrument, item):
        return
    answers[item - 1] = before
    raised = [*answers[: item - 1], after, *answers[item:]]
    lower, higher = (built([student(responses=[row(code, one)])], code) for one in (answers, raised))
    worst = int(np.argmin((higher.values - lower.values)[0]))
    assert (higher.values >= lower.values - 1e-12).all(), f"{lower.names[worst]} of {code} fell"


def _counts_for_validity_only(instrument: Instrument, item: int) -> bool:
    """An answer to a validity item says how honest a sheet is, not how a student is."""
    places = {
        place for score in instrument.scores if score.polarity != "neutral" for place in instrument.items_of(score)
    }
    return item not in places


@given(answered(), st.data())
@MANY
def test_a_blank_never_lowers_a_feature_below_the_least_adverse_answer(
    sheet_of: tuple[str, list[int | None]], data: st.DataObject
) -> None:
    code, answers = sheet_of
    instrument = KNOWN[code]
    items = data.draw(st.sets(st.integers(1, instrument.items), min_size=1, max_size=12))
    best = [
        instrument.coding.high if item in instrument.turned else instrument.coding.low
        for item in range(1, instrument.items + 1)
    ]
    calm = [best[place] if place + 1 in items else answer for place, answer in enumerate(answers)]
    blank = [None if place + 1 in items else answer for place, answer in enumerate(answers)]
    lower, higher = (built([student(responses=[row(code, one)])], code) for one in (calm, blank))
    # What makes a sheet void or a branch skipped is not a score's business.
    names = [n for n in lower.names if not n.endswith(("_missing", "_invalid"))] if code != "mht" else []
    for name in names:
        assert higher.column(name)[0] >= lower.column(name)[0] - 1e-12, f"{name} fell"


@pytest.mark.parametrize("code", ASKED)
def test_missing_stale_and_invalid_are_features_of_their_own(code: str) -> None:
    instrument = KNOWN[code]
    calm: list[int | None] = [instrument.coding.low] * instrument.items
    nobody = student(responses=[])
    old = student(responses=[row(code, calm, days=300)])
    blank = student(responses=[row(code, [None] * instrument.items)])
    now = student(responses=[row(code, calm)])
    both = student(responses=[row(code, calm, days=300), row(code, [None] * instrument.items)])
    matrix = built([nobody, old, blank, now, both], code)
    found = {name: matrix.column(f"{code}_{name}").tolist() for name in ("missing", "stale", "invalid")}
    assert found == {"missing": [1, 1, 1, 0, 1], "stale": [0, 1, 0, 0, 1], "invalid": [0, 0, 1, 0, 1]}


def test_a_score_is_read_within_its_own_stage_and_sex_and_shown_in_its_own_points() -> None:
    groups = {"all": Group(6, 5, 100), "junior|female": Group(8, 4, 50)}
    reference = Reference({"phq9": {"total": groups}})
    twelve = [row("phq9", [2, 2, 2, 2, 2, 2, 0, 0, 0])]
    girl, boy = student("a", responses=twelve), student("b", responses=twelve, sex="male")
    matrix = built([girl, boy], "phq9", reference=reference)
    assert matrix.column("phq9_total").tolist() == [pytest.approx((12 - 8) / 4), pytest.approx((12 - 6) / 5)]
    assert matrix.figure("phq9_total").tolist() == [12, 12]


def test_a_protective_score_is_turned() -> None:
    """A lower resilience is the more adverse one, and nothing known stands at the best there is."""

    def given_total(value: float) -> Request:
        return student(scores=[{"instrument": "cdrisc10", "scale": "total", "value": value, "administered_on": AS_OF}])

    matrix = built([given_total(35), given_total(10), student()], "cdrisc10")
    high, low, none = matrix.column("cdrisc10_total")
    assert none < high < low
    assert matrix.figure("cdrisc10_total").tolist() == [35, 10, 40]


def test_no_score_of_one_questionnaire_is_read_as_that_of_another() -> None:
    names = [feature.name for feature in catalogue(KNOWN.values())]
    assert len(names) == len(set(names))
    request = student(responses=[row("cesd", [3] * 20)])
    matrix = built([request], "phq9", "cesd")
    assert matrix.column("phq9_missing").tolist() == [1]
    assert matrix.figure("phq9_total").tolist() == [0]
    assert matrix.figure("cesd_total").tolist() == [48]


def test_reference_figures_come_from_the_newest_valid_sheet_of_each_student_and_no_later_one() -> None:
    requests = [
        student(f"s{n}", responses=[row("phq9", [n % 3] * 9), row("phq9", [3] * 9, days=50), row("phq9", [None] * 9)])
        for n in range(40)
    ]
    records, everyone = records_of_requests(requests), np.ones(40, dtype=bool)
    today, before = date_to_day(AS_OF), date_to_day(days_before(20))
    now = make_reference(records, {"phq9": KNOWN["phq9"]}, today, everyone).groups["phq9"]["total"]
    assert set(now) == {"all", "junior", "junior|female"}
    assert now["all"].mean == pytest.approx(np.mean([9 * (n % 3) for n in range(40)]))
    then = make_reference(records, {"phq9": KNOWN["phq9"]}, before, everyone).groups["phq9"]["total"]
    assert then["all"].mean == 27
    assert then["all"].sd > 0, "a spread of nothing cannot divide"
