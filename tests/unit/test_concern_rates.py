"""How many reports of each kind a dataset has, before a kind is switched on."""

from datetime import timedelta

import pytest

from data_schemas.calendar import date_to_day
from models import records_of_requests
from models.concern_rates import ConcernRate, concern_rates
from tests.students import AS_OF, POLICY, Request, concern, days_before, student


def rates(*requests: Request) -> dict[str, ConcernRate]:
    found = concern_rates(records_of_requests(list(requests)), POLICY, date_to_day(AS_OF))
    return {rate.kind.code: rate for rate in found}


def test_reports_per_thousand_students_and_week() -> None:
    """Ten students during 70 days, from the first report on, are 100 weeks."""
    first = [concern("mood_abnormal", days_before(69)), concern("bullying", days_before(5))]
    found = rates(student("S-0", concerns=first), *(student(f"S-{n}") for n in range(1, 10)))
    assert found["mood_abnormal"].student_weeks == 100
    assert (found["mood_abnormal"].reports, found["mood_abnormal"].per_thousand) == (1, 10.0)
    assert (found["bullying"].use, found["sleep_short"].use, found["self_harm"].use) == (
        "lead",
        "class_task",
        "evidence",
    )
    assert found["sleep_short"].per_thousand == 0.0
    assert list(found)[:2] == ["mood_abnormal", "bullying"], "the most frequent first, then by the vocabulary"


def test_one_report_exported_again_counts_once_and_what_was_denied_not_at_all() -> None:
    told = concern("mood_abnormal", days_before(6))
    rows = [told, told, {**told, "source": "parent"}, concern("bullying", value="no")]
    found = rates(student(concerns=rows))
    assert (found["mood_abnormal"].reports, found["bullying"].reports) == (1, 0)


@pytest.mark.parametrize(
    ("more", "weeks"),
    [
        ({}, 10.0),
        ({"enrolled_on": days_before(34)}, 5.0),
        ({"left_on": days_before(34)}, 5.0),
        ({"feeds": [{"table": "concerns", "covered_from": days_before(34), "covered_to": AS_OF}]}, 5.0),
        ({"feeds": [{"table": "concerns", "covered_from": days_before(400), "covered_to": days_before(35)}]}, 5.0),
        ({"enrolled_on": AS_OF + timedelta(days=9)}, 0.0),
    ],
    ids=["all the time", "came", "left", "covered since", "covered until", "comes later"],
)
def test_only_weeks_at_school_and_within_the_feed_count(more: Request, weeks: float) -> None:
    found = rates(student(concerns=[concern("mood_abnormal", days_before(69))], **more))["mood_abnormal"]
    assert found.student_weeks == weeks
    assert found.per_thousand == (1000 / weeks if weeks else 0.0)


def test_without_any_report_nothing_is_divided() -> None:
    assert {rate.per_thousand for rate in rates(student(concerns=None)).values()} == {0.0}
