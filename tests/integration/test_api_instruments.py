"""Every questionnaire through the API: what is known of it, answers in any coding, scores alone, several occasions."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data_schemas.instruments import instrument_toml, packaged_instruments, read_instruments
from tests.api_state import Api, make_api, record

KNOWN = packaged_instruments()
ON = date(2024, 9, 16).isoformat()


@pytest.fixture
def api(tmp_path: Path) -> Api:
    return make_api(tmp_path)


def answers_of(code: str, points: int = 0) -> dict[str, Any]:
    """A sheet on which every answer is so many points above the lowest."""
    one = KNOWN[code]
    sheet = {"instrument": code, "administered_on": ON, "answers": [one.coding.low + points] * one.items}
    return sheet | ({"coding_variant": one.coding.variant} if one.must_declare_coding else {})


def scored(api: Api, **fields: Any) -> dict[str, Any]:
    answer = api.post("/score?dry_run=true", record(as_of=ON, **{"responses": None, **fields}))
    assert answer.status_code == 200, answer.text
    return {one["code"]: one for one in answer.json()["instruments"]}


def problem(api: Api, **fields: Any) -> dict[str, Any]:
    answer = api.post("/score?dry_run=true", record(as_of=ON, **{"responses": None, **fields}))
    assert answer.status_code == 422, answer.text
    found: dict[str, Any] = answer.json()["errors"][0]
    return found


def test_every_questionnaire_is_listed_and_described(api: Api) -> None:
    listed = api.get("/instruments").json()["instruments"]
    assert [one["code"] for one in listed] == sorted(KNOWN)
    for one in listed:
        definition = api.get(f"/instruments/{one['code']}").json()
        assert definition["code"] == one["code"]
        assert {score["source"] for score in definition["scores"]} <= set(definition["sources"])
    assert next(one for one in listed if one["code"] == "scl90")["codings"] == ["1-5", "0-4"]


def test_an_unknown_questionnaire_is_not_found_and_a_key_is_needed(api: Api) -> None:
    answer = api.get("/instruments/nothing")
    assert answer.status_code == 404
    assert answer.json()["title"]
    assert api.client.get("/instruments").status_code == 401


def test_all_at_once(api: Api) -> None:
    asked = [code for code, one in KNOWN.items() if one.form == "items"]
    given = [code for code, one in KNOWN.items() if one.form == "scores"]
    scores = [
        {"instrument": code, "scale": score.code, "value": KNOWN[code].range_of(score.code)[0], "administered_on": ON}
        for code in given
        for score in KNOWN[code].scores
    ]
    found = scored(api, responses=[answers_of(code) for code in asked], scores=scores)
    assert set(found) == set(KNOWN)
    assert set(found["mht"]["subscales"]) == {score.code for score in KNOWN["mht"].scores} - {"total"}
    assert found["cesd"]["total"] == 12, "all zeros are not nothing where items are reversed"


def test_several_occasions_are_compared(api: Api) -> None:
    early = {"instrument": "phq9", "administered_on": "2024-03-01", "answers": [0] * 9}
    middle = {"instrument": "phq9", "administered_on": "2024-06-01", "answers": [1] * 9}
    late = {"instrument": "phq9", "administered_on": ON, "answers": [2] * 8 + [0]}
    change = scored(api, responses=[late, early, middle])["phq9"]["change"]
    assert (change["first_total"], change["previous_total"], change["points"]) == (0, 9, 7)
    assert (change["direction"], change["reliable"]) == ("worse", True)


def test_another_coding_is_declared_and_checked(api: Api) -> None:
    four = {"instrument": "scl90", "administered_on": ON, "answers": [1] * 90, "coding_variant": "0-4"}
    assert scored(api, responses=[four])["scl90"]["total"] == 180
    outside = problem(api, responses=[{**four, "answers": [5, *[1] * 89]}])
    assert outside["field"] == "responses[0].answers[0]"
    assert "from 0 to 4" in outside["problem"]
    undeclared = {"instrument": "dsrsc", "administered_on": ON, "answers": [1] * 18}
    found = problem(api, responses=[undeclared])
    assert found["field"] == "responses[0].coding_variant"
    assert "none0" in found["fix"]


def test_answers_to_a_scale_that_is_scored_elsewhere_are_refused(api: Api) -> None:
    found = problem(api, responses=[{"instrument": "sdq_self", "administered_on": ON, "answers": [1] * 25}])
    assert found["field"] == "responses[0].instrument"
    assert "under scores" in found["fix"]


@pytest.mark.parametrize(
    ("scale", "value", "column", "said"),
    [("peers", 3, "scale", "one of total, emotional"), ("emotional", 11, "value", "from 0 to 10")],
)
def test_scores_are_held_to_their_names_and_ranges(api: Api, scale: str, value: float, column: str, said: str) -> None:
    row = {"instrument": "sdq_self", "scale": scale, "value": value, "administered_on": ON}
    found = problem(api, scores=[row])
    assert found["field"] == f"scores[0].{column}"
    assert said in f"{found['problem']} {found.get('fix')}"


def test_a_void_sheet_says_so_without_a_word_of_its_answers(api: Api) -> None:
    found = scored(api, responses=[answers_of("mht", 1)])["mht"]
    assert (found["total"], found["valid"], found["invalid_reasons"]) == (90, False, ["validity_scale"])
    assert [one["item"] for one in found["critical_items"]] == [85, 97]


def test_a_schools_own_questionnaire_is_known_to_the_service(tmp_path: Path) -> None:
    """A definition under RUNXIN_HOME/instruments is scored like any other."""
    own = KNOWN["gad7"].model_copy(update={"code": "our_scale"})
    (tmp_path / "instruments").mkdir()
    (tmp_path / "instruments" / "our_scale.toml").write_text(instrument_toml(own), "utf-8")
    assert set(read_instruments(tmp_path / "instruments")) == {"our_scale"}
    api = make_api(tmp_path)
    found = scored(api, responses=[{"instrument": "our_scale", "administered_on": ON, "answers": [3] * 7}])
    assert found["our_scale"]["total"] == 21
