"""Whose file a fact goes to: no key touches or is told of another school's student, and nothing is dropped."""

from pathlib import Path
from typing import Any

import pytest

from data_schemas.codes import Tier
from models.triage import Present, present_of
from serving.store import audit_rows, facts_of, read_school
from serving.store.students import UNASSIGNED
from tests.api_state import Api, make_api, phq9, promote, record, today
from tests.factories import assessment, floor, publish, student

DANGER, CALM = [2, 2, 2, 2, 2, 2, 2, 2, 3], [0] * 9


@pytest.fixture
def api(tmp_path: Path) -> Api:
    """Three schools; S-1 is on the roster of A with open danger, S-2 on that of B."""
    api = make_api(tmp_path)
    api.key(schools=("A", "B", "C"))
    said = [assessment("S-1", Tier.CRISIS, tier_source="floor", floors=(floor(),)), assessment("S-2", Tier.ROUTINE)]
    publish(api.state.store, said, students=[student("S-1", "A"), student("S-2", "B")])
    return api


def score(api: Api, student_id: str = "S-1", answers: list[int] | None = None, key: str | None = None, **f: Any) -> Any:
    sent = record(student_id, responses=[phq9(answers or CALM, days_ago=0)], **({"school_id": None} | f))
    return api.post("/score", sent, key)


def dry(api: Api, content: Any, key: str | None = None) -> Any:
    return api.post("/score?dry_run=true", content, key)


def told(api: Api, key: str, student_id: str = "S-1", **fields: Any) -> Any:
    row = {"student_id": student_id, "observed_on": str(today()), "kind": "interview", "level": 0}
    row |= {"interviewer": "I-1", "second_interviewer": "I-2"} | fields
    return api.post("/outcomes", {"outcomes": [row]}, key)


def now(api: Api, file: str) -> Present:
    facts = facts_of(api.state.store, [file], today())[file]
    return present_of([facts], api.state.policy, api.state.calendars.default)[0]


def strangers(api: Api, school: str) -> list[str]:
    return [one.student_id for one in read_school(api.state.store, school, today()).strangers]


def test_a_school_that_nobody_has_is_asked_about_whoever_sends_it(api: Api) -> None:
    """Of somebody on a roster too, and with a key of all schools."""
    said = score(api, answers=DANGER, key=api.key(), school_id="nowhere").json()
    assert (said["student"], said["recorded"]) == ("identity_to_check", True)
    for school in ("A", "B", "C"):
        assert strangers(api, school) == [f"S-1 (nowhere; {UNASSIGNED})"]
    assert [one.piece.key for one in now(api, "S-1").open] == [floor().evidence], "the student's own file stands"


@pytest.mark.parametrize(
    ("named", "file"), [("A", "S-1 (A; B)"), ("B", "S-1 (B)"), (None, "S-1 (B)"), ("nowhere", "S-1 (nowhere; B)")]
)
def test_what_a_key_sends_of_another_schools_student_has_a_file_of_its_own(
    api: Api, named: str | None, file: str
) -> None:
    key = api.key(schools=("B",))
    said = score(api, answers=DANGER, key=key, school_id=named).json()
    assert (said["student"], said["recorded"], said["student_id"]) == ("identity_to_check", True, "S-1")
    assert floor().evidence not in [one["evidence"] for one in said["floors"]], "what the other school knows"
    assert strangers(api, "B") == [file]
    assert now(api, file).tier is Tier.CRISIS, "danger is filed where somebody looks"
    assert [one.piece.key for one in now(api, "S-1").open] == [floor().evidence], "the student's own file stands"
    assert strangers(api, "A") == []


def test_a_calm_record_of_another_school_tells_nothing_of_the_danger_on_file(api: Api) -> None:
    said = score(api, key=api.key(schools=("B",))).json()
    assert (said["tier"]["code"], said["tier_source"], said["floors"]) == ("routine", "model", [])


def test_an_interview_of_another_school_closes_and_lowers_nothing(api: Api) -> None:
    key = api.key(schools=("B",))
    said = told(api, key).json()
    assert (said["evidence_closed"], said["results"][0]["student"]) == (0, "identity_to_check")
    assert (now(api, "S-1").tier, now(api, "S-1").words) == (Tier.CRISIS, ())
    assert told(api, key, assessed=[floor().evidence]).status_code == 422, "nor is it told whether there is any"
    own = told(api, api.key(schools=("A",)), assessed=[floor().evidence]).json()
    assert (own["evidence_closed"], own["results"][0]["student"]) == (1, "on_list")


def test_what_was_put_apart_is_the_students_once_the_roster_says_so(api: Api) -> None:
    score(api, answers=DANGER, key=api.key(schools=("B",)))
    moved = [assessment("S-1", Tier.ROUTINE), assessment("S-2", Tier.ROUTINE)]
    both = [student("S-1", "B"), student("S-2", "B")]
    publish(api.state.store, moved, students=both, fingerprint="f2", as_of=today())
    assert strangers(api, "B") == []
    assert len({one.piece.key for one in now(api, "S-1").open}) == 3, "with what the school before knew"


@pytest.mark.parametrize(("named", "said"), [("nowhere", "nowhere; "), (None, "")])
def test_a_misspelt_school_goes_to_the_schools_of_the_key(api: Api, named: str | None, said: str) -> None:
    score(api, "X-9", DANGER, api.key(schools=("A", "B")), school_id=named)
    file = f"X-9 ({said}A, B)"
    assert (strangers(api, "A"), strangers(api, "B"), strangers(api, "C")) == ([file], [file], [])
    score(api, "X-8", DANGER, school_id=named)
    assert all(f"X-8 ({said}{UNASSIGNED})" in strangers(api, school) for school in "ABC"), (
        "of a key for all schools: to everybody"
    )


def test_a_stranger_of_other_schools_is_neither_touched_nor_told_of(api: Api) -> None:
    """Also where nobody knows at which of them."""
    score(api, "X-9", DANGER, api.key(schools=("A", "B")))
    for other in (("C",), ("A", "C"), ("A",)):
        key = api.key(schools=other)
        said = score(api, "X-9", CALM, key).json()
        assert (said["tier"]["code"], said["floors"]) == ("routine", []), other
        assert told(api, key, "X-9", level=0).json()["evidence_closed"] == 0
        assert dry(api, record("X-9", school_id=None), key).status_code == 403
    assert now(api, "X-9 (A, B)").tier is Tier.CRISIS
    assert "X-9 (C)" in strangers(api, "C")


REFUSED = [("S-1", "B"), ("S-1", "A"), ("S-1", None), ("nobody", None), ("nobody", "B"), ("nobody", "A")]


@pytest.mark.parametrize(("student_id", "school"), REFUSED)
def test_a_dry_run_of_whom_the_key_may_not_read_is_refused_in_one_way(
    api: Api, student_id: str, school: str | None
) -> None:
    key = api.key(schools=("B",))
    before = audit_rows(api.state.store)
    answer = dry(api, record(student_id, school_id=school), key)
    words = "this student is not at one of this key's schools (a dry run reads what is on record)"
    assert (answer.status_code, answer.json()["detail"]) == (403, words)
    assert audit_rows(api.state.store) == before
    batch = {"records": [record(student_id, school_id=school), record("S-2", school_id="B")]}
    said = api.post("/score_batch?dry_run=true", batch, key).json()
    assert ([one["index"] for one in said["errors"]], [one["student_id"] for one in said["results"]]) == ([0], ["S-2"])


def test_a_dry_run_leaves_its_trail_and_nothing_else(api: Api) -> None:
    facts = facts_of(api.state.store, ["S-2"], today())
    sent = record("S-2", school_id="B", responses=[phq9(DANGER, days_ago=0)])
    said = dry(api, sent, api.key(schools=("B",))).json()
    assert (said["tier"]["code"], said["recorded"], said["entry_id"]) == ("crisis", False, None)
    event = audit_rows(api.state.store, 1)[0]
    assert (event.actor, event.action, event.purpose, event.object_id) == ("city", "student.read", "follow_up", "S-2")
    assert facts_of(api.state.store, ["S-2"], today()) == facts


def test_a_dry_run_says_what_the_record_would_be_answered(api: Api) -> None:
    promote(api)
    came = {"received_at": f"{today()}T00:00:01"}
    for student_id, answers in (("S-1", CALM), ("S-1", DANGER), ("S-2", DANGER), ("X-9", [3] * 8 + [0]), ("X-9", CALM)):
        sent = record(student_id, responses=[phq9(answers, days_ago=0, **came)], school_id=None)
        asked, said = dry(api, sent).json(), api.post("/score", sent).json()
        differing = {name for name in said if said[name] != asked[name]}
        assert differing <= {"recorded", "entry_id", "urgent"}, (student_id, differing)


@pytest.mark.parametrize("path", ["/score_batch", "/score_batch?dry_run=true"])
def test_of_the_same_student_twice_the_second_answer_sees_what_the_first_brought(api: Api, path: str) -> None:
    records = [record("S-2", responses=[phq9(answers, days_ago=0)]) for answers in (DANGER, CALM)]
    for one, day in zip(records, (0, 1), strict=True):
        one["responses"][0]["administered_on"] = phq9(CALM, days_ago=day)["administered_on"]
    first, second = api.post(path, {"records": records}).json()["results"]
    assert first["tier"]["code"] == second["tier"]["code"] == "crisis"
    assert first["floors"] == second["floors"] != []


def test_a_clock_starts_at_receipt_and_is_not_restarted_by_sending_again(api: Api) -> None:
    first = score(api, "S-2", DANGER).json()["urgent"]
    again = score(api, "S-2", DANGER).json()["urgent"]
    assert first is not None
    assert again == first


def test_a_positive_record_ends_blindness_at_once(api: Api) -> None:
    """S-2 is the only one at the school whom the lot may draw."""
    assert score(api, "S-2", CALM).json()["blind"] is True
    sent = record("S-2", responses=[phq9(DANGER, days_ago=0)])
    for said in (dry(api, sent).json(), api.post("/score", sent).json()):
        assert (said["blind"], said["tier"]["code"]) == (False, "crisis")


@pytest.mark.parametrize("made_up", ["suspended", "declined"])
def test_a_dry_run_with_a_made_up_absence_reveals_nobody(api: Api, made_up: str) -> None:
    away = {"type": "suspension", "start_on": str(today()), "recorded_on": str(today())}
    taken = {"scope": "screening", "given_by": "parent", "given_on": "2025-09-01", "withdrawn_on": str(today())}
    facts = {"leaves": [away]} if made_up == "suspended" else {"consents": [taken]}
    assert score(api, "S-2", CALM).json()["blind"] is True
    said = dry(api, record("S-2", school_id=None, **facts)).json()
    assert (said["blind"], said["tier"], said["floors"]) == (True, None, [])


def test_of_a_blind_student_neither_tier_nor_reasons_nor_totals_are_told(api: Api) -> None:
    promote(api)
    said = score(api, "S-2", [1, 1, 0, 0, 0, 0, 0, 0, 0]).json()
    hidden = ("tier", "tier_source", "probability", "margin", "base_value", "group_contributions", "uncertainty")
    assert [said[name] for name in hidden] == [None] * len(hidden)
    assert said["reasons"] == said["floors"] == said["instruments"] == said["data_quality"]["retest"] == []
