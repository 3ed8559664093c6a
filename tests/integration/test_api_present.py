"""An answer is of the student now, whatever the record speaks of; a key that may not read why reads no sentence."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_schemas.calendar import date_to_day, default_calendar
from models.triage import Present, present_of
from serving.cases.store import keep_event
from serving.store import AuditEvent, facts_of
from serving.store.case_events import CaseEvent
from tests.api_state import Api, days_ago, make_api, phq9, record, today
from tests.known_schools import make_known

EMPTY: dict[str, Any] = {"responses": None}
PATHS = ("/score", "/score?dry_run=true")


@pytest.fixture
def api(tmp_path: Path) -> Api:
    made = make_api(tmp_path)
    make_known(made.state.store, ("A",))
    return made


def reported(kind: str, days: int = 4, source: str = "teacher") -> dict[str, Any]:
    day = days_ago(days)
    return record(responses=[], concerns=[{"kind": kind, "reported_on": day, "recorded_on": day, "source": source}])


def absent() -> dict[str, Any]:
    """On the last school day before today."""
    calendar, ago = default_calendar(), 1
    while not calendar.is_school_day(np.array([date_to_day(date.fromisoformat(days_ago(ago)))]))[0]:
        ago += 1
    day = days_ago(ago)
    row = {"type": "unexcused", "start_on": day, "end_on": day, "half_days": 2, "recorded_on": day}
    return record(responses=[], leaves=[row])


BLANK = record(responses=[phq9([0, 0, 0, 0, 0, 0, 0, 0, None], days_ago=1)])


def now(api: Api) -> Present:
    facts = facts_of(api.state.store, ["S-1077 (A)"], today())["S-1077 (A)"]
    return present_of([facts], api.state.policy, api.state.calendars.default)[0]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("before", [reported("bullying"), reported("mood_abnormal"), absent(), BLANK])
def test_an_empty_record_is_answered_with_what_is_open_and_due(api: Api, path: str, before: dict[str, Any]) -> None:
    api.post("/score", before)
    said = api.post(path, record(**EMPTY)).json()
    present = now(api)
    assert present.clock is not None
    assert [one["evidence"] for one in said["leads"]] == [one.piece.key for one in present.leads]
    assert [one["text"]["zh"] for one in said["leads"]] == [one.piece.floor.text.zh for one in present.leads]
    assert [(one["kind"], one["text"]["zh"]) for one in said["tasks"]] == [(t.kind, t.text.zh) for t in present.tasks]
    assert [one["why"] for one in said["data_quality"]["retest"]] == [one.why for one in present.retests]
    assert said["leads"] or said["tasks"] or said["data_quality"]["retest"]
    assert said["due"]["what"]["zh"] == present.clock.what.zh
    assert said["due"]["by"].startswith(present.clock.by.isoformat()[:16]) if present.clock.by else True


def test_a_lead_has_its_own_deadline_and_is_open_until_somebody_has_looked(api: Api) -> None:
    api.post("/score", reported("bullying", days=9))
    said = api.post("/score?dry_run=true", record(**EMPTY)).json()
    assert said["leads"][0]["look_by"] is not None
    assert said["due"]["overdue"] is True
    looked = record(**EMPTY) | {"contacts": [{"contacted_on": days_ago(0), "whom": "student"}]}
    done = api.post("/score", looked).json()
    assert (done["leads"], done["tasks"], done["due"]) == ([], [], None)


def test_what_a_record_asks_for_is_not_asked_once_it_was_done(api: Api) -> None:
    """The record alone would ask: what was done since it was recorded is on record."""
    told = {
        "student_id": "S-1077",
        "school_id": "A",
        "observed_on": days_ago(0),
        "kind": "interview",
        "level": 0,
        "interviewer": "I-1",
    }
    blank = record(responses=[phq9([0] * 8 + [None], days_ago=2, received_at=f"{days_ago(2)}T09:00:00")])
    assert api.post("/score", blank).json()["data_quality"]["retest"]
    api.post("/outcomes", {"outcomes": [told]})
    for content in (record(**EMPTY), blank):
        assert api.post("/score", content).json()["data_quality"]["retest"] == []


# Texts that are the same for everybody: the names of tiers, what is to be done, who is on duty, that nothing is proven.
FOR_EVERYBODY = (".tier.", ".notice.", "due.what.", ".urgent.who.", ".queues.title.")
OF_SOMEBODY = ("旷课", "欺凌", "情绪", "自杀", "第9题", "未作答", "总分", "PHQ", "（20", "absent without", "left blank")


def sentences(content: Any, path: str = "") -> list[str]:
    """Every text of an answer, with its place."""
    if isinstance(content, dict):
        return [line for key, one in content.items() for line in sentences(one, f"{path}.{key}")]
    if isinstance(content, list):
        return [line for one in content for line in sentences(one, path)]
    return [f"{path}: {content}"] if isinstance(content, str) else []


@pytest.mark.parametrize(
    "before",
    [
        absent(),
        reported("bullying", 0),
        reported("mood_abnormal"),
        reported("suicide_intent"),
        BLANK,
        record(responses=[phq9([1, 1, 1, 1, 1, 1, 1, 1, 2])]),
        record(responses=[phq9([2] * 7 + [1, 0])]),
    ],
)
def test_a_key_that_may_not_explain_reads_no_sentence_anywhere(api: Api, before: dict[str, Any]) -> None:
    narrow = api.key("score", "dry_run", "list", schools=("A",))
    answers = [api.post("/score", before, narrow).json()]
    answers.append(api.post("/score", record(**EMPTY), narrow).json())
    listed = api.get("/follow_up_list?school_id=A", narrow).json()
    found = [line for one in (*answers, listed) for line in sentences(one)]
    texts = [line for line in found if line.partition(": ")[0].endswith((".zh", ".en"))]
    assert not [line for line in texts if not any(place in line for place in FOR_EVERYBODY)]
    said = [line for line in texts if "due." in line]
    assert said
    assert not [line for line in said if any(word in line for word in OF_SOMEBODY)]
    assert any(entry["due"]["what"] for queue in listed["queues"] for entry in queue["entries"])


def test_a_task_says_what_to_do_and_its_reason_stands_apart(api: Api) -> None:
    api.post("/score", absent())
    (clock,) = [one for one in now(api).clocks if one.source == "task"]
    assert clock.what.zh == "当日联系学生与家长"
    assert clock.why is not None
    assert clock.why.zh.startswith("旷课（")
    assert clock.start.date() <= today()


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_says_where_the_case_stands(api: Api, path: str) -> None:
    first = api.post("/score", reported("bullying")).json()
    assert first["case"] == "new"
    at, file_id = api.state.clock(), "S-1077 (A)"
    event = CaseEvent(file_id, "A", "acknowledge", at, "wang")
    audited = AuditEvent(at, "wang", "case.acknowledge", "follow_up", file_id)
    assert keep_event(api.state.store, event, 0, audited)
    assert api.post(path, record(**EMPTY)).json()["case"] == "acknowledged"
