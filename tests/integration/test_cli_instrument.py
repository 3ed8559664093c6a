"""`runxin instrument` as a user runs it."""

from pathlib import Path
from typing import Any

import pytest

from data_schemas.codes import Concern
from data_schemas.dataset import Dataset, Description, conform, table_of, write_dataset
from data_schemas.instruments import packaged_instruments
from runxin.cli.main import run
from tests.command_line import told
from tests.learnable import learnable

KNOWN = packaged_instruments()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """The JSON object that a verb prints last."""
    return told(capsys, "instrument", *words)


def refused(capsys: pytest.CaptureFixture[str], code: int, *words: str) -> str:
    assert run(["instrument", *words]) == code
    return " ".join(capsys.readouterr().err.split())


def test_list_names_every_questionnaire(capsys: pytest.CaptureFixture[str]) -> None:
    assert {line["code"] for line in said(capsys, "list")["instruments"]} == set(KNOWN)
    assert run(["instrument", "list"]) == 0
    assert "心理健康诊断测验" in capsys.readouterr().out


@pytest.mark.parametrize("code", sorted(KNOWN))
def test_show_tells_every_source(capsys: pytest.CaptureFixture[str], code: str) -> None:
    assert run(["instrument", "show", code]) == 0
    shown = capsys.readouterr().out
    for source in KNOWN[code].sources.values():
        assert source.text in shown
    assert said(capsys, "show", code)["code"] == code


def test_score_answers_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    found = said(capsys, "score", "phq9", "--answers", "1,2,2,1,1,2,1,0,0")
    assert set(found) == {
        *("code", "coding", "total", "band", "subscales", "valid", "invalid_reasons", "n_missing", "prorated"),
        *("critical_items", "critical_status", "soft_items", "suicidality_covered"),
    }
    assert (found["total"], found["band"]["code"], found["critical_status"]) == (10, "moderate", "negative")
    assert found["subscales"]["symptoms"]["band"]["code"] == "two_to_four"


def test_an_empty_place_is_a_blank_and_never_a_zero(capsys: pytest.CaptureFixture[str]) -> None:
    found = said(capsys, "score", "phq9", "--answers", "2,2,,1,1,,1,0,")
    assert (found["n_missing"], found["valid"], found["total"]) == (3, False, None)
    assert found["critical_status"] == "unknown"


def test_words_full_width_digits_and_other_codings(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "score", "phq9", "--answers", "好几天,１,几乎每天,0,0,0,0,0,完全不会")["total"] == 5
    assert said(capsys, "score", "mht", "--answers", ",".join(["否"] * 100))["total"] == 0
    four = said(capsys, "score", "scl90", "--coding", "0-4", "--answers", ",".join(["1"] * 90))
    assert (four["coding"], four["total"]) == ("0-4", 180)


def test_mistakes_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "has 9 items, answers given: 2" in refused(capsys, 3, "score", "phq9", "--answers", "1,2")
    assert "item_3" in refused(capsys, 3, "score", "phq9", "--answers", "0,0,4,0,0,0,0,0,0")
    assert "known are 0–3, 完全不会" in refused(capsys, 3, "score", "phq9", "--answers", "0,0,often,0,0,0,0,0,0")
    assert "one of none0, often0" in refused(capsys, 3, "score", "dsrsc", "--answers", ",".join(["1"] * 18))
    assert "scored elsewhere" in refused(capsys, 3, "score", "sdq_self", "--answers", "1")
    assert "there is no questionnaire 'phq'" in refused(capsys, 2, "show", "phq")


def test_a_schools_own_from_the_template_to_a_score(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    said(capsys, "template", "--out", "scale.xlsx")
    assert "scale.xlsx is there already" in refused(capsys, 4, "template", "--out", "scale.xlsx")
    made = said(capsys, "new", "--from", "scale.xlsx")
    assert Path(made["definition"]) == home / "instruments" / "example.toml"
    assert any("本示例为虚构" in warning for warning in made["warnings"]), "what is not confirmed is said"
    assert "write over it with --replace" in refused(capsys, 4, "new", "--from", "scale.xlsx")
    said(capsys, "new", "--from", "scale.xlsx", "--replace")
    assert said(capsys, "score", "example", "--answers", "从不,有时,总是,2,3,1")["total"] == 7
    own = [line for line in said(capsys, "list")["instruments"] if line["own"]]
    assert [line["code"] for line in own] == ["example"]
    assert said(capsys, "check", made["definition"])["ok"]
    assert said(capsys, "check", "scale.xlsx")["code"] == "example"
    assert "there is no file" in refused(capsys, 2, "check", "nothing.xlsx")


def test_a_faulty_definition_is_refused_by_its_field(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('code = "mine"\n', "utf-8")
    assert "mine.toml, column scores: Field required" in refused(capsys, 3, "check", "mine.toml")


def test_flag_rates_of_a_dataset(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_dataset(learnable(200), tmp_path / "data")
    payload = said(capsys, "flag-rates", "data")
    found = {rate["floor"]: rate for rate in payload["floors"]}
    assert {"R01", "R02", "R19", "phq9-total-10", "phq9-total-15"} == set(found)
    moods = payload["concerns"][0]
    assert (moods["kind"], moods["use"]) == ("mood_abnormal", "lead")
    assert moods["per_thousand_and_week"] > 0
    assert {row["kind"] for row in payload["concerns"]} == set(Concern.codes()), "what nobody reported is shown as 0"
    total = found["phq9-total-10"]
    assert total["screened"] == 200
    assert total["share"] == pytest.approx(total["flagged"] / 200)
    assert sum(group["screened"] for group in total["groups"]) == 200
    assert total["expected"][0]["share"] == 0.16
    assert len(said(capsys, "flag-rates", "data", "--all")["floors"]) == 10
    assert run(["instrument", "flag-rates", "data"]) == 0
    shown = capsys.readouterr().out
    assert "初中: 男" in shown.replace("女", "男", 1)
    assert "reports per thousand students and week:" in shown
    assert "sleep_short (睡眠不足, errand of the homeroom teacher): 0.000 (0 reports)" in shown


def test_no_floor_where_nothing_was_answered(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    whole = learnable(20)
    empty = Dataset(Description(**whole.description.model_dump()), {"students": whole.students}, {})
    assert conform(whole.students, table_of("students", KNOWN)).equals(whole.students)
    write_dataset(empty, tmp_path / "data")
    assert run(["instrument", "flag-rates", "data"]) == 0
    assert "no floor belongs to a questionnaire that was answered here" in capsys.readouterr().out
