"""What changed between two days sums exactly to the change of the margin, and each part is what it says."""

from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from data_schemas.codes import FamilyFlag
from models import Artifact, records_of_requests
from models.assessment import MarginChange
from models.changes import Earlier, changes
from tests.examples import examples
from tests.strategies import students
from tests.students import AS_OF, Request, assessed, concern, days_before, flag, phq9, student

MANY = settings(max_examples=examples(40))


def changed(request: Request, artifact: Artifact, since: date, margin: float | None = None) -> MarginChange:
    """From what was said on `since`, or a margin that another model gave then, to the as-of date."""
    then = assessed([request], artifact, as_of=since)[0].margin if margin is None else margin
    assert then is not None
    records = records_of_requests([request])
    return changes(records, AS_OF, artifact, {request["student_id"]: Earlier(since, then)})[request["student_id"]]


@given(students(consent=False), st.integers(1, 200), st.one_of(st.none(), st.floats(-4, 4)))
@MANY
def test_the_parts_are_the_whole(artifact: Artifact, request: Request, back: int, margin: float | None) -> None:
    since = days_before(back)
    today, that_day = assessed([request], artifact), assessed([request], artifact, as_of=since)
    assume(today and that_day)  # at school on both days
    now, then = today[0].margin, that_day[0].margin if margin is None else margin
    assert now is not None
    assert then is not None
    found = changed(request, artifact, since, margin)
    assert found.margin == pytest.approx(now - then, abs=1e-9)
    parts = sum(found.records.values()) + sum(found.time.values()) + found.model
    assert parts == pytest.approx(found.margin, abs=1e-9)
    if margin is None:
        assert found.model == pytest.approx(0.0, abs=1e-9), "the same model, and nothing was corrected"
    assert len(found.reasons) <= 3


def test_a_new_sheet_is_told_with_the_figure_of_then(artifact: Artifact) -> None:
    before = phq9(0, (1,) * 5 + (0,) * 3, on=days_before(60))
    request = student(responses=[before, phq9(0, (2,) * 8, on=days_before(2))])
    found = changed(request, artifact, days_before(30))
    assert found.records["questionnaire"] > 0.1
    assert found.time["questionnaire"] == pytest.approx(0.0, abs=1e-9)
    assert found.reasons[0].feature == "phq9_total"
    assert "16 分" in found.reasons[0].text.zh
    assert "此前 5" in found.reasons[0].text.zh
    assert "before: 5" in found.reasons[0].text.en


def test_a_sheet_that_went_out_of_date_is_time_passing(artifact: Artifact) -> None:
    found = changed(student(responses=[phq9(0, (2,) * 8, on=days_before(110))]), artifact, days_before(90))
    assert sum(found.records.values()) == pytest.approx(0.0, abs=1e-9)
    assert found.time["questionnaire"] != 0.0


def test_flags_and_reports_that_came_in_are_records_of_their_group(artifact: Artifact) -> None:
    known = [flag(code, "no", since=days_before(200)) for code in FamilyFlag.codes() if code != "orphan"]
    came = student(family=[*known, flag("orphan")], concerns=[concern("mood_abnormal")])
    found = changed(came, artifact, days_before(10))
    assert found.records["family"] > 0
    assert found.records["concern"] > 0
    assert sum(found.time.values()) == pytest.approx(0.0, abs=1e-9)


def test_another_model_is_what_is_left(artifact: Artifact) -> None:
    plain = student()
    then = assessed([plain], artifact, as_of=days_before(5))[0].margin
    assert then is not None
    assert changed(plain, artifact, days_before(5), then - 0.4).model == pytest.approx(0.4, abs=1e-9)
