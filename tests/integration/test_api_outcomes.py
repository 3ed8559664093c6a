"""`POST /outcomes`: kept once, validated by field, and a person's word that closes evidence."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data_schemas.dataset import read_dataset
from models import read_policy
from serving.followup import follow_up_list, publish_screening
from serving.store import audit_rows, evidence_of, open_evidence, outcomes_between, school_ids
from tests.api_state import NOW, Api, days_ago, make_api, phq9, record
from tests.replayable import replayable_city

PLAN = [2, 2, 2, 2, 2, 2, 2, 2, 3]


@pytest.fixture
def api(tmp_path: Path) -> Api:
    return make_api(tmp_path)


def outcome(**fields: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "student_id": "S-1077",
        "observed_on": days_ago(0),
        "kind": "interview",
        "level": 1,
        "selection_reason": "floor",
        "selection_prob": 0.9,
        "interviewer": "I-1",
        "saw_score": True,
    }
    return {name: value for name, value in (plain | fields).items() if value is not None}


def send(api: Api, *rows: dict[str, Any], key: str | None = None) -> Any:
    return api.post("/outcomes", {"outcomes": list(rows)}, key)


def test_a_row_is_recorded_once_and_a_correction_beside_it(api: Api) -> None:
    first = send(api, outcome(), outcome(student_id="S-2", kind="referral", level=2, interviewer=None))
    assert (first.status_code, first.json()["recorded"], first.json()["known"]) == (200, 2, 0)
    again = send(api, outcome(), outcome(student_id="S-3"))
    assert (again.json()["recorded"], again.json()["known"]) == (1, 1)
    assert [one["status"] for one in again.json()["results"]] == ["known", "recorded"]
    assert send(api, outcome(level=2)).json()["recorded"] == 1
    kept = {(one.outcome.student_id, one.outcome.kind): one for one in outcomes_between(api.state.store)}
    assert kept["S-1077", "interview"].outcome.level == 2, "the one recorded last holds"
    assert kept["S-1077", "interview"].client == "city"
    assert len(kept) == 3
    events = [event for event in audit_rows(api.state.store) if event.action == "outcome.recorded"]
    assert [event.object_id for event in reversed(events)] == ["S-1077", "S-2", "S-3", "S-1077"]


def test_an_unknown_student_is_kept_and_said(api: Api) -> None:
    answer = send(api, outcome(student_id="S-nobody", kind="crisis_event", level=3)).json()
    assert (answer["identity_to_check"], answer["results"][0]["student"]) == (1, "identity_to_check")
    (kept,) = outcomes_between(api.state.store)
    assert (kept.outcome.student_id, kept.school_id) == ("S-nobody", "unassigned")


def test_an_interview_closes_what_it_assessed_and_danger_needs_two(api: Api) -> None:
    send_record = record(responses=[phq9(PLAN, days_ago=0)])
    assert api.post("/score", send_record).json()["tier"]["code"] == "crisis"
    before = {row.floor.id for row in open_evidence(api.state.store, "S-1077")}
    assert before
    alone = send(api, outcome(level=1)).json()
    left = open_evidence(api.state.store, "S-1077")
    assert left, "one person does not close danger"
    assert {row.floor.tier.code for row in left} == {"crisis"}
    assert alone["evidence_closed"] == len(evidence_of(api.state.store, "S-1077")) - len(left)
    both = send(api, outcome(level=1, second_interviewer="I-2")).json()
    assert both["evidence_closed"] == len(left)
    assert open_evidence(api.state.store, "S-1077") == []
    closed = evidence_of(api.state.store, "S-1077")[0]
    assert (closed.closed_by, closed.reason) == ("city", f"interview of {days_ago(0)}")
    said = api.post("/score", send_record).json()
    assert (said["tier"]["code"], said["tier_source"]) != ("crisis", "floor"), "the same sheet opens nothing anew"


def test_nobody_named_closes_nothing(api: Api) -> None:
    api.post("/score", record(responses=[phq9(PLAN, days_ago=0)]))
    assert send(api, outcome(interviewer=None, level=0)).json()["evidence_closed"] == 0
    assert send(api, outcome(observed_on=days_ago(3), level=0)).json()["evidence_closed"] == 0, "before it was known"


FAULTS = {
    "no such field": ({"note": "x"}, "outcomes[1].note", "there is no such field"),
    "a level that is none": ({"level": 4}, "outcomes[1].level", "less than or equal to 3"),
    "a level in words": ({"level": "2"}, "outcomes[1].level", "a whole number is needed"),
    "a chance above one": ({"selection_prob": 1.5}, "outcomes[1].selection_prob", "less than or equal to 1"),
    "an unknown kind": ({"kind": "agree"}, "outcomes[1].kind", "'interview'"),
    "a tier of the model's": ({"kind": "tier"}, "outcomes[1].kind", "'interview'"),
    "an unknown stream": ({"selection_reason": "mood"}, "outcomes[1].selection_reason", "'ranked'"),
    "a day to come": ({"observed_on": days_ago(-1)}, "outcomes[1].observed_on", "has not come yet"),
    "recorded before it was": ({"recorded_on": days_ago(9)}, "outcomes[1].recorded_on", "before observed_on"),
    "the same person twice": ({"second_interviewer": "I-1"}, "outcomes[1].second_interviewer", "another person"),
    "an id with a blank": ({"student_id": "Wang Fang"}, "outcomes[1].student_id", "an id holds no U+0020 SPACE"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_by_its_path_and_nothing_is_kept(api: Api, fault: str) -> None:
    fields, path, words = FAULTS[fault]
    answer = send(api, outcome(student_id="S-2"), outcome(**fields))
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    named = {error["field"]: error["problem"] for error in answer.json()["errors"]}
    assert words in named[path], named
    assert outcomes_between(api.state.store) == []


@pytest.mark.parametrize(
    ("body", "status"), [({"outcomes": []}, 422), ({"outcomes": {}}, 422), ([], 422), ({}, 422), (b"{", 400)]
)
def test_an_envelope_that_is_none(api: Api, body: Any, status: int) -> None:
    assert api.post("/outcomes", body).status_code == status


def test_a_key_needs_the_scope_and_holds_for_its_schools(api: Api) -> None:
    assert send(api, outcome(), key=api.key("score", "explain")).status_code == 403
    narrow = api.key("outcomes", schools=("B",))
    refused = send(api, outcome(student_id="S-2", school_id="B"), outcome(school_id="A"), key=narrow)
    assert refused.status_code == 403
    assert [error["field"] for error in refused.json()["errors"]] == ["outcomes[1].student_id"]
    assert outcomes_between(api.state.store) == []
    assert send(api, outcome(student_id="S-9"), key=narrow).status_code == 200
    (kept,) = outcomes_between(api.state.store)
    assert kept.school_id == "B", "the one school that the key has"


def test_a_screening_keeps_the_datasets_outcomes_and_heeds_those_sent(tmp_path: Path) -> None:
    api = make_api(tmp_path / "home")
    store, policy = api.state.store, read_policy()
    dataset = read_dataset_of(tmp_path / "city")
    day = dataset.description.as_of
    first = publish_screening(store, dataset, day, None, policy, NOW)
    kept = outcomes_between(store)
    frame = dataset.tables["outcomes"]
    assert len(kept) == len(frame)
    assert {one.run_id for one in kept} == {first.run_id}
    assert {one.school_id for one in kept} == set(dataset.students["school_id"])
    again = publish_screening(store, dataset, day, None, policy, NOW)
    assert again.published is False
    lists = [follow_up_list(store, school, NOW, False, policy) for school in school_ids(store)]
    checked = next(line for listed in lists for line in listed.immediate)
    student, school = checked.pupil.student_id, checked.pupil.school_id
    told = {"observed_on": day.isoformat(), "recorded_on": day.isoformat(), "second_interviewer": "I-2", "level": 2}
    assert send(api, outcome(student_id=student, **told)).json()["evidence_closed"] > 0
    later = publish_screening(store, dataset, day, None, policy, NOW + timedelta(hours=1))
    assert later.published is True, "what was sent makes it another screening"
    listed = follow_up_list(store, school, NOW, False, policy)
    (line,) = [e for e in (*listed.immediate, *listed.week, *listed.below) if e.pupil.student_id == student]
    assert (line.assessment.tier.code, line.assessment.tier_source) == ("priority", "human")
    assert len(outcomes_between(store)) == len(frame) + 1
    assert publish_screening(store, dataset, day, None, policy, NOW).published is False


def read_dataset_of(folder: Path) -> Any:
    replayable_city(folder, 300)
    return read_dataset(folder)
