"""What a dry run tells is what the database would say with the records written: in memory, and in a transaction that
is taken back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from data_schemas.codes import Concern, Tier
from models.triage import StudentFacts
from serving.api import filing
from serving.store import SCORE, Changes, NewEntry, Store, facts_of
from serving.store.kept_schools import KeptSchools
from serving.store.student_facts import facts_if_recorded, facts_if_written
from tests.api_state import Api, days_ago, make_api, phq9, promote, record, today
from tests.factories import assessment, publish

RECORDS: dict[str, dict[str, Any]] = {
    "a plain sheet": {},
    "a positive critical item": {"responses": [phq9([1, 0, 1, 0, 0, 0, 0, 0, 2])]},
    "the same item, answered higher": {"responses": [phq9([1, 0, 1, 0, 0, 0, 0, 0, 3])]},
    "a blank critical item": {"responses": [phq9([1, 0, 1, 0, 0, 0, 0, 0, None])]},
    "reports": {
        "concerns": [
            {"kind": kind, "reported_on": days_ago(1)} for kind in (Concern.BULLYING.code, Concern.MOOD_ABNORMAL.code)
        ]
    },
    "leave": {"leaves": [{"type": "sick", "start_on": days_ago(9), "end_on": days_ago(2), "half_days": 10}]},
    "a suspension": {"leaves": [{"type": "suspension", "start_on": days_ago(9)}]},
    "somebody was reached": {"contacts": [{"contacted_on": days_ago(0), "whom": "guardian"}]},
    "consent taken back": {
        "consents": [{"scope": "model_score", "given_on": days_ago(50), "withdrawn_on": days_ago(3)}]
    },
}


EARLIER = ["", *RECORDS]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    made = make_api(tmp_path_factory.mktemp("home"))
    promote(made)
    listed = [assessment(f"S-{place}", Tier.WATCH) for place in range(len(EARLIER))]
    publish(made.state.store, listed)
    return made


@pytest.mark.parametrize("earlier", EARLIER)
@pytest.mark.parametrize("on_a_list", [True, False])
def test_in_memory_is_as_in_the_database(
    api: Api, monkeypatch: pytest.MonkeyPatch, earlier: str, on_a_list: bool
) -> None:
    student, told = f"{'S' if on_a_list else 'T'}-{EARLIER.index(earlier)}", []
    key = api.key()

    def both(store: Store, given: list[NewEntry], day: date, changes: Changes) -> Any:
        quick, written = facts_if_recorded(store, given, day, changes), facts_if_written(store, given, day)
        assert without_names(quick) == without_names(written)
        told.append(given)
        return quick

    monkeypatch.setattr(filing, "facts_if_recorded", both)
    if earlier:
        assert api.post("/score", record(student, school_id="school-01", **RECORDS[earlier]), key).status_code == 200
    for fields in RECORDS.values():
        answer = api.post("/score?dry_run=true", record(student, school_id="school-01", **fields), key)
        assert answer.status_code == 200, answer.text
    together = [record(student, school_id="school-01", **fields) for fields in RECORDS.values()]
    assert api.post("/score_batch?dry_run=true", {"records": together}, key).status_code == 200
    assert [len(given) for given in told] == [*[1] * len(RECORDS), len(RECORDS)]


def without_names(found: Mapping[str, StudentFacts]) -> dict[str, StudentFacts]:
    """Facts without the ids by which records are kept, which differ from one writing to the next."""
    return {
        student: replace(
            facts,
            assessment_id=None,
            pieces=tuple(replace(piece, filed_by="") if piece.door == SCORE else piece for piece in facts.pieces),
        )
        for student, facts in found.items()
    }


def test_what_is_kept_of_a_student_after_a_record_is_what_the_database_says(api: Api) -> None:
    key = api.key()
    for student in ("S-0", "U-0"):
        for fields in RECORDS.values():
            sent = record(student, school_id="school-01", **fields)
            assert api.post("/score", sent, key).status_code == 200
            store = api.state.store
            ids = [student, f"{student} (school-01)"]
            anew = facts_of(replace(store, kept_students=KeptSchools()), ids, today())
            assert facts_of(store, ids, today()) == anew
