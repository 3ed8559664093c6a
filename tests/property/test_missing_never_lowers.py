"""Unknown is not no: a blank answer or a sheet that cannot be scored never makes a student look better."""

from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models import Artifact, Assessment
from tests.examples import examples
from tests.strategies import ITEMS, sheets, students
from tests.students import Request, Row, assessed, sheet

MANY = settings(max_examples=examples(40))
SLACK = 1e-12  # sums in floating point


def compared(artifact: Artifact, below: Request, above: Request) -> tuple[Assessment, Assessment]:
    low, high = assessed([below], artifact)[0], assessed([above], artifact)[0]
    assert low.margin is not None
    assert high.margin is not None
    assert high.margin >= low.margin - SLACK, f"the margin fell from {low.margin} to {high.margin}"
    assert high.tier.ord >= low.tier.ord, f"the tier fell from {low.tier.code} to {high.tier.code}"
    return low, high


def with_sheets(request: Request, rows: list[Row]) -> Request:
    return {**request, "responses": rows}


@given(students(consent=False, collected=True), st.lists(sheets(most=200), min_size=1, max_size=4), st.data())
@MANY
def test_a_blank_answer_never_ranks_below_the_lowest_answer(
    artifact: Artifact, request: Request, rows: list[Row], data: st.DataObject
) -> None:
    """Any set of answers of any sheet left blank, against the same answers given as the lowest."""
    place = data.draw(st.integers(0, len(rows) - 1))
    several = len(rows[place]["answers"])
    # Not all of them: Hypothesis stumbles over a set that takes everything there is.
    items = data.draw(st.sets(st.integers(0, several - 1), min_size=1, max_size=several - 1))

    def changed(answer: int | None) -> list[Row]:
        answers = [answer if item in items else given for item, given in enumerate(rows[place]["answers"])]
        return [*rows[:place], {**rows[place], "answers": answers}, *rows[place + 1 :]]

    compared(artifact, with_sheets(request, changed(0)), with_sheets(request, changed(None)))


@given(students(consent=False, collected=True), sheets(most=200), st.data())
@MANY
def test_a_sheet_that_cannot_be_scored_never_lowers(
    artifact: Artifact, request: Request, row: Row, data: st.DataObject
) -> None:
    """A further sheet with three blanks or more is a reason to ask again, not a better result."""
    several = ITEMS[row["instrument"]]
    items = data.draw(st.sets(st.integers(0, several - 1), min_size=3, max_size=several - 1))
    answers = [None if item in items else given for item, given in enumerate(row["answers"])]
    compared(artifact, request, with_sheets(request, [*request["responses"], {**row, "answers": answers}]))


@given(students(consent=False, collected=True), sheets(most=90, answered=st.integers(0, 3)), st.data())
@MANY
def test_a_lower_sheet_of_the_same_day_never_lowers(
    artifact: Artifact, request: Request, row: Row, data: st.DataObject
) -> None:
    """Of two sheets on one day the higher counts."""
    lower = [data.draw(st.integers(0, answer)) for answer in row["answers"]]
    one = with_sheets(request, [*request["responses"], row])
    both = with_sheets(request, [*request["responses"], row, {**row, "answers": lower}])
    compared(artifact, one, both)


@given(students(consent=False, collected=True), st.data())
@MANY
def test_a_table_that_was_not_collected_never_ranks_below_an_empty_one(
    artifact: Artifact, request: Request, data: st.DataObject
) -> None:
    table = data.draw(st.sampled_from(["responses", "leaves", "concerns"]))
    plain = {**request, "feeds": [], "leave_totals": [], "scores": []}
    _, high = compared(artifact, {**plain, table: []}, {**plain, table: None})
    assert {"responses": "phq9", "leaves": "leave", "concerns": "concern"}[table] in high.data_quality.missing
    assert high.data_quality.confidence == "low"


@given(students(consent=False, collected=True), sheets(least=30, most=90, answered=st.integers(0, 3)))
@MANY
def test_a_score_that_went_stale_is_missing_and_asked_again(artifact: Artifact, request: Request, row: Row) -> None:
    assume(not any(other["instrument"] == row["instrument"] for other in (*request["responses"], *request["scores"])))
    old = {**row, "administered_on": row["administered_on"] - timedelta(days=200), "received_at": None}
    said = assessed([with_sheets(request, [*request["responses"], old])], artifact)[0]
    code = row["instrument"]
    assert (code, "stale") in {(one.instrument, one.why) for one in said.data_quality.retest}
    assert code in said.data_quality.missing
    assert not any(r.contribution < 0 and r.feature.startswith(code) for r in said.reasons), "a stale sheet gives ease"


def test_all_blank_is_asked_again_and_not_screened(artifact: Artifact) -> None:
    blank = {"student_id": "S-1", "stage": "junior", "sex": "male", "responses": [sheet("phq9", [None] * 9)]}
    said = assessed([blank], artifact)[0]
    assert not said.screened
    assert {one.why for one in said.data_quality.retest} == {"critical_blank", "unscored"}
