"""A sheet that was hardly read may raise a tier and never lowers one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from models import Artifact
from tests.examples import examples
from tests.strategies import sheets, students
from tests.students import Request, Row, assessed

MANY = settings(max_examples=examples(40))


@given(students(consent=False, collected=True), sheets(most=200, answered=st.integers(0, 3)))
@MANY
def test_a_further_sheet_that_was_rushed_never_lowers_the_tier(artifact: Artifact, request: Request, row: Row) -> None:
    rushed, given_rows = {**row, "duration_s": 3.0}, [*request["responses"], *request["scores"]]
    alone = all(
        (one["instrument"], one["administered_on"]) != (row["instrument"], row["administered_on"]) for one in given_rows
    )
    before = assessed([request], artifact)[0]
    after = assessed([{**request, "responses": [*request["responses"], rushed]}], artifact)[0]
    assert after.tier.ord >= before.tier.ord, f"the tier fell from {before.tier.code} to {after.tier.code}"
    assert after.data_quality.confidence == "low" or not alone, "beside a sound one of the same day it is not needed"


@given(students(consent=False, collected=True), sheets(most=60, answered=st.integers(0, 3)))
@MANY
def test_the_score_is_that_of_the_answers_whatever_the_time_taken(
    artifact: Artifact, request: Request, row: Row
) -> None:
    """The margin does not depend on how a sheet was answered, so that more adverse answers never lower it."""
    plain, rushed = (
        assessed([{**request, "responses": [*request["responses"], {**row, "duration_s": seconds}]}], artifact)[0]
        for seconds in (600.0, 3.0)
    )
    assert plain.margin == rushed.margin
