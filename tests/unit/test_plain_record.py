"""When what a platform sends without a receipt or a day of record became known: when it arrived."""

from datetime import UTC, date, datetime

from serving.api.reading import plain_record, read_as
from serving.api.request import ScoreRequest

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # ten in the morning in the schools
TODAY = date(2026, 11, 20)
SHEET = {"instrument": "phq9", "administered_on": "2026-11-18", "answers": [0, 0, 0, 0, 0, 0, 0, 0, 2]}
WHO = {"student_id": "S-1", "stage": "junior", "grade": 8, "sex": "female"}


def test_what_came_without_a_receipt_is_known_when_the_request_arrives() -> None:
    reports = [{"kind": "suicide_intent", "reported_on": "2026-11-18"}]
    record = plain_record(read_as(ScoreRequest, {**WHO, "responses": [SHEET], "concerns": reports}), TODAY, NOW)
    assert record["responses"][0]["received_at"] == datetime(2026, 11, 20, 10, 0)
    assert record["concerns"][0]["recorded_on"] == TODAY


def test_what_is_said_of_receipt_and_record_stands() -> None:
    sheet = {**SHEET, "received_at": "2026-11-19T09:00:00"}
    reports = [{"kind": "suicide_intent", "reported_on": "2026-11-18", "recorded_on": "2026-11-19"}]
    record = plain_record(read_as(ScoreRequest, {**WHO, "responses": [sheet], "concerns": reports}), TODAY, NOW)
    assert record["responses"][0]["received_at"] == datetime(2026, 11, 19, 9, 0)
    assert record["concerns"][0]["recorded_on"] == date(2026, 11, 19)


def test_on_an_earlier_as_of_date_it_counts_all_the_same() -> None:
    record = plain_record(read_as(ScoreRequest, {**WHO, "responses": [SHEET]}), date(2026, 11, 19), NOW)
    assert record["responses"][0]["received_at"].date() == date(2026, 11, 19)
