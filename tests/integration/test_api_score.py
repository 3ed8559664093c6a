"""What `/score` and `/score_batch` answer, record and open."""

from typing import Any

import pytest

from models.triage import Piece
from serving.keys import verify_key
from serving.store import audit_rows, facts_of, received_record
from tests.api_state import Api, days_ago, make_api, phq9, promote, record, today

URGENT = [1, 1, 1, 1, 1, 1, 1, 1, 2]


@pytest.fixture
def api(tmp_path: Any) -> Api:
    return make_api(tmp_path)


def pieces(api: Api, student_id: str = "S-1077 (A; unassigned)") -> tuple[Piece, ...]:
    """Nobody has said that there is a school A."""
    return facts_of(api.state.store, [student_id], today())[student_id].pieces


def test_the_contract_is_kept(api: Api) -> None:
    promote(api)
    answer = api.post("/score", record(responses=[phq9(URGENT)]))
    assert answer.status_code == 200
    said = answer.json()
    assert set(said) == {
        *("student_id", "as_of", "tier", "tier_source", "probability", "margin", "base_value", "reasons"),
        *(
            "group_contributions",
            "family_capped",
            "uncertainty",
            "floors",
            "instruments",
            "data_quality",
            "tasks",
            "model",
            "recorded",
            "entry_id",
        ),
        *("urgent", "notice", "blind", "student", "degraded", "leads", "due", "case"),
    }
    assert said["tier"] == {"ord": 3, "code": "crisis", "zh": "危机", "state": "pending"}
    assert said["tier_source"] == "floor"
    assert said["floors"][0]["id"] == "R02"
    assert set(said["group_contributions"]) == {"questionnaire", "leave", "family", "concern", "talk", "context"}
    assert said["margin"] - said["base_value"] == pytest.approx(sum(said["group_contributions"].values()), abs=1e-6)
    assert said["model"]["status"] == "ok"
    assert said["instruments"][0]["total"] == 10
    assert said["instruments"][0]["band"]["code"] == "moderate"
    assert said["instruments"][0]["critical_status"] == "positive"
    assert said["notice"]["zh"].startswith("筛查结果不是诊断，仅供心理教师安排访谈，须经人工确认")


def test_without_a_model_the_floors_speak(api: Api) -> None:
    said = api.post("/score", record(responses=[phq9(URGENT)])).json()
    assert said["model"]["status"] == "none"
    assert said["probability"] is None
    assert said["tier"]["code"] == "crisis"
    assert "R02" in [floor["id"] for floor in said["floors"]]


def test_a_model_that_was_tampered_with_does_not_stop_the_floors(api: Api) -> None:
    promote(api)
    assert api.post("/score", record()).json()["model"]["status"] == "ok"
    (api.settings.champion / "calibration.json").write_text('{"slope": 9.0, "intercept": 0.0}')
    said = api.post("/score", record(responses=[phq9(URGENT)])).json()
    assert said["model"] == {
        "name": None,
        "version": None,
        "policy": api.state.policy.name,
        "data_origin": None,
        "status": "unavailable",
    }
    assert said["tier"]["code"] == "crisis"


def test_a_new_model_serves_without_a_restart(api: Api) -> None:
    assert api.post("/score", record()).json()["model"]["version"] is None
    promote(api, "3", "synthetic")
    said = api.post("/score", record()).json()
    assert (said["model"]["version"], said["model"]["data_origin"]) == ("3", "synthetic")
    assert said["notice"]["synthetic"] is True
    assert "合成数据" in said["notice"]["zh"]


def test_without_the_explain_scope_the_shape_is_the_same_and_values_are_not_told(api: Api) -> None:
    promote(api)
    content = record(responses=[phq9([2, 2, 2, 2, 1, 1, 1, 1, 1])])
    full = api.post("/score", content, api.key("score", "explain")).json()
    bare = api.post("/score", content, api.key("score")).json()
    assert set(bare) == set(full)
    for name in ("probability", "margin", "base_value", "group_contributions", "family_capped"):
        assert bare[name] is None, name
        assert full[name] is not None, name
    assert [reason["feature"] for reason in bare["reasons"]] == [reason["feature"] for reason in full["reasons"]]
    assert full["uncertainty"]["low"] <= full["probability"] <= full["uncertainty"]["high"]
    assert bare["uncertainty"] == {**full["uncertainty"], "low": None, "high": None}
    assert all(r["value"] is r["contribution"] is r["text"] is None for r in bare["reasons"])
    assert all(floor["text"] is None for floor in bare["floors"])
    assert bare["instruments"][0]["total"] is bare["instruments"][0]["critical_status"] is None
    assert bare["tier"] == full["tier"]
    assert bare["data_quality"] == full["data_quality"]


def test_an_entry_is_on_record_with_its_evidence_before_it_is_answered(api: Api) -> None:
    said = api.post("/score", record(responses=[phq9(URGENT)])).json()
    assert said["recorded"] is True
    kept = received_record(api.state.store, said["entry_id"])
    assert kept is not None
    assert kept["responses"][0]["answers"] == URGENT
    assert "R02" in [one.floor.id for one in pieces(api)]
    assert said["urgent"]["acknowledge_by"] is not None
    assert said["urgent"]["who"]["zh"] == "值班心理教师"
    assert "entry.recorded" in [event.action for event in audit_rows(api.state.store)]


def test_a_student_without_a_school_is_on_record_too(api: Api) -> None:
    answer = api.post("/score", record("S-0", school_id=None, responses=[phq9(URGENT)]))
    assert answer.status_code == 200, answer.text
    assert answer.json()["recorded"] is True
    assert "R02" in [one.floor.id for one in pieces(api, "S-0 (unassigned)")]


def test_evidence_from_before_raises_a_later_answer(api: Api) -> None:
    api.post("/score", record(responses=[phq9(URGENT, days_ago=3)]))
    said = api.post("/score", record(responses=[phq9([0] * 9)])).json()
    assert said["tier"]["code"] == "crisis"
    assert said["floors"][0]["id"] == "R02"


def test_the_same_sheet_opens_its_evidence_once(api: Api) -> None:
    for _ in range(2):
        api.post("/score", record(responses=[phq9(URGENT)]))
    keys = [one.key for one in pieces(api)]
    assert keys
    assert len(keys) == len(set(keys))


def test_a_dry_run_leaves_no_trace(api: Api) -> None:
    said = api.post("/score?dry_run=true", record(responses=[phq9(URGENT)])).json()
    assert (said["recorded"], said["entry_id"], said["urgent"]) == (False, None, None)
    assert said["tier"]["code"] == "crisis"
    assert pieces(api) == ()


def test_old_evidence_has_no_clock(api: Api) -> None:
    said = api.post("/score", record(responses=[phq9(URGENT, days_ago=90)])).json()
    assert "R02" in [floor["id"] for floor in said["floors"]]
    assert said["urgent"] is None


@pytest.mark.parametrize("scope", ["model_score", "screening"])
def test_who_took_consent_back_is_not_scored_and_floors_run(api: Api, scope: str) -> None:
    promote(api)
    consents = [{"scope": scope, "given_on": days_ago(300), "withdrawn_on": days_ago(20)}]
    said = api.post("/score", record(responses=[phq9(URGENT)], consents=consents)).json()
    assert said["model"]["status"] == "ok", "a refuser is not told apart"
    assert said["probability"] is None
    assert said["tier"]["code"] == "crisis"
    assert "consent" not in str(said).lower()


def test_blank_is_not_zero(api: Api) -> None:
    said = api.post("/score", record(responses=[phq9([0, 0, 0, 0, 0, 0, 0, 0, None])])).json()
    assert said["instruments"][0]["critical_status"] == "unknown"
    assert said["data_quality"]["retest"][0]["why"] == "critical_blank"


def test_a_list_left_out_is_missing_and_an_empty_one_is_not(api: Api) -> None:
    assert "leave" in api.post("/score", record()).json()["data_quality"]["missing"]
    assert "leave" not in api.post("/score", record(leaves=[])).json()["data_quality"]["missing"]


def test_an_age_may_be_given_as_a_birth_date(api: Api) -> None:
    assert api.post("/score", record(age_years=None, birth_date="2013-05-01")).status_code == 200


def test_a_batch_keeps_its_order_and_one_bad_record_spoils_no_other(api: Api) -> None:
    promote(api)
    bad = record("S-2", responses=[phq9([0, 0, 0, 9, 0, 0, 0, 0, 0])])
    answer = api.post(
        "/score_batch", {"records": [record("S-1"), bad, record("S-3", as_of=days_ago(1)), 7, record("S-4")]}
    )
    assert answer.status_code == 200
    said = answer.json()
    assert [result["student_id"] for result in said["results"]] == ["S-1", "S-3", "S-4"]
    assert [error["index"] for error in said["errors"]] == [1, 3]
    assert said["errors"][0]["problem"]["errors"][0]["field"] == "responses[0].answers[3]"
    assert said["errors"][0]["problem"]["status"] == 422


def test_a_student_is_scored_alike_alone_and_in_a_batch(api: Api) -> None:
    promote(api)
    came = {"received_at": f"{days_ago(1)}T09:30:00"}
    records = [record(f"S-{n}", responses=[phq9([n % 4] * 8 + [0], **came)]) for n in range(6)]
    together = api.post("/score_batch?dry_run=true", {"records": records}).json()["results"]
    assert together == [api.post("/score?dry_run=true", one).json() for one in records]


@pytest.mark.parametrize("content", [{}, {"records": {}}, {"records": [], "more": 1}, []])
def test_a_batch_of_another_form_is_invalid(api: Api, content: Any) -> None:
    answer = api.post("/score_batch", content)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in ("records", "more")


def test_an_empty_batch_has_no_results(api: Api) -> None:
    assert api.post("/score_batch", {"records": []}).json() == {"results": [], "errors": []}


def test_a_key_is_needed(api: Api) -> None:
    answer = api.client.send("POST", "/score", json=record())
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer KEY" in answer.json()["detail"]


@pytest.mark.parametrize("header", ["Bearer rx_wrong", "Basic eDp5", "Bearer", "Bearer "])
def test_a_key_has_to_hold(api: Api, header: str) -> None:
    answer = api.client.send("POST", "/score", json=record(), headers={"authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("method", "path", "scopes"),
    [
        ("POST", "/score", ("list", "model", "explain", "dry_run")),
        ("POST", "/score?dry_run=true", ("score",)),
        ("POST", "/score_batch", ("list",)),
        ("GET", "/follow_up_list?school_id=A", ("score", "model")),
        ("GET", "/model", ("list",)),
    ],
)
def test_a_key_without_the_scope_is_refused(api: Api, method: str, path: str, scopes: tuple[str, ...]) -> None:
    key = api.key(*scopes)
    content: Any = {"records": [record()]} if "batch" in path else record()
    answer = api.post(path, content, key) if method == "POST" else api.get(path, key)
    assert answer.status_code == 403, answer.text
    assert answer.json()["title"] == "The key does not allow this"


def test_a_key_of_one_school_speaks_for_it(api: Api) -> None:
    key = api.key("score", schools=("B",))
    assert verify_key(api.state.store, key, api.state.clock()).schools == ("B",)
    assert api.post("/score", record(school_id=None), key).status_code == 200


def test_a_platform_withdraws_and_shortens_leave_by_a_later_record(api: Api) -> None:
    """A suspension that was withdrawn suspends nobody; the version that is recorded last counts."""
    asked = {"type": "suspension", "start_on": days_ago(5), "recorded_on": days_ago(5)}
    withdrawn = {**asked, "recorded_on": days_ago(1), "half_days": 0}
    shortened = {**asked, "recorded_on": days_ago(1), "end_on": days_ago(2)}
    said = []
    for n, rows in enumerate([[asked], [asked, withdrawn], [asked, shortened]]):
        answer = api.post("/score", record(f"W-{n}", leaves=rows), api.key())
        assert answer.status_code == 200, answer.text
        said.append(answer.json())
    assert [answer["due"] and answer["due"]["why"]["zh"] for answer in said] == [
        "休学中",
        None,
        f"休学期满（{days_ago(2)}）未见复学登记：请核实去向",
    ]
