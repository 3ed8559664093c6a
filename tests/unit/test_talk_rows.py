"""A row for each talk on its day: what was known by then, and nothing of that talk itself."""

from datetime import date
from typing import Any

import numpy as np

from data_schemas.calendar import date_to_day
from data_schemas.dataset import NEED_90D
from models import records_of_requests
from models.features import Recipe, catalogue
from models.policy import read_policy
from models.reference import Reference
from tests.students import AS_OF, concern, days_before, interview, student
from training.cohorts.cohort import Cohort
from training.cohorts.talk_rows import ONE_LOOK, talk_rows

RECIPE = Recipe(catalogue([]), {}, Reference({}), read_policy().staleness)


def rows(*outcomes: Any, until: date = AS_OF, **fields: Any) -> Cohort | None:
    records = records_of_requests([student(outcomes=list(outcomes), **fields)])
    return talk_rows(records, NEED_90D, RECIPE, date_to_day(until))


def found(*outcomes: Any, **fields: Any) -> Cohort:
    made = rows(*outcomes, **fields)
    assert made is not None
    return made


def test_the_talk_itself_is_the_outcome_and_no_feature() -> None:
    one = found(interview(days_before(30), level=2))
    assert one.outcome.tolist() == [1.0]
    assert one.matrix.column("talk_highest").tolist() == [0.0]
    assert one.index_day.tolist() == [date_to_day(days_before(30))]


def test_an_earlier_finding_is_a_feature_of_the_next_talk() -> None:
    both = found(interview(days_before(90), level=1), interview(days_before(30)))
    assert both.matrix.column("talk_highest").tolist() == [0.0, 1.0]
    assert both.outcome.tolist() == [0.0, 0.0]


def test_who_was_placed_by_a_person_is_left_out_until_a_talk_finds_less() -> None:
    three = [interview(days_before(90), level=2), interview(days_before(60), level=1), interview(days_before(30))]
    days = [date_to_day(days_before(days)) for days in (90, 30)]
    assert found(*three).index_day.tolist() == days, "at the second talk the student stood in 重点"


def test_a_second_look_at_the_same_is_no_row() -> None:
    near, far = interview(days_before(30 - ONE_LOOK)), interview(days_before(30 - ONE_LOOK - 1))
    assert len(found(interview(days_before(30)), near).outcome) == 1
    assert len(found(interview(days_before(30)), far).outcome) == 2


def test_a_report_of_the_day_of_the_talk_is_of_the_talk() -> None:
    reports = [concern("mood_abnormal", days_before(30)), concern("mood_abnormal", days_before(31))]
    one = found(interview(days_before(30)), concerns=reports)
    assert one.matrix.column("concern_mood_abnormal").tolist() == [1.0]


def test_a_crisis_within_the_horizon_is_an_outcome() -> None:
    crisis = interview(days_before(30), level=3) | {"kind": "crisis_event"}
    assert found(interview(days_before(60)), crisis).outcome.tolist() == [1.0]
    assert found(interview(days_before(130)), crisis).outcome.tolist() == [0.0]


def test_only_talks_by_named_persons_that_were_recorded_by_then() -> None:
    assert rows(interview(days_before(30), by=None)) is None
    assert rows(interview(AS_OF), until=days_before(1)) is None
    assert rows() is None


def test_a_row_counts_by_its_chance_where_one_is_recorded() -> None:
    talks = [interview(days_before(60)) | {"selection_prob": 0.25}, interview(days_before(30))]
    np.testing.assert_allclose(found(*talks).weight, [4.0, 1.0])
