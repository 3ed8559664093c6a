"""Two scores or two outcomes of one student and day that contradict each other: both stay, the graver is read."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data_schemas.check import check_dataset
from data_schemas.codes import Tier
from data_schemas.dataset import Dataset, read_dataset
from models import assess, read_policy, records_of
from models.assessment import Assessment
from tests.command_line import told

MAPPING = """
[dataset]
name = "contradictions"
origin = "local"
mode = "longitudinal"
as_of = 2026-03-31
[student_id]
column = "学号"
[[blocks]]
table = "students"
[blocks.columns]
school_id = { constant = "school-1" }
stage = { constant = "junior" }
sex = { constant = "unknown" }
[[blocks]]
"""
SCORES = """table = "scores"
[blocks.columns]
instrument = { constant = "phq9" }
scale = { constant = "total" }
value = "分"
administered_on = { constant = 2026-03-27 }
"""
OUTCOMES = """table = "outcomes"
[blocks.columns]
kind = { constant = "interview" }
level = "分"
observed_on = { constant = 2026-03-27 }
recorded_on = { constant = 2026-03-27 }
"""
Capsys = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))


def imported(tmp_path: Path, capsys: Capsys, block: str, values: tuple[int, int]) -> tuple[dict[str, Any], Dataset]:
    (tmp_path / "m.toml").write_text(MAPPING + block, "utf-8")
    (tmp_path / "a.csv").write_text(f"学号,分\nS1,{values[0]}\nS1,{values[1]}\n", "utf-8")
    asked = ["import", "--mapping", str(tmp_path / "m.toml"), str(tmp_path / "a.csv"), "--out", str(tmp_path / "out")]
    (problem,) = told(capsys, *asked, code=3)["problems"]
    assert (problem["what"], problem["row"]) == ("against an earlier row of the same student and day", 3)
    done = told(capsys, *asked, "--set-aside")
    return done, read_dataset(tmp_path / "out")


def said(dataset: Dataset) -> Assessment:
    (one,) = assess(records_of(dataset), date(2026, 3, 31), None, read_policy())
    return one


@pytest.mark.parametrize("values", [(2, 18), (18, 2)])
def test_of_two_totals_none_is_set_aside_and_the_graver_opens_its_floor(
    tmp_path: Path, capsys: Capsys, values: tuple[int, int]
) -> None:
    done, dataset = imported(tmp_path, capsys, SCORES, values)
    assert (done["rows_set_aside"], done["rows_unsettled"], len(dataset.tables["scores"])) == (0, 0, 2)
    assert "phq9-total-15" in {floor.id for floor in said(dataset).floors}
    assert [one.row for one in check_dataset(dataset).questions if "against an earlier" in one.what] == [3]


@pytest.mark.parametrize("values", [(0, 3), (3, 0)])
def test_of_two_outcomes_none_is_set_aside_and_the_graver_counts(
    tmp_path: Path, capsys: Capsys, values: tuple[int, int]
) -> None:
    done, dataset = imported(tmp_path, capsys, OUTCOMES, values)
    assert (done["rows_set_aside"], len(dataset.tables["outcomes"])) == (0, 2)
    assert said(dataset).tier is Tier.CRISIS
