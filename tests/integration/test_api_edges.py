"""The edges of a request's fields, over every field of their kind: absurd days, ids that cannot be seen, facts that
contradict each other. Each is named, spoils no other record, and is never a fault of the service."""

import copy
import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, get_args

import pytest
from pydantic import AfterValidator, BaseModel

from serving.api import fields
from serving.api.request import OutcomeRow, ScoreRequest
from tests.api_state import Api, days_ago, make_api, phq9, record


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return make_api(tmp_path_factory.mktemp("home"))


MOMENT = f"{days_ago(2)}T08:30:00+08:00"
FULL = record(
    as_of=days_ago(0),
    class_id="七(1)班",
    birth_date=days_ago(5000),
    age_years=13.7,
    enrolled_on=days_ago(500),
    responses=[phq9([0] * 9, 2, submitted_at=MOMENT, received_at=MOMENT, source_event_id="E-1")],
    scores=[
        {"instrument": "gad7", "scale": "total", "value": 3, "administered_on": days_ago(3), "received_at": MOMENT}
    ],
    leaves=[{"type": "sick", "start_on": days_ago(9), "end_on": days_ago(8), "recorded_on": days_ago(8)}],
    leave_totals=[{"until_on": days_ago(5), "recorded_on": days_ago(4), "window_days": 30, "days": 2}],
    family=[
        {
            "flag": "left_behind",
            "value": "yes",
            "valid_from": days_ago(300),
            "valid_to": days_ago(-30),
            "recorded_on": days_ago(200),
        }
    ],
    concerns=[{"kind": "mood_abnormal", "reported_on": days_ago(4), "recorded_on": days_ago(3)}],
    contacts=[{"contacted_on": days_ago(2), "recorded_on": days_ago(2)}],
    consents=[
        {"scope": "model_score", "given_on": days_ago(400), "withdrawn_on": days_ago(100), "valid_until": days_ago(-9)}
    ],
    features=[],
    feeds=[{"table": "leaves", "covered_from": days_ago(400), "covered_to": days_ago(0)}],
)
OUTCOME = {
    "student_id": "S-1",
    "school_id": "A",
    "observed_on": days_ago(3),
    "recorded_on": days_ago(2),
    "kind": "interview",
    "level": 1,
    "interviewer": "I-1",
    "second_interviewer": "I-2",
}
Place = tuple[str | int, ...]


def kinds_of(annotation: Any, metadata: tuple[Any, ...] = ()) -> Iterator[Any]:
    """Every type and validator that a field's annotation is made of."""
    yield annotation
    yield from metadata
    for part in get_args(annotation):
        yield from kinds_of(part)


def places(model: type[BaseModel], wanted: Any, place: Place = ()) -> Iterator[Place]:
    """Every field of a request whose annotation holds `wanted`, rows of lists by their first one."""
    for name, field in model.model_fields.items():
        kinds = list(kinds_of(field.annotation, tuple(field.metadata)))
        if any(kind is wanted or kind == wanted for kind in kinds):
            yield (*place, name)
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from places(kind, wanted, (*place, name, 0))


ID = AfterValidator(fields._id)
DAYS, TIMES, IDS = ([*places(ScoreRequest, kind)] for kind in (date, datetime, ID))
DAYS_OF_OUTCOMES, IDS_OF_OUTCOMES = ([*places(OutcomeRow, kind)] for kind in (date, ID))


def put(content: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """A copy with another value there; rows of `features` exist where a model has some."""
    changed = copy.deepcopy(content)
    if place[0] == "features":
        changed["features"] = [{"name": "mood", "value": 1, "observed_on": days_ago(3)}]
    inner: Any = changed
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value
    return changed


def path(place: Place) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)[1:]


def test_the_tables_below_reach_every_field(api: Api) -> None:
    assert api.post("/score?dry_run=true", FULL).status_code == 200, "the full record itself is fine"
    assert len(DAYS) == 24
    assert {path(place) for place in TIMES} == {
        "responses[0].submitted_at",
        "responses[0].received_at",
        "scores[0].received_at",
    }
    assert {path(place) for place in IDS} == {
        "student_id",
        "school_id",
        "class_id",
        "responses[0].source_event_id",
        "concerns[0].source_event_id",
    }
    assert {path(place) for place in DAYS_OF_OUTCOMES} == {"observed_on", "recorded_on"}
    assert {path(place) for place in IDS_OF_OUTCOMES} == {
        "student_id",
        "school_id",
        "interviewer",
        "second_interviewer",
    }


def batch_errors(api: Api, *faulty: dict[str, Any]) -> list[dict[str, str]]:
    """What is said of each record between the first and the last of a batch; those two are assessed."""
    answer = api.post("/score_batch", {"records": [record("S-before"), *faulty, record("S-after")]})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert [one["student_id"] for one in said["results"]] == ["S-before", "S-after"]
    assert [(one["index"], one["problem"]["status"]) for one in said["errors"]] == [
        (place, 422) for place in range(1, len(faulty) + 1)
    ]
    return [{error["field"]: error["problem"] for error in one["problem"]["errors"]} for one in said["errors"]]


def batch_error(api: Api, faulty: dict[str, Any]) -> dict[str, str]:
    return batch_errors(api, faulty)[0]


ABSURD = ("0001-01-01", "1899-12-31", "1979-12-31", "2036-01-01", "9999-12-31")


@pytest.mark.parametrize("place", DAYS, ids=path)
def test_an_absurd_day_is_named_and_spoils_no_other_record(api: Api, place: Place) -> None:
    every = batch_errors(api, *(put(FULL, place, day) for day in ABSURD))
    for day, said in zip(ABSURD, every, strict=True):
        assert "a day here lies from" in said[path(place)], day


def test_an_assessment_is_of_a_day_of_the_calendar(api: Api) -> None:
    said = batch_error(api, record(as_of="2009-12-31", responses=[]))
    assert said == {
        "as_of": "a day here lies from 2010-01-01 to 2035-12-31; an end that is not known is left out",
    }
    assert api.post("/score?dry_run=true", record(as_of="2010-01-01", responses=[])).status_code == 200


@pytest.mark.parametrize("place", [p for p in DAYS if p[-1] not in ("as_of", "birth_date")], ids=path)
def test_the_first_day_of_all_is_read(api: Api, place: Place) -> None:
    """Long before the calendar, and long after the as-of date: a field at most, never the service."""
    for day in ("1980-01-01", "2035-12-31"):
        answer = api.post("/score?dry_run=true", put(FULL, place, day))
        assert answer.status_code in (200, 422), day
        if answer.status_code == 422:
            assert path(place).split(".")[0] in answer.text, day


EXTREME = (
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59Z",
    "1979-12-31T23:59:59+08:00",
    "1980-01-01T00:00:00+14:00",  # the evening before, in the schools
    "2035-12-31T23:59:59-12:00",  # the day after, in the schools
)


@pytest.mark.parametrize("place", TIMES, ids=path)
def test_an_absurd_moment_is_named_and_spoils_no_other_record(api: Api, place: Place) -> None:
    every = batch_errors(api, *(put(FULL, place, moment) for moment in EXTREME))
    for moment, said in zip(EXTREME, every, strict=True):
        assert "a day here lies from 1980-01-01 to 2035-12-31" in said[path(place)], moment


@pytest.mark.parametrize("place", TIMES, ids=path)
def test_a_moment_to_come_is_named(api: Api, place: Place) -> None:
    said = batch_error(api, put(FULL, place, f"{days_ago(-1)}T00:00:00"))
    assert said[path(place)] == "this moment lies after the as-of date"
    assert batch_error(api, put(FULL, place, "2026-13-01T00:00:00"))[path(place)] == "there is no such moment"


@pytest.mark.parametrize("place", DAYS_OF_OUTCOMES, ids=path)
def test_an_absurd_day_of_an_outcome_is_named(api: Api, place: Place) -> None:
    for day in ABSURD:
        answer = api.post("/outcomes", {"outcomes": [OUTCOME, put(OUTCOME, place, day)]})
        assert answer.status_code == 422
        assert f"outcomes[1].{path(place)}" in {error["field"] for error in answer.json()["errors"]}


HIDDEN = {
    "\u200b": "U+200B ZERO WIDTH SPACE",
    "\u202e": "U+202E RIGHT-TO-LEFT OVERRIDE",
    "\u2066": "U+2066 LEFT-TO-RIGHT ISOLATE",
    "\ufeff": "U+FEFF ZERO WIDTH NO-BREAK SPACE",
    "\u00ad": "U+00AD SOFT HYPHEN",
    "\ue000": "U+E000 private character",
    "\uff17": "U+FF17 FULLWIDTH DIGIT SEVEN",
    " ": "U+0020 SPACE",
    "\x00": "U+0000 control character",
}


@pytest.mark.parametrize("place", IDS, ids=path)
def test_a_character_that_deceives_is_named_in_every_id(api: Api, place: Place) -> None:
    texts = {
        text: name
        for character, name in HIDDEN.items()
        for text in (f"S{character}7", f"{character}S7", f"S7{character}")
    }
    every = batch_errors(api, *(put(FULL, place, text) for text in texts))
    assert every == [{path(place): f"an id holds no {name}"} for name in texts.values()]


@pytest.mark.parametrize("place", IDS_OF_OUTCOMES, ids=path)
def test_a_character_that_deceives_is_named_in_every_id_of_an_outcome(api: Api, place: Place) -> None:
    answer = api.post("/outcomes", {"outcomes": [put(OUTCOME, place, f"S{character}7") for character in HIDDEN]})
    said = {error["field"]: error["problem"] for error in answer.json()["errors"]}
    expected = {f"outcomes[{row}].{path(place)}": f"an id holds no {name}" for row, name in enumerate(HIDDEN.values())}
    assert (answer.status_code, said) == (422, expected)


def test_half_a_character_is_no_id(api: Api) -> None:
    body = json.dumps(record()).replace("S-1077", r"\ud800").encode()
    assert api.post("/score", body).status_code == 422


NOT_SO = {
    "an age that is not the birth date's": (
        {"age_years": 9.0, "birth_date": days_ago(13 * 365)},
        "age_years",
        "more than a year apart",
    ),
    "an age that nobody of the grade has": ({"age_years": 7.0}, "age_years", "an age in grade 8 lies from 11 to 19"),
    "a birth date that nobody of the grade has": (
        {"age_years": None, "birth_date": "1985-01-01"},
        "birth_date",
        "an age in grade 8 lies from 11 to 19",
    ),
    "enrolled before birth": (
        {"birth_date": days_ago(14 * 365), "age_years": None, "enrolled_on": days_ago(15 * 365)},
        "enrolled_on",
        "before birth_date",
    ),
    "a grade of another stage": ({"stage": "primary", "grade": 11}, "grade", "has the grades 1 to 6"),
}


@pytest.mark.parametrize("case", NOT_SO)
def test_facts_that_contradict_each_other_are_named(api: Api, case: str) -> None:
    given, field, words = NOT_SO[case]
    said = batch_error(api, record(**given))
    assert list(said) == [field]
    assert words in said[field]
