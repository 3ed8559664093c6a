"""From a dataset's files through a screening and `POST /outcomes` to the list: a person's word, and its correction."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data_schemas.dataset import read_dataset
from models import read_policy
from serving.screening import publish_screening
from tests.api_state import Api, days_ago, make_api

SCHOOL = "sch-7"
ITEM_9 = {"W1": 3, "W2": 2, "W3": 0}
DESCRIPTION = """name = "class"
synthetic = true
origin = "synthetic"
mode = "longitudinal"
as_of = {day}
"""


@pytest.fixture
def api(tmp_path: Path) -> Api:
    """A class of three was screened yesterday, from files of last week."""
    folder, received = tmp_path / "class", f"{days_ago(8)}T10:00:00"
    (folder / "responses").mkdir(parents=True)
    (folder / "dataset.toml").write_text(DESCRIPTION.format(day=days_ago(1)), "utf-8")
    students = [f"{one},{SCHOOL},c-3,junior,7,male" for one in ITEM_9]
    head = "student_id,school_id,class_id,stage,grade,sex"
    (folder / "students.csv").write_text("\n".join([head, *students]), "utf-8")
    items = ",".join(f"item_{n}" for n in range(1, 10))
    head = f"student_id,administered_on,received_at,respondent,{items}"
    sheets = [
        f"{one},{days_ago(8)},{received},self,{'1,1,2,2,2,1,1,1' if last else '0,0,1,0,0,0,0,0'},{last}"
        for one, last in ITEM_9.items()
    ]
    (folder / "responses" / "phq9.csv").write_text("\n".join([head, *sheets]), "utf-8")
    api, dataset = make_api(tmp_path / "home"), read_dataset(folder)
    publish_screening(api.state.store, dataset, dataset.description.as_of, None, read_policy(), datetime.now(UTC))
    return api


def send(api: Api, student: str, level: int, *by: str, kind: str = "interview", **more: Any) -> dict[str, Any]:
    row = {"student_id": student, "observed_on": days_ago(0), "kind": kind, "level": level, **more}
    row |= dict(zip(("interviewer", "second_interviewer"), by, strict=False))
    answer = api.post("/outcomes", {"outcomes": [row]}, api.key(schools=(SCHOOL,)))
    assert answer.status_code == 200, answer.json()
    said: dict[str, Any] = answer.json()
    return said


def listed(api: Api, student: str) -> tuple[str, dict[str, Any]]:
    """The first queue in which a student stands, and the line."""
    queues = api.get(f"/follow_up_list?school_id={SCHOOL}", api.key(schools=(SCHOOL,))).json()["queues"]
    return next((queue["code"], line) for queue in queues for line in queue["entries"] if line["student_id"] == student)


def tier(line: dict[str, Any]) -> tuple[str, str, str]:
    return line["tier"]["code"], line["tier"]["state"], line["tier_source"]


def test_danger_that_two_people_found_is_a_persons_word_at_once(api: Api) -> None:
    queue, before = listed(api, "W2")
    assert (queue, tier(before)) == ("immediate", ("crisis", "pending", "floor"))
    send(api, "W2", 3, "I-1", "I-2", selection_reason="floor")
    queue, after = listed(api, "W2")
    assert (queue, tier(after), after["floors"]) == ("review", ("crisis", "confirmed", "human"), [])


def test_a_crisis_event_is_the_tier_that_its_level_says(api: Api) -> None:
    assert listed(api, "W3")[0] == "week"
    send(api, "W3", 3, kind="crisis_event")
    queue, after = listed(api, "W3")
    assert (queue, tier(after)) == ("review", ("crisis", "confirmed", "human"))


def test_a_correction_to_one_person_opens_the_danger_again_and_says_who_is_missing(api: Api) -> None:
    assert send(api, "W1", 1, "I-1", "I-2")["evidence_closed"] > 0
    assert listed(api, "W1")[0] not in ("immediate", "review")
    assert send(api, "W1", 1, "I-1")["evidence_reopened"] == 1, "no danger is closed by one person alone"
    queue, after = listed(api, "W1")
    assert (queue, tier(after), after["lacks"]) == ("immediate", ("crisis", "pending", "floor"), "second_person")
    assert after["floors"] == ["R02"]
