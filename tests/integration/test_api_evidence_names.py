"""A key without the `explain` scope is told that there is evidence, never what was answered or reported."""

import json
from pathlib import Path
from typing import Any

import pytest

from serving.keys import create_key
from serving.store import facts_of
from tests.api_state import NOW, Api, days_ago, make_api, phq9, record, today
from tests.known_schools import make_known

SAID = {
    "responses": [phq9([2, 2, 2, 2, 2, 2, 2, 2, 3])],
    "concerns": [
        {"kind": "sexual_harm_suspected", "reported_on": days_ago(0), "source": "peer", "source_event_id": "E-7"},
        {"kind": "bullying", "reported_on": days_ago(0), "source": "teacher"},
    ],
}
TOLD = ("phq9:", "sexual_harm", "bullying:", "E-7", "concern:")


@pytest.fixture
def api(tmp_path: Path) -> Api:
    api = make_api(tmp_path)
    make_known(api.state.store, ["A"])
    return api


def plain_key(api: Api, *scopes: str) -> str:
    return create_key(api.state.store, "plain", ("score", "outcomes", *scopes), NOW)


def score(api: Api, key: str, path: str = "/score") -> dict[str, Any]:
    answer: dict[str, Any] = api.post(path, record(**SAID), key).json()
    return answer


@pytest.mark.parametrize(("path", "scopes"), [("/score", ()), ("/score?dry_run=true", ("dry_run",))])
def test_nothing_of_an_answer_tells_what_was_said(api: Api, path: str, scopes: tuple[str, ...]) -> None:
    answer = score(api, plain_key(api, *scopes), path)
    names = [one["evidence"] for one in (*answer["floors"], *answer["leads"])]
    assert len(set(names)) == 4
    assert all(name.startswith("e-") for name in names)
    assert [one for one in TOLD if one in json.dumps(answer)] == []


def test_a_name_is_the_students_own_and_stays(api: Api) -> None:
    key = plain_key(api)
    first, again = score(api, key), score(api, key)
    other = api.post("/score", record(student_id="S-2", **SAID), key).json()
    assert [one["evidence"] for one in first["floors"]] == [one["evidence"] for one in again["floors"]]
    assert not {one["evidence"] for one in first["floors"]} & {one["evidence"] for one in other["floors"]}


def test_evidence_is_assessed_by_its_name_or_by_its_key(api: Api) -> None:
    key = plain_key(api)
    answer = score(api, key)
    facts = facts_of(api.state.store, ["S-1077 (A)"], today())["S-1077 (A)"]
    lead = next(piece.key for piece in facts.pieces if "bullying" in piece.key)
    (name,) = [one["evidence"] for one in answer["leads"]]
    row = {
        "student_id": "S-1077",
        "school_id": "A",
        "observed_on": days_ago(0),
        "kind": "interview",
        "level": 1,
        "interviewer": "I-1",
        "assessed": [name],
    }
    assert api.post("/outcomes", {"outcomes": [row]}, key).status_code == 200
    assert score(api, key)["leads"] == []
    kept = facts_of(api.state.store, ["S-1077 (A)"], today())["S-1077 (A)"].words
    assert [word.assessed for word in kept] == [(lead,)], "it is kept by its key"
    refused = api.post("/outcomes", {"outcomes": [row | {"assessed": ["e-" + "0" * 24]}]}, key)
    assert refused.status_code == 422
    assert "no such evidence is on file" in refused.text
