"""`runxin features` and `runxin leave-rates` as a data scientist calls them."""

from pathlib import Path

import pandas as pd
import pytest

from data_schemas.dataset import write_dataset
from runxin.cli.main import run
from tests.command_line import told
from tests.learnable import AS_OF, INDEX_DATES, learnable


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "invented"
    write_dataset(learnable(120), folder)
    return folder


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))


def test_the_matrix_is_written_blank_where_nothing_is_known(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep" / "matrix.csv"
    said = told(capsys, "features", str(data), "--as-of", AS_OF.isoformat(), "--out", str(out))
    frame = pd.read_csv(out, encoding="utf-8-sig")
    assert (said["students"], said["features"]) == (120, frame.shape[1] - 1)
    assert {"leave_trend_20", "leave_rate_pctl_60", "phq9_total", "family_left_behind"} <= set(frame.columns)
    assert frame["phq9_total"].dropna().between(0, 27).all(), "figures stand in their own points"
    assert set(frame["family_left_behind"].dropna()) <= {0, 1}
    assert frame["family_orphan"].isna().all(), "nobody was asked: unknown is not no"
    assert frame["leave_days_20"].notna().all(), "no feed is on record, so that the table is taken to be all there is"
    assert frame["excess_vs_class_60"].isna().all(), "there are no classes"


def test_encoded_is_what_a_model_reads(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "matrix.parquet"
    told(capsys, "features", str(data), "--as-of", INDEX_DATES[1].isoformat(), "--out", str(out), "--encoded")
    frame = pd.read_parquet(out)
    assert frame["family_orphan"].to_numpy() == pytest.approx(0.1)
    assert frame["leave_days_20"].dtype == "float32"
    assert abs(frame["phq9_total"].mean()) < 0.5, "standardised"


def test_another_format_is_refused_before_anything_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["features", str(tmp_path), "--as-of", "2026-04-03", "--out", "matrix.txt"]) == 2
    assert "matrix.txt is neither .parquet nor .csv" in capsys.readouterr().err


def test_explain_says_what_a_feature_is(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "features", "explain", "leave_trend_20")
    assert (said["group"], said["unit"], said["modelled"]) == ("leave", "days", False)
    assert "one more day of leave may lower it" in said["kept_out"]
    assert "Finning" in said["source"]
    assert run(["features", "explain", "leave_trend_20"]) == 0
    assert "models: do not read it" in capsys.readouterr().out
    assert run(["features", "explain", "leave_trnd_20"]) == 2
    assert "did you mean leave_trend_20" in capsys.readouterr().err


def test_leave_rates_show_each_rule_and_what_is_usual(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "leave-rates", str(data))
    rules = {rule["rule"]: rule for rule in said["rules"]}
    assert set(rules) >= {"leave-long", "leave-frequent", "leave-return", "R16", "R17", "suspension-expired"}
    assert rules["contact_unexcused"]["tier"] is None
    assert all(0 <= rule["flagged"] <= rule["students"] == 120 for rule in rules.values())
    (junior,) = said["usual"]
    assert (junior["stage"], junior["students"]) == ("junior", 120)
    assert run(["leave-rates", str(data)]) == 0
    assert "frequent_above = {" in capsys.readouterr().out
