"""What a refused import says: each cause once, and the way out that loses no safety evidence."""

from pathlib import Path

import pytest

from runxin.errors import UserError
from tests.command_line import told
from tests.integration.test_two_sheets import GRAVE, HEAD, MAPPING, NONE, imported


def refusal(folder: Path, *rows: str) -> UserError:
    with pytest.raises(UserError) as refused:
        imported(folder, *rows)
    return refused.value


@pytest.mark.parametrize("arguments", [("--preview",), ("--out", "made")])
def test_a_wrong_column_is_one_problem_with_its_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"S{n},3,8,2026-03-30 09:00,{NONE}" for n in range(500)]
    Path("phq.csv").write_text("\n".join([HEAD, *rows]), "utf-8")
    Path("mapping.toml").write_text(MAPPING, "utf-8")
    said = told(capsys, "import", "--mapping", "mapping.toml", "phq.csv", *arguments, code=3)
    first = said["problems"][0]
    assert (first["column"], first["what"], first["row"], first["count"]) == ("性别", "an unknown code 3", 2, 500)
    assert len(said["problems"]) <= 2, "and what follows from it comes after it"
    assert said["problem_count"] >= 500


def test_every_row_stands_in_the_file_of_what_was_set_aside(tmp_path: Path) -> None:
    rows = [f"S{n},{'女' if n < 5 else '3'},8,2026-03-30 09:00,{NONE}" for n in range(30)]
    imported(tmp_path, *rows, set_aside=True)
    listed = (tmp_path / "made" / "set_aside" / "students.csv").read_text("utf-8-sig").splitlines()
    assert len(listed) == 1 + 25


def test_setting_aside_is_offered_where_it_loses_nothing_of_safety(tmp_path: Path) -> None:
    wrong = f"S1,3,8,2026-03-30 09:00,{GRAVE}", f"S2,女,8,2026-03-30 09:00,{NONE}"
    assert "--set-aside" in str(refusal(tmp_path, *wrong).fix), "the sheet stands under 身份待核"


def test_setting_aside_is_not_offered_where_a_critical_answer_would_be_in_no_dataset(tmp_path: Path) -> None:
    rows = f"S1,女,8,2026-03-30 25:00,{GRAVE}", f"S2,女,8,2026-03-30 09:00,{NONE}"
    fix = str(refusal(tmp_path, *rows).fix)
    assert fix.startswith("mend the cells: with --set-aside 1 row with safety evidence")


def test_setting_aside_is_not_offered_for_answers_beyond_the_coding(tmp_path: Path) -> None:
    rows = f"S1,女,8,2026-03-30 09:00,4,{NONE[2:]}", f"S2,女,8,2026-03-30 09:00,{NONE}"
    refused = refusal(tmp_path, *rows)
    assert [problem.what for problem in refused.problems] == ["outside the range 0 to 3"]
    assert "may be the gravest" in str(refused.fix)
