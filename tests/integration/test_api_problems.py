"""Whatever is wrong with a request is named by its field, in problem details, and never repeated."""

from pathlib import Path
from typing import Any

import pytest

from serving.api.problems import MEDIA_TYPE
from tests.api_state import Api, days_ago, make_api, phq9, record


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return make_api(tmp_path_factory.mktemp("home"))


FULL = [0] * 9
FAULTS = {
    "unknown field": (record(nickname="secret-7"), "nickname", "there is no such field"),
    "unknown field in a row": (record(responses=[phq9(FULL, mood=1)]), "responses[0].mood", "there is no such field"),
    "required field": ({k: v for k, v in record().items() if k != "stage"}, "stage", "this field is required"),
    "required grade": ({k: v for k, v in record().items() if k != "grade"}, "grade", "this field is required"),
    "a string for a number": (record(responses=[phq9(["1", *FULL[1:]])]), "responses[0].answers[0]", "whole number"),
    "a boolean for a number": (record(responses=[phq9([0, True, *FULL[2:]])]), "responses[0].answers[1]", "whole"),
    "a fraction": (record(responses=[phq9([0, 0, 1.5, *FULL[3:]])]), "responses[0].answers[2]", "whole number"),
    "outside the coding": (record(responses=[phq9([0, 0, 0, 4, *FULL[4:]])]), "responses[0].answers[3]", "from 0 to 3"),
    "too few answers": (record(responses=[phq9(FULL[1:])]), "responses[0].answers", "phq9 has 9 items"),
    "unknown questionnaire": (
        record(responses=[phq9(FULL) | {"instrument": "mood99"}]),
        "responses[0].instrument",
        "no questionnaire of this code",
    ),
    "a day that has not come": (record(responses=[phq9(FULL, days_ago=-2)]), "responses[0].administered_on", "after"),
    "an as-of day that has not come": (record(as_of=days_ago(-2)), "as_of", "has not come yet"),
    "a day that is none": (record(as_of="2026-02-30"), "as_of", "no such day"),
    "a day with an hour": (record(as_of="2026-02-03T00:00:00"), "as_of", "YYYY-MM-DD"),
    "a day as a number": (record(as_of=20260203), "as_of", "YYYY-MM-DD"),
    "an unknown stage": (record(stage="kindergarten"), "stage", "'primary'"),
    "an unknown concern": (
        record(concerns=[{"kind": "gossip", "reported_on": days_ago(1)}]),
        "concerns[0].kind",
        "'mood_abnormal'",
    ),
    "an unknown flag": (record(family=[{"flag": "tall", "value": "yes"}]), "family[0].flag", "'left_behind'"),
    "an unknown leave": (
        record(leaves=[{"type": "holiday", "start_on": days_ago(3), "end_on": days_ago(2)}]),
        "leaves[0].type",
        "'sick'",
    ),
    "an end before its start": (
        record(leaves=[{"type": "sick", "start_on": days_ago(3), "end_on": days_ago(4), "recorded_on": days_ago(1)}]),
        "leaves[0].end_on",
        "before start_on",
    ),
    "a total outside its range": (
        record(scores=[{"instrument": "phq9", "scale": "total", "value": 28, "administered_on": days_ago(2)}]),
        "scores[0].value",
        "from 0 to 27",
    ),
    "an age that is none": (record(age_years=300), "age_years", "less than or equal to 30"),
    "an id with spaces": (record(student_id="Wang Fang"), "student_id", "an id holds no U+0020 SPACE"),
    "outcomes are not sent here": (record(outcomes=[]), "outcomes", "there is no such field"),
    "not an object": ([1, 2], "record", "an object is needed"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_field_at_fault_is_named(api: Api, fault: str) -> None:
    content, field, words = FAULTS[fault]
    answer = api.post("/score", content)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == MEDIA_TYPE
    problem = answer.json()
    assert problem["type"] == "/docs#problem-422"
    assert problem["status"] == 422
    named = {error["field"]: error["problem"] for error in problem["errors"]}
    assert field in named, named
    assert words in named[field]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_are_refused_at_their_field(api: Api, number: str) -> None:
    body = b'{"student_id":"S-1","stage":"junior","grade":8,"sex":"male","age_years":%s}' % number.encode()
    answer = api.post("/score", body)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "field": "age_years",
            "problem": "a number is needed that is neither NaN nor infinite",
            "code": "out_of_range",
        }
    ]


@pytest.mark.parametrize(
    "content",
    [
        record(student_id="secret 77777", responses=[phq9([77777] + [0] * 8)]),
        record(stage="secret-77777"),
        record(as_of="secret-77777"),
        record(**{"secret 77777": 1}),
        record(responses=[phq9(["secret-77777"] + [0] * 8)]),
    ],
)
def test_no_value_is_repeated(api: Api, content: Any) -> None:
    answer = api.post("/score", content)
    assert answer.status_code == 422
    assert "77777" not in answer.text


@pytest.mark.parametrize("body", [b"", b"{", b"not json", b"\xff\xfe{}", b'{"a": "\xff"}', b"[" * 5000])
def test_what_is_not_json_is_malformed(api: Api, body: bytes) -> None:
    answer = api.post("/score", body)
    assert answer.status_code == 400
    assert answer.json()["title"] == "The request cannot be read"
    assert "the body is not JSON in UTF-8" in answer.json()["detail"]


def test_another_content_type_is_refused(api: Api) -> None:
    answer = api.post("/score", record(), headers={"content-type": "text/plain"})
    assert answer.status_code == 415
    assert answer.json()["detail"] == "send the body as application/json"


def test_a_wrong_address_is_a_problem(api: Api) -> None:
    answer = api.get("/nothing")
    assert (answer.status_code, answer.headers["content-type"]) == (404, MEDIA_TYPE)
    assert "listed at /docs" in answer.json()["detail"]


def test_a_wrong_method_is_a_problem(api: Api) -> None:
    answer = api.get("/score")
    assert (answer.status_code, answer.headers["content-type"]) == (405, MEDIA_TYPE)
    assert answer.headers["allow"] == "POST"


def test_a_wrong_query_is_named(api: Api) -> None:
    answer = api.get("/follow_up_list?limit=secret77777")
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"school_id", "limit"}
    assert "77777" not in answer.text


def test_a_bug_is_a_problem_with_a_reference(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret-77777")

    monkeypatch.setattr("serving.api.turns.prepare", fail)
    answer = api.post("/score", record())
    assert answer.status_code == 500
    assert answer.json()["instance"].startswith("urn:uuid:")
    assert "77777" not in answer.text


def test_a_database_that_is_away_is_said(tmp_path: Path) -> None:
    api = make_api(tmp_path)
    key = api.key()
    with api.state.store.writing() as connection:
        connection.exec_driver_sql("DROP TABLE entries")
    answer = api.post("/score", record(), key)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["detail"] == (
        "the database has other tables than this version (bring back a backup, or update runxin)"
    )
