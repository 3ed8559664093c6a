"""Wide exports as platforms make them: drafted, previewed, imported, and read for what they say."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from data_schemas.check import check_dataset
from data_schemas.dataset import read_dataset
from data_schemas.instruments import packaged_instruments, score_sheets
from runxin.cli.main import run
from tests.command_line import told

Rows = Sequence[Sequence[object]]
PHQ9 = ["完全不会", "好几天", "一半以上的天数", "几乎每天"]
MHT = packaged_instruments()["mht"]
MSSMHS = ["从无", "轻度", "中度", "偏重", "严重"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))


def book(path: Path, rows: Rows) -> Path:
    made = openpyxl.Workbook()
    for row in rows:
        made.worksheets[0].append(list(row))
    made.save(path)
    return path


def mht(path: Path) -> Path:
    """A title above the headers, item wording in them, full-width ids, 是 and 否, a duration in words, a total."""
    head = ["序号", "学号", "姓名", "学校名称", "年级", "班级", "性别", "身份证号", "提交答卷时间", "所用时间"]
    items = [f"{number}、某道题的题面(是/否)" for number in range(1, 101)]
    rows: list[list[object]] = [["2026年秋季心理测评"], [*head, *items, "总分"]]
    for n in range(4):
        person = [n, f"２０２４０{n}", "某某", "一中", ["七年级", "初二"][n % 2], "1班", "男女"[n % 2], "320…"]
        answers: list[object] = ["是" if item % (n + 2) == 0 else "否" for item in range(1, 101)]
        answers[84] = ["否", "是", "否", None][n]
        total = sum(answers[item - 1] == "是" for item in MHT.items_of(MHT.total))  # the lie scale is not among them
        rows.append([*person, datetime(2026, 11, 3, 9, n), f"{n + 5}分{n}秒", *answers, total])
    return book(path, rows)


def test_mht_from_a_draft_to_a_dataset_without_writing_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, mapping, out = str(mht(tmp_path / "MHT测评.xlsx")), str(tmp_path / "m.toml"), str(tmp_path / "out")
    drafted = told(capsys, "import", "--draft", mapping, source)
    assert drafted["instruments"] == ["mht"]
    assert drafted["unread"] == {"MHT测评.xlsx": ["序号", "姓名", "身份证号"]}
    assert drafted["to_do"] == []

    seen = told(capsys, "import", "--mapping", mapping, "--preview", source)
    answers = seen["blocks"][1]["answers"]
    assert answers["headers"]["85"] == "85、某道题的题面(是/否)"
    assert {(one["text"], one["value"]) for one in answers["read"]} == {("是", "1"), ("否", "0")}
    assert (answers["cells"], answers["blank"], answers["absent"]) == (400, 1, [])
    assert seen["problem_count"] == 0
    assert not Path(out).exists(), "a preview writes nothing"
    assert "2024" not in json.dumps(seen["blocks"], ensure_ascii=False), "no id is shown"
    assert "某某" not in json.dumps(seen, ensure_ascii=False)

    told(capsys, "import", "--mapping", mapping, source, "--out", out)
    dataset = read_dataset(Path(out))
    assert check_dataset(dataset).ok
    people = dataset.students.set_index("student_id")
    assert list(people.index) == ["202400", "202401", "202402", "202403"], "full-width digits are digits"
    assert people["grade"].tolist() == [7, 8, 7, 8]
    assert people["class_id"].tolist() == ["七年级-1班", "初二-1班"] * 2, "1班 of two grades are two classes"
    sheets = dataset.responses["mht"]
    assert sheets["duration_s"].tolist() == [300, 361, 422, 483]
    scores = score_sheets(dataset.instruments["mht"], sheets[[f"item_{n}" for n in range(1, 101)]].to_numpy(float))
    assert scores.critical.tolist() == [0, 2, 0, 1], "item 85: 否, 是, 否, and a blank, which is unknown"


def test_mssmhs_in_words_as_gb18030(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = ["学号", "年级", "性别", "测评日期", *(f"MSSMHS_{n}" for n in range(1, 61))]
    rows = [[f"{n}", "高一", "女", "2026/11/5", *(MSSMHS[(n + item) % 5] for item in range(60))] for n in range(5)]
    source = tmp_path / "导出.csv"
    source.write_bytes("\n".join(",".join(row) for row in [head, *rows]).encode("gb18030"))
    mapping = tmp_path / "m.toml"
    assert told(capsys, "import", "--draft", str(mapping), str(source))["instruments"] == ["mssmhs"]
    assert told(capsys, "import", "--mapping", str(mapping), str(source), "--out", str(tmp_path / "out"))
    first = read_dataset(tmp_path / "out").responses["mssmhs"].iloc[0]
    assert [first[f"item_{n}"] for n in range(1, 7)] == [1, 2, 3, 4, 5, 1]


def through(path: Path, last: str = "A.完全不会") -> Path:
    """Two questionnaires numbered through behind the questions about the person; marks of options before the words."""
    head = [
        "提交答卷时间",
        "所用时间",
        "1、学号",
        "2、姓名",
        "3、年级",
        "4、性别",
        *(f"{n}、题面" for n in range(5, 21)),
    ]
    answers = [f"{'ABCD'[place]}.{word}" for place, word in enumerate(PHQ9)] * 4
    person = ["2026/11/6 8:30:00", "125秒", "7", "某某", "初一", "1"]
    return book(path, [head, [*person, *answers[:15], last]])


def test_questionnaires_numbered_through_are_named_and_split(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, mapping = str(through(tmp_path / "导出.xlsx")), str(tmp_path / "m.toml")
    asked = told(capsys, "import", "--draft", str(tmp_path / "asked.toml"), source)
    assert "which questionnaire are the 16 columns such as 5、题面" in asked["to_do"][0]
    assert asked["questions"][0]["choices"] == ["none"], "none has so many items"
    refused = told(capsys, "import", "--mapping", str(tmp_path / "asked.toml"), source, "--out", "x", code=3)
    assert refused["error"]["message"] == "something of the files is still to be settled"
    both = ("--instrument", "phq9", "--instrument", "gad7")
    drafted = told(capsys, "import", "--draft", mapping, *both, source)
    assert drafted["instruments"] == ["phq9", "gad7"]
    assert any("national codes" in line for line in drafted["to_do"])
    assert "school-1" in " ".join(drafted["to_do"])
    told(capsys, "import", "--mapping", mapping, source, "--out", str(tmp_path / "out"))
    dataset = read_dataset(tmp_path / "out")
    assert dataset.responses["phq9"].iloc[0][["item_1", "item_4", "item_9"]].tolist() == [0, 3, 0]
    assert dataset.responses["gad7"].iloc[0][["item_1", "item_7"]].tolist() == [1, 0]
    assert told(capsys, "import", "--draft", mapping, *both, source, code=4)["error"]["kind"] == "refused", "kept"


def test_files_of_one_school_become_one_mapping(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Students come from the file that says most of them; a second one holds answers only, a header twice, a dash."""
    folder = tmp_path / "exports"
    folder.mkdir()
    mht(folder / "MHT测评.xlsx")
    head = ["学号", "提交时间", *(f"GAD-7_{n}" for n in range(1, 8)), "总分", "总分"]
    book(folder / "焦虑.xlsx", [head, ["202401", "2026-11-04", 0, 1, 2, 3, "-", 1, 2, 9, 9]])
    mapping, out = str(tmp_path / "m.toml"), str(tmp_path / "out")
    drafted = told(capsys, "import", "--draft", mapping, str(folder))
    assert drafted["instruments"] == ["mht", "gad7"]
    assert drafted["unread"]["焦虑.xlsx"] == ["总分"]
    assert drafted["to_do"] == []
    told(capsys, "import", "--mapping", mapping, str(folder), "--out", out)
    dataset = read_dataset(Path(out))
    assert len(dataset.students) == 4
    sheet = dataset.responses["gad7"].iloc[0]
    assert sheet["item_4"] == 3
    assert pd.isna(sheet["item_5"]), "a dash is no answer"


def test_a_draft_needs_ids_and_items(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping = str(tmp_path / "m.toml")
    for name, text, said in (
        ("a.csv", "姓名,Q1,Q2,Q3,Q4,Q5,Q6,Q7\n某某,0,0,0,0,0,0,0\n", "no column with the students' ids"),
        ("b.csv", "学号,年级\n1,七年级\n", "neither numbered columns of items"),
        ("c.csv", "x\ny\n", "has no row of headers"),
    ):
        (tmp_path / name).write_text(text, "utf-8")
        assert said in told(capsys, "import", "--draft", mapping, str(tmp_path / name), code=3)["error"]["message"]
    (tmp_path / "d.csv").write_text("学号,GAD1,GAD2,GAD3,GAD4,GAD5,GAD6,GAD7\n1,0,0,0,0,0,0,0\n", "utf-8")
    two = ("--instrument", "gad7", "--instrument", "phq9")
    refused = told(capsys, "import", "--draft", mapping, *two, str(tmp_path / "d.csv"), code=2)
    assert "no columns left for phq9" in refused["error"]["message"]
    refused = told(capsys, "import", "--draft", mapping, "--instrument", "sdq_self", str(tmp_path / "d.csv"), code=2)
    assert "no questionnaire 'sdq_self' with items" in refused["error"]["message"]
    assert not Path(mapping).exists()
    stray = told(capsys, "import", "--instrument", "gad7", "--preview", "--mapping", mapping, str(tmp_path), code=2)
    assert stray["error"]["message"] == "--instrument belongs to --draft"


def test_a_word_that_is_not_known_is_named_by_its_own_header(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, mapping = str(through(tmp_path / "导出.xlsx", last="偶尔")), str(tmp_path / "m.toml")
    both = ("--instrument", "phq9", "--instrument", "gad7")
    assert any(
        "neither numbers nor words" in line
        for line in told(capsys, "import", "--draft", mapping, *both, source)["to_do"]
    )
    seen = told(capsys, "import", "--mapping", mapping, "--preview", source, code=3)
    problem = seen["problems"][0]
    assert (problem["file"], problem["row"], problem["column"]) == ("导出.xlsx", 2, "20、题面")
    assert problem["what"] == "an unknown code"
    assert "known are 0 to 3, " in problem["fix"]
    assert seen["blocks"][2]["answers"]["others_not_understood"] == 1, "a text of one cell is counted, not shown"
    assert run(["import", "--mapping", mapping, "--preview", source]) == 3
    text = capsys.readouterr().out
    assert "not understood: 1 cell" in text
    assert "an import would refuse this" in text
