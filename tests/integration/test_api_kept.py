"""What a record says beside evidence is kept with it: contacts and consents stand for the next record and the list."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_schemas.codes import ConsentScope
from data_schemas.dataset import Dataset, read_dataset
from models import read_policy
from models.triage import Present, present_of
from serving.screening import publish_screening
from serving.store import facts_of, taken_back
from tests.api_state import NOW, Api, days_ago, make_api, promote, record, today
from tests.known_schools import make_known
from tests.replayable import replayable_city

SCOPES = frozenset(ConsentScope.codes())
FREE = {"responses": [], "leaves": []}


@pytest.fixture
def api(tmp_path: Path) -> Api:
    made = make_api(tmp_path)
    make_known(made.state.store, ("A",))
    return made


def now(api: Api, student_id: str = "S-1077 (A)") -> Present:
    facts = facts_of(api.state.store, [student_id], today())[student_id]
    return present_of([facts], api.state.policy, api.state.calendars.default)[0]


def reported(kind: str = "bullying") -> dict[str, Any]:
    day = days_ago(3)
    return record(**FREE, concerns=[{"kind": kind, "reported_on": day, "recorded_on": day, "source": "teacher"}])


def reached(days: int = 0, whom: str | None = "guardian") -> dict[str, Any]:
    row = {"contacted_on": days_ago(days)} | ({} if whom is None else {"whom": whom})
    return record(**FREE, contacts=[row])


@pytest.mark.parametrize(
    ("contact", "done"),
    [(reached(), True), (reached(2), True), (reached(4), False), (reached(whom=None), False)],
    ids=["today", "the day after", "the day before", "an attempt"],
)
@pytest.mark.parametrize("path", ["/score", "/score_batch"])
def test_a_contact_that_was_sent_does_what_is_asked_for(
    api: Api, path: str, contact: dict[str, Any], done: bool
) -> None:
    api.post("/score", reported())
    assert (len(now(api).leads), len(now(api).tasks)) == (1, 1)
    api.post(path, contact if path == "/score" else {"records": [contact]})
    assert (bool(now(api).leads), bool(now(api).tasks)) == (not done, not done)


def test_a_contact_is_kept_once_and_a_dry_run_keeps_none(api: Api) -> None:
    api.post("/score", reported())
    api.post("/score?dry_run=true", reached())
    assert now(api).leads
    for _ in range(2):
        api.post("/score", reached())
    assert len(now(api).facts.contacts) == 1


def consent(scope: str, given: int, gone: int | None = None, **fields: Any) -> dict[str, Any]:
    row = {"scope": scope, "given_on": days_ago(given)} | ({} if gone is None else {"withdrawn_on": days_ago(gone)})
    return record(consents=[row | fields])


def probability(api: Api, path: str = "/score", content: dict[str, Any] | None = None) -> float | None:
    found: float | None = api.post(path, record() if content is None else content).json()["probability"]
    return found


@pytest.mark.parametrize("path", ["/score", "/score?dry_run=true"])
@pytest.mark.parametrize("scope", ["model_score", "screening"])
def test_what_was_taken_back_in_a_record_stays_so_until_it_is_given_again(api: Api, scope: str, path: str) -> None:
    promote(api)
    assert probability(api, path) is not None
    assert probability(api, content=consent(scope, 300, 20)) is None
    assert probability(api, path) is None, "the next record"
    assert taken_back(api.state.store, SCOPES, today()).keys() == {("S-1077 (A)", scope)}
    assert probability(api, content=consent(scope, 30)) is None, "given before it was taken back"
    assert probability(api, content=consent(scope, 20)) is None, "on the same day"
    ended = consent(scope, 15, valid_until=days_ago(5))
    assert probability(api, content=ended) is None, "for a time that is over"
    assert taken_back(api.state.store, SCOPES, today()) != {}
    assert (probability(api, content=consent(scope, 10)) is None) is (scope == "screening"), (
        "no consent to a score is in it"
    )
    assert now(api).facts.withdrawn == taken_back(api.state.store, SCOPES, today()) == {}
    assert probability(api, path) is not None, "given again since"


def test_a_dry_run_takes_nothing_back(api: Api) -> None:
    promote(api)
    assert probability(api, "/score?dry_run=true", consent("model_score", 300, 20)) is None
    assert probability(api) is not None


def test_another_scope_takes_no_score_away(api: Api) -> None:
    promote(api)
    api.post("/score", consent("research", 300, 20))
    assert probability(api) is not None
    assert taken_back(api.state.store, SCOPES, today()).keys() == {("S-1077 (A)", "research")}


def test_a_dataset_in_which_consent_was_given_later_says_otherwise(tmp_path: Path) -> None:
    api, dataset = make_api(tmp_path / "home"), city(tmp_path / "city")
    day, rows = dataset.description.as_of, dataset.tables["consents"]
    student = str(rows[(rows["scope"] == "research") & rows["withdrawn_on"].isna()]["student_id"].iloc[0])
    mine = (rows["student_id"] == student) & (rows["scope"] == "research")
    assert day is not None

    def screened(given: date) -> dict[str, date]:
        again = rows.assign(given_on=rows["given_on"].mask(mine, pd.Timestamp(given)))
        tables = {**dataset.tables, "consents": again}
        later = replace(dataset, tables=tables, fingerprint=f"given {given}")
        publish_screening(api.state.store, later, day, None, read_policy(), NOW)
        return dict(facts_of(api.state.store, [student], day)[student].withdrawn)

    assert "research" not in screened(day - timedelta(days=30))
    gone = day - timedelta(days=10)
    row = {"scope": "research", "given_on": "2024-09-01", "withdrawn_on": gone.isoformat()}
    assert api.post("/score", record(student, school_id=None, consents=[row])).status_code == 200
    assert screened(day - timedelta(days=30))["research"] == gone
    assert screened(gone)["research"] == gone, "of the same day"
    assert "research" not in screened(gone + timedelta(days=1))
    assert (student, "research") not in taken_back(api.state.store, SCOPES, day)


def city(folder: Path) -> Dataset:
    replayable_city(folder, 120)
    return read_dataset(folder)
