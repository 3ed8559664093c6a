"""What holds for every sheet of every questionnaire, whatever was answered and whatever was left blank."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_schemas.instruments import (
    CRITICAL_STATUSES,
    Coding,
    Instrument,
    Scores,
    packaged_instruments,
    score_rows,
    score_sheets,
)
from runxin.errors import UserError
from tests.examples import examples
from tests.reference_scoring import Sheet, reference

KNOWN = packaged_instruments()
ASKED = sorted(code for code, one in KNOWN.items() if one.form == "items")
MANY = settings(max_examples=examples(150))


def scored(one: Instrument, sheets: list[Sheet], coding: str | None = None) -> Scores:
    answers = np.array([[np.nan if a is None else a for a in sheet] for sheet in sheets], dtype=float)
    return score_sheets(one, answers, coding or one.coding.variant)


@st.composite
def answered(draw: st.DrawFn, coding: Coding | None = None, code: str | None = None) -> tuple[Instrument, Sheet]:
    """A questionnaire and answers to it; how many are blank is drawn first, so that few and many are both seen."""
    one = KNOWN[code or draw(st.sampled_from(ASKED))]
    used = coding or one.coding
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    answers: Sheet = [int(answer) for answer in rng.integers(used.low, used.high + 1, one.items)]
    if draw(st.booleans()):  # calm sheets with a few loud answers
        answers = [answer if rng.random() < 0.2 else used.low for answer in answers]
    blanks = draw(st.one_of(st.integers(0, one.most_missing + 1), st.integers(0, one.items)))
    for item in rng.permutation(one.items)[:blanks]:
        answers[item] = None
    return one, answers


@given(answered())
@MANY
def test_the_scorer_agrees_with_the_slow_one(drawn: tuple[Instrument, Sheet]) -> None:
    one, answers = drawn
    scores, expected = scored(one, [answers]), reference(one, answers)
    for place, score in enumerate(one.scores):
        value = expected.values[score.code]
        assert scores.values[0, place] == pytest.approx(np.nan if value is None else value, nan_ok=True), score.code
    assert scores.n_missing[0] == expected.n_missing
    assert CRITICAL_STATUSES[scores.critical[0]] == expected.critical
    assert scores.void[0] == expected.void
    assert scores.valid[0] == (expected.values["total"] is not None and not expected.void)


@given(answered(), st.data())
@MANY
def test_a_more_adverse_answer_never_lowers_an_adverse_score(
    drawn: tuple[Instrument, Sheet], data: st.DataObject
) -> None:
    one, answers = drawn
    given_items = [place for place, answer in enumerate(answers) if answer is not None]
    if not given_items:
        return
    place = data.draw(st.sampled_from(given_items))
    answer = answers[place]
    assert answer is not None
    worst = one.coding.low if place + 1 in one.turned else one.coding.high
    raised: Sheet = list(answers)
    raised[place] = data.draw(st.integers(min(answer, worst), max(answer, worst)))
    scores = scored(one, [answers, raised])
    for column, score in enumerate(one.scores):
        before, after = scores.values[:, column]
        if np.isnan(before) or np.isnan(after) or score.polarity == "neutral":
            continue
        assert after >= before if score.polarity == "adverse" else after <= before, score.code
    assert (scores.proven[1] >= scores.proven[0])[[score.polarity == "adverse" for score in one.scores]].all()
    assert scores.critical[1] >= scores.critical[0]


@given(answered(), st.data())
@MANY
def test_a_blank_is_never_worth_less_than_the_lowest_answer(
    drawn: tuple[Instrument, Sheet], data: st.DataObject
) -> None:
    one, answers = drawn
    place = data.draw(st.integers(0, one.items - 1))
    calm: Sheet = list(answers)
    calm[place] = one.coding.high if place + 1 in one.turned else one.coding.low
    blank: Sheet = list(answers)
    blank[place] = None
    scores = scored(one, [calm, blank])
    adverse = [score.polarity == "adverse" for score in one.scores]
    assert (scores.proven[1] >= scores.proven[0])[adverse].all()
    assert scores.critical[1] >= scores.critical[0], "a blank critical item is never safer than a no"
    rightly_skipped = {item for branch in one.branches for item in branch.skips}
    if place + 1 in {critical.item for critical in one.critical} - rightly_skipped:
        assert scores.critical[1] > 0, "unknown or positive, never negative"


@given(st.sampled_from(ASKED), st.data())
@settings(max_examples=examples(40))
def test_a_sheet_scores_the_same_alone_and_among_others(code: str, data: st.DataObject) -> None:
    """Also where there are more sheets than are worked on at a time."""
    one = KNOWN[code]
    sheets = [data.draw(answered(code=code))[1] for _ in range(3)]
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    others = rng.integers(one.coding.low, one.coding.high + 1, (700, one.items)).astype(float)
    mine = np.array([[np.nan if a is None else a for a in sheet] for sheet in sheets], dtype=float)
    places = np.sort(rng.choice(700, 3, replace=False))
    others[places] = mine
    variant = one.coding.variant
    together = score_sheets(one, others, variant).take(places)
    for row in range(3):
        alone = score_sheets(one, mine[row : row + 1], variant)
        for name in ("values", "proven", "least", "mean", "answers", "n_missing", "critical", "void"):
            np.testing.assert_array_equal(getattr(alone, name)[0], getattr(together, name)[row], err_msg=name)


@pytest.mark.parametrize(
    ("code", "variant"), [(code, coding.variant) for code in ASKED for coding in KNOWN[code].codings[1:]]
)
@given(st.data())
@settings(max_examples=examples(40))
def test_another_coding_is_brought_to_the_definition_s_own(code: str, variant: str, data: st.DataObject) -> None:
    one = KNOWN[code]
    coding = one.coding_of(variant)
    _, answers = data.draw(answered(coding=coding, code=code))
    scores, expected = scored(one, [answers], variant), reference(one, answers, coding)
    value = expected.values["total"]
    assert scores.total[0] == pytest.approx(np.nan if value is None else value, nan_ok=True)
    plain = np.array([[np.nan if a is None else a for a in answers]] * 2, dtype=float)
    mixed = score_rows(one, plain, [variant, variant])
    np.testing.assert_array_equal(mixed.total[:1], scores.total)


@given(answered(), st.data())
@MANY
def test_an_answer_out_of_range_is_named_and_nothing_is_clipped(
    drawn: tuple[Instrument, Sheet], data: st.DataObject
) -> None:
    one, answers = drawn
    place = data.draw(st.integers(0, one.items - 1))
    wrong = data.draw(st.sampled_from([one.coding.low - 1, one.coding.high + 1, 0.5, 1e9, -1e9, float("inf")]))
    sheets = np.array([[np.nan if a is None else a for a in answers]] * 3, dtype=float)
    sheets[1, place] = wrong
    with pytest.raises(UserError, match="outside the coding") as refused:
        score_sheets(one, sheets, one.coding.variant)
    assert [(p.row, p.column) for p in refused.value.problems] == [(2, f"item_{place + 1}")]
    assert f"from {one.coding.low} to {one.coding.high}" in refused.value.problems[0].what
