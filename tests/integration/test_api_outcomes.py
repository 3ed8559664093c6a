"""`POST /outcomes`: kept once, validated by field, and a person's word that closes evidence."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data_schemas.codes import Tier
from data_schemas.dataset import read_dataset
from data_schemas.zone import CHINA
from models import read_policy
from models.triage import Present, present_of
from serving.screening import publish_screening
from serving.store import audit_rows, facts_of, outcomes_between, school_ids
from serving.today import Entry, follow_up_list
from tests.api_state import NOW, Api, days_ago, make_api, phq9, record, today
from tests.known_schools import make_known
from tests.replayable import replayable_city

PLAN = [2, 2, 2, 2, 2, 2, 2, 2, 3]


@pytest.fixture
def api(tmp_path: Path) -> Api:
    """School A is known; nobody is on its roster."""
    api = make_api(tmp_path)
    make_known(api.state.store, ["A"])
    return api


def outcome(**fields: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "student_id": "S-1077",
        "school_id": "A",
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
    assert kept["S-1077 (A)", "interview"].outcome.level == 2, "the one recorded last holds"
    assert kept["S-1077 (A)", "interview"].client == "city"
    assert len(kept) == 3
    events = [event for event in audit_rows(api.state.store) if event.action == "outcome.recorded"]
    assert [event.object_id for event in reversed(events)] == [
        f"{one} (A)" for one in ("S-1077", "S-2", "S-3", "S-1077")
    ]


def test_an_unknown_student_is_kept_and_said(api: Api) -> None:
    answer = send(api, outcome(student_id="S-nobody", school_id=None, kind="crisis_event", level=3)).json()
    assert (answer["identity_to_check"], answer["results"][0]["student"]) == (1, "identity_to_check")
    (kept,) = outcomes_between(api.state.store)
    assert (kept.outcome.student_id, kept.school_id) == ("S-nobody (unassigned)", "unassigned")


def keys_of(said: Any) -> list[str]:
    """The keys of the evidence that an answer names."""
    return [floor["evidence"] for floor in said["floors"]]


def scored(api: Api, **fields: Any) -> Any:
    return api.post("/score", record(**({"responses": [phq9(PLAN, days_ago=0)]} | fields))).json()


def now(api: Api, student_id: str = "S-1077 (A)") -> Present:
    facts = facts_of(api.state.store, [student_id], today())[student_id]
    return present_of([facts], api.state.policy, api.state.calendars.default)[0]


def open_keys(api: Api) -> set[str]:
    return {one.piece.key for one in now(api).open}


def test_evidence_that_is_named_closes_and_no_other(api: Api) -> None:
    danger, other = keys_of(scored(api))[:2]
    assert now(api).tier.code == "crisis"
    answer = send(api, outcome(level=1, second_interviewer="I-2", assessed=[danger])).json()
    assert (answer["evidence_closed"], answer["evidence_reopened"]) == (1, 0)
    assert open_keys(api) == {other}
    said = scored(api)
    assert keys_of(said) == [other], "the same sheet opens nothing anew"
    assert said["tier"]["code"] == "priority"


def test_danger_takes_two_persons(api: Api) -> None:
    danger = keys_of(scored(api))[0]
    alone = send(api, outcome(level=1, assessed=[danger])).json()
    assert (alone["evidence_closed"], danger in open_keys(api)) == (0, True)
    assert now(api).lacks == "second_person"
    assert scored(api)["tier"]["code"] == "crisis"
    again = send(api, outcome(level=1, assessed=[danger], second_interviewer="I-2")).json()
    assert (again["evidence_closed"], danger in open_keys(api)) == (1, False)


def test_a_talk_without_a_list_closes_what_was_known_before_its_day_began(api: Api) -> None:
    received = (datetime.now(CHINA) - timedelta(days=2)).strftime("%Y-%m-%dT09:30:00")
    scored(api, responses=[phq9(PLAN, days_ago=3, received_at=received)])
    for days in (3, 2):
        told = outcome(observed_on=days_ago(days), second_interviewer="I-2", interviewer=f"K-{days}")
        assert send(api, told).json()["evidence_closed"] == 0, f"{days} days ago it was not known"
    blind = outcome(observed_on=days_ago(1), second_interviewer="I-2", selection_reason="audit")
    assert send(api, blind).json()["evidence_closed"] == 0
    unnamed = outcome(observed_on=days_ago(1), interviewer=None)
    assert send(api, unnamed).json()["evidence_closed"] == 0
    both = outcome(observed_on=days_ago(1), interviewer="I-7", second_interviewer="I-2")
    assert send(api, both).json()["evidence_closed"] == 2
    assert open_keys(api) == set()


def test_what_arrives_after_a_talk_of_the_same_day_stays_open(api: Api) -> None:
    """A sheet of yesterday that a platform sends without its receipt was not known here before today."""
    send(api, outcome(second_interviewer="I-2", level=0))
    said = scored(api, responses=[phq9(PLAN, days_ago=1)])
    assert (said["tier"]["code"], len(keys_of(said))) == ("crisis", 2)


def test_an_empty_list_closes_nothing(api: Api) -> None:
    received = (datetime.now(CHINA) - timedelta(days=2)).strftime("%Y-%m-%dT09:30:00")
    scored(api, responses=[phq9(PLAN, days_ago=3, received_at=received)])
    assert send(api, outcome(second_interviewer="I-2", assessed=[])).json()["evidence_closed"] == 0


@pytest.mark.parametrize("by_name", [True, False])
def test_a_correction_takes_back_what_the_corrected_record_closed(api: Api, by_name: bool) -> None:
    danger = keys_of(scored(api))[0]
    first = send(api, outcome(level=1, assessed=[danger], second_interviewer="I-2")).json()["results"][0]["record_id"]
    assert danger not in open_keys(api)
    fixed = outcome(level=1, assessed=[danger], **({"corrects": first, "interviewer": "I-9"} if by_name else {}))
    answer = send(api, fixed).json()
    assert (answer["recorded"], answer["evidence_reopened"]) == (1, 1)
    assert (danger in open_keys(api), len(now(api).words)) == (True, 1)
    assert scored(api)["tier"]["code"] == "crisis"


def test_a_correction_may_be_corrected_by_a_newer_export(api: Api) -> None:
    first = send(api, outcome(level=3)).json()["results"][0]["record_id"]
    send(api, outcome(level=2, corrects=first))
    send(api, outcome(level=1, recorded_on=days_ago(0)))
    assert [one.level for one in now(api).words] == [1]


def test_a_word_counts_at_once_and_puts_a_confirmed_crisis_into_review(api: Api) -> None:
    api.key(schools=("A",))
    scored(api, responses=[phq9([0] * 9)])
    send(api, outcome(level=3))
    said = scored(api, responses=[phq9([0] * 9)])
    assert (said["tier"]["code"], said["tier_source"], said["tier"]["state"]) == ("crisis", "human", "confirmed")
    assert now(api).in_review


@pytest.mark.parametrize(("kind", "level", "tier"), [("crisis_event", 3, "crisis"), ("referral", 2, "priority")])
def test_an_event_raises_and_only_a_later_talk_lowers_it(api: Api, kind: str, level: int, tier: str) -> None:
    known = {"kind": kind, "level": level, "interviewer": None, "observed_on": days_ago(2)}
    send(api, outcome(**known, recorded_on=days_ago(2)))
    assert scored(api, responses=[phq9([0] * 9)])["tier"]["code"] == tier
    send(api, outcome(level=0, observed_on=days_ago(2), second_interviewer="I-2"))
    assert now(api).tier.code == tier, "a talk of the same day may have been before it"
    send(api, outcome(level=0, observed_on=days_ago(1), second_interviewer="I-2"))
    assert now(api).tier.code == {"crisis": "priority", "priority": "routine"}[tier], "重点 for half a year"
    send(api, outcome(**known))
    assert now(api).tier.code == tier, "told today: no talk has looked into it"


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
    "evidence of nobody's": ({"assessed": ["R02:phq9:2:2020-01-01"]}, "outcomes[1].assessed[0]", "no such evidence"),
    "evidence without a person": ({"assessed": ["R02:x"], "interviewer": None}, "outcomes[1].interviewer", "a named"),
    "a correction of nothing": ({"corrects": "0" * 64}, "outcomes[1].corrects", "no such record of this student"),
    "a correction of no id": ({"corrects": "x"}, "outcomes[1].corrects", "not of the form"),
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


def test_a_record_of_another_student_is_not_corrected(api: Api) -> None:
    first = send(api, outcome()).json()["results"][0]["record_id"]
    assert send(api, outcome(student_id="S-2", corrects=first)).status_code == 422


def test_a_key_needs_the_scope(api: Api) -> None:
    assert send(api, outcome(), key=api.key("score", "explain")).status_code == 403
    assert outcomes_between(api.state.store) == []


def test_what_a_key_tells_of_its_one_school_is_filed_there(api: Api) -> None:
    narrow = api.key("outcomes", schools=("B",))
    assert send(api, outcome(student_id="S-9", school_id=None), key=narrow).status_code == 200
    (kept,) = outcomes_between(api.state.store)
    assert kept.school_id == "B"


def test_a_screening_keeps_the_datasets_outcomes_and_heeds_those_sent(tmp_path: Path) -> None:
    api = make_api(tmp_path / "home")
    store, policy = api.state.store, read_policy()
    dataset = read_dataset_of(tmp_path / "city")
    day = dataset.description.as_of
    first = publish_screening(store, dataset, day, None, policy, NOW)
    kept = outcomes_between(store)
    frame = dataset.tables["outcomes"]
    again = frame.duplicated(["student_id", "kind", "observed_on", "interviewer"]) & frame["interviewer"].notna()
    rows = len(frame) - int(again.sum()) - frame["corrects"].dropna().nunique()
    assert len(kept) == rows, "a newer export and a correction take the place of an earlier one"
    assert {one.run_id for one in kept} == {first.run_id}
    assert {one.school_id for one in kept} == set(dataset.students["school_id"])
    assert publish_screening(store, dataset, day, None, policy, NOW).published is False
    lists = [follow_up_list(store, school, NOW, False, policy) for school in school_ids(store)]
    checked = next(line for listed in lists for line in listed.queue("immediate"))
    student, school = checked.student.student_id, checked.student.school_id
    keys = [floor.evidence for floor in checked.floors]
    told = {"observed_on": day.isoformat(), "recorded_on": day.isoformat(), "second_interviewer": "I-2", "level": 2}
    assert send(api, outcome(student_id=student, school_id=None, assessed=keys, **told)).json()[
        "evidence_closed"
    ] == len(keys)

    def line() -> Entry:
        listed = follow_up_list(store, school, NOW, False, policy)
        found = [e for entries in listed.queues.values() for e in entries if e.student.student_id == student]
        return next(e for e in found if e.rank is not None)

    assert (line().tier, line().source) == (Tier.PRIORITY, "human"), "before any screening"
    later = publish_screening(store, dataset, day, None, policy, NOW + timedelta(hours=1))
    assert later.published is True, "what was sent makes it another screening"
    assert (line().tier, line().source) == (Tier.PRIORITY, "human")
    assert len(outcomes_between(store)) == rows + 1
    assert publish_screening(store, dataset, day, None, policy, NOW).published is False


def read_dataset_of(folder: Path) -> Any:
    replayable_city(folder, 300)
    return read_dataset(folder)


def test_of_two_that_were_sent_the_later_arrival_counts_whatever_day_it_states(api: Api) -> None:
    """The first is recorded today, the second, which found danger, states yesterday."""
    send(api, outcome(observed_on=days_ago(1), level=0))
    danger = outcome(observed_on=days_ago(1), level=3, second_interviewer="I-2", recorded_on=days_ago(1))
    send(api, danger)
    assert (now(api).tier, now(api).in_review) == (Tier.CRISIS, True)


def test_within_one_request_the_later_day_of_record_counts(api: Api) -> None:
    rows = [outcome(observed_on=days_ago(2), level=level, recorded_on=days_ago(on)) for level, on in ((2, 0), (0, 1))]
    send(api, *rows)
    assert now(api).tier is Tier.PRIORITY


def test_a_row_that_was_corrected_is_raised_again_by_naming_what_stands_now(api: Api) -> None:
    send(api, outcome(level=3))
    lower = send(api, outcome(level=1)).json()["results"][0]["record_id"]
    assert now(api).tier is Tier.WATCH
    assert send(api, outcome(level=3)).json()["results"][0]["status"] == "known"
    assert now(api).tier is Tier.WATCH, "a retry looks the same"
    assert send(api, outcome(level=3, corrects=lower)).json()["results"][0]["status"] == "recorded"
    assert now(api).tier is Tier.CRISIS
