"""What comes after a talk opens anew, whatever key it has; what is sent again opens nothing."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data_schemas.zone import CHINA
from models.triage import Present, present_of
from serving.store import facts_of
from tests.api_state import Api, days_ago, make_api, phq9, record, today
from tests.known_schools import make_known


@pytest.fixture
def api(tmp_path: Path) -> Api:
    made = make_api(tmp_path)
    make_known(made.state.store, ("A",))
    return made


def report(kind: str, source: str | None = "teacher", **fields: Any) -> dict[str, Any]:
    row = {"kind": kind, "reported_on": days_ago(0), "source": source, **fields}
    return {"responses": [], "concerns": [{name: value for name, value in row.items() if value is not None}]}


def told_by(event: str) -> dict[str, Any]:
    return report("suicide_intent", "peer", source_event_id=event)


def sheet(*answers: int) -> dict[str, Any]:
    return {"responses": [phq9(list(answers), days_ago=0)]}


def score(api: Api, content: dict[str, Any]) -> Any:
    return api.post("/score", record(**content)).json()


def now(api: Api) -> Present:
    facts = facts_of(api.state.store, ["S-1077 (A)"], today())["S-1077 (A)"]
    return present_of([facts], api.state.policy, api.state.calendars.default)[0]


def waiting(api: Api) -> set[str]:
    present = now(api)
    return {one.piece.key for one in (*present.open, *present.leads)}


def talk(keys: set[str], **fields: Any) -> dict[str, Any]:
    row = {
        "student_id": "S-1077",
        "school_id": "A",
        "observed_on": days_ago(0),
        "kind": "interview",
        "level": 0,
        "interviewer": "I-1",
    }
    return {"outcomes": [row | {"second_interviewer": "I-2", "assessed": sorted(keys)} | fields]}


def assess(api: Api, **fields: Any) -> set[str]:
    """Two persons look at everything that is open, by name."""
    keys = waiting(api)
    answer = api.post("/outcomes", talk(keys, **fields))
    assert answer.status_code == 200, answer.text
    assert waiting(api) == set()
    return keys


TWO = (1, 1, 0, 0, 0, 0, 0, 0, 2)
AGAIN: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("intent, by another", report("suicide_intent"), report("suicide_intent", "peer"), True),
    ("intent, by nobody named", report("suicide_intent"), report("suicide_intent", None), True),
    ("intent, once more", report("suicide_intent"), report("suicide_intent"), False),
    ("intent, once more by nobody named", report("suicide_intent", None), report("suicide_intent", None), False),
    ("intent, by a second peer", told_by("P-1"), told_by("P-2"), True),
    ("intent, by one peer once more", told_by("P-1"), told_by("P-1"), False),
    ("abuse, by another", report("abuse_suspected"), report("abuse_suspected", "peer"), True),
    ("self-harm, by another", report("self_harm"), report("self_harm", "parent"), True),
    ("a lead, by another", report("bullying"), report("bullying", "peer"), True),
    ("a lead, once more", report("bullying"), report("bullying"), False),
    ("a person's own, lower", report("manual", tier="crisis"), report("manual", "parent", tier="watch"), True),
    ("a person's own, higher", report("manual", tier="watch"), report("manual", tier="crisis"), True),
    ("a sheet, once more", sheet(*TWO), sheet(*TWO), False),
    ("another sheet, the same item 9", sheet(*TWO), sheet(1, 1, 1, 0, 0, 0, 0, 0, 2), True),
    ("another sheet, the same total", sheet(2, 2, 2, 2, 2, 0, 0, 0, 0), sheet(0, 2, 2, 2, 2, 2, 0, 0, 0), True),
]


@pytest.mark.parametrize(("first", "then", "opens"), [row[1:] for row in AGAIN], ids=[row[0] for row in AGAIN])
def test_what_is_said_after_the_talk_opens_and_what_is_said_again_does_not(
    api: Api, first: dict[str, Any], then: dict[str, Any], opens: bool
) -> None:
    score(api, first)
    keys = assess(api)
    before = datetime.now(CHINA).replace(microsecond=0)  # a receipt is kept to the second
    said = score(api, then)
    left = waiting(api)
    assert bool(left) is opens
    assert left <= keys, "the keys stay as they are"
    assert {floor["evidence"] for floor in said["floors"]} == {one.piece.key for one in now(api).open}
    assert all(one.piece.received_at >= before for one in (*now(api).open, *now(api).leads)), "a clock of its own"
    assert score(api, then)["entry_id"]
    assert len(now(api).evidence) == len(facts_of(api.state.store, ["S-1077 (A)"], today())["S-1077 (A)"].pieces)
    if opens:
        assess(api, interviewer="I-3")
        score(api, first)
        score(api, then)
        assert waiting(api) == set(), "both have been looked at"


def test_a_report_that_is_exported_three_times_counts_once(api: Api) -> None:
    for _ in range(3):
        score(api, report("suicide_intent"))
    assert len(now(api).open) == 1


def test_a_graver_piece_that_comes_after_the_talk_is_open_however_early_it_was_received(api: Api) -> None:
    """It was received elsewhere before the talk, and came here after it."""
    early = (datetime.now(CHINA) - timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M:%S")
    day = days_ago(2)
    row = {"kind": "manual", "reported_on": day, "source": "teacher", "recorded_on": day}
    score(api, {"responses": [], "concerns": [row | {"tier": "watch"}]})
    assess(api)
    score(api, {"responses": [], "concerns": [row | {"tier": "crisis"}]})
    assert now(api).tier.code == "crisis"
    assess(api, interviewer="I-3")
    late = phq9([*TWO], days_ago=2, received_at=early)
    score(api, {"responses": [late]})
    assert now(api).tier.code == "crisis"


@pytest.mark.parametrize("door", ["named", "without a list"])
@pytest.mark.parametrize("content", [report("suicide_intent"), report("bullying"), sheet(*TWO)])
def test_a_talk_has_not_assessed_what_is_of_a_later_day(api: Api, door: str, content: dict[str, Any]) -> None:
    score(api, content)
    keys = waiting(api)
    told = talk(keys, observed_on=days_ago(60))
    if door == "without a list":
        del told["outcomes"][0]["assessed"]
        assert api.post("/outcomes", told).status_code == 200
    else:
        refused = api.post("/outcomes", told)
        assert refused.status_code == 422
        problems = refused.json()["errors"]
        assert {one["field"] for one in problems} == {f"outcomes[0].assessed[{n}]" for n in range(len(keys))}
        assert all("later day" in one["problem"] for one in problems)
    assert waiting(api) == keys


def test_a_second_talk_of_the_same_words_names_the_first_one_to_count(api: Api) -> None:
    """Row for row it is the first one sent again, which has not seen what came since."""
    score(api, report("suicide_intent"))
    told = talk(waiting(api))
    first = api.post("/outcomes", told).json()["results"][0]
    score(api, report("suicide_intent", "peer"))
    assert api.post("/outcomes", told).json()["results"][0]["status"] == "known"
    assert len(waiting(api)) == 1
    told["outcomes"][0]["corrects"] = first["record_id"]
    assert api.post("/outcomes", told).json()["evidence_closed"] == 1
    assert waiting(api) == set()
