"""Whose consent it is that counts, by screening, record and extract: on the day of the 14th birthday another one."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data_schemas.calendar import date_to_day
from models import may_score, records_of_requests
from serving.extract.consent import may_train
from serving.store import Store, StudentInputs, facts_of
from tests.integration.test_withdrawn_runs import TODAY, pupils, screen
from tests.new_stores import new_store

BIRTHDAY = date(2026, 4, 20)  # some days after the screening
GUARDIAN = {"student_id": "P1", "scope": "model_score", "given_on": "2025-09-01", "given_by": "parent"}
OWN = GUARDIAN | {"given_by": "student"}
NOBODY_SAID = GUARDIAN | {"given_by": None}
OTHER = {"student_id": "P2", "scope": "model_score", "given_on": "2025-09-01"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.mark.parametrize(
    ("consents", "before", "after"),
    [
        ([GUARDIAN], True, False),
        ([OWN], False, False),
        ([GUARDIAN, OWN], True, True),
        ([NOBODY_SAID], True, True),
        ([GUARDIAN | {"given_by": "teacher"}], False, False),
        ([GUARDIAN, OWN | {"withdrawn_on": "2025-10-01"}], False, False),
    ],
    ids=["a guardian's", "the own one too early", "both", "nobody said whose", "a teacher's", "one of both taken back"],
)
@pytest.mark.parametrize("again", ["", "a list without the table"])
def test_on_the_birthday_another_consent_counts(
    store: Store, consents: list[dict[str, Any]], before: bool, after: bool, again: str
) -> None:
    roster = [row | {"birth_date": "2012-04-20"} for row in pupils("sch-1", "P1", "P2")]
    screen(store, "first", roster, consents=[*consents, OTHER])
    if again:
        screen(store, "second", roster, at=1)
    for today, stands in ((TODAY, before), (BIRTHDAY.replace(day=19), before), (BIRTHDAY, after)):
        facts = facts_of(store, ["P1", "P2"], today)
        assert ("model_score" not in facts["P1"].withdrawn, facts["P2"].withdrawn) == (stands, {}), today


@pytest.mark.parametrize(
    ("born", "giver", "scored"),
    [
        ("2015-01-01", "student", False),
        ("2015-01-01", "parent", True),
        ("2010-01-01", "parent", False),
        ("2010-01-01", "student", True),
    ],
)
def test_a_record_is_scored_by_the_consent_of_whom_it_is_asked(born: str, giver: str, scored: bool) -> None:
    consent = {"scope": "model_score", "given_by": giver, "given_on": date(2025, 9, 1)}
    request = {"student_id": "S-1", "stage": "junior", "birth_date": date.fromisoformat(born), "consents": [consent]}
    assert may_score(records_of_requests([request]), date_to_day(BIRTHDAY)).tolist() == [scored]


@pytest.mark.parametrize(
    ("who", "giver", "allowed"),
    [
        (["2012-04-20", None], "parent", False),
        (["2012-04-20", None], "student", True),
        (["2012-04-21", None], "parent", True),
        (["2012-04-21", None], "student", False),
        ([None, 14.0], "student", True),
        ([None, None], "parent", True),
        ([None, None], "student", False),
    ],
)
def test_an_extract_learns_from_whom_it_may(who: list[Any], giver: str, allowed: bool) -> None:
    columns = {"students": ["birth_date", "age_years"], "consents": ["scope", "given_by", "given_on"]}
    rows = {"students": [who], "consents": [["research", giver, "2025-09-01"]]}
    student = StudentInputs("S-1", "A", BIRTHDAY, "context", "local", False, rows)
    assert may_train(student, columns, {}, BIRTHDAY) is allowed
