"""Wide exports as platforms make them: drafted, previewed, imported, and read for what they say."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from data_schemas.check import check_dataset
from data_schemas.dataset import read_dataset
from data_schemas.instruments import score_sheets
from runxin.cli.main import run

Rows = Sequence[Sequence[object]]
PHQ9 = ["完全不会", "好几天", "一半以上的天数", "几乎每天"]
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
        rows.append([*person, datetime(2026, 11, 3, 9, n), f"{n + 5}分{n}秒", *answers, 30])
    return book(path, rows)


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict:  # type: ignore[type-arg]
    capsys.readouterr()
    assert run([*arguments, "--json"]) == code
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_mht_from_a_draft_to_a_dataset_without_writing_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, mapping, out = str(mht(tmp_path / "MHT测评.xlsx")), str(tmp_path / "m.toml"), str(tmp_path / "out")
    drafted = told(capsys, "import", "--draft", mapping, source)
    assert drafted["instruments"] == ["mht"]
    assert drafted["unread"] == ["序号", "姓名", "身份证号", "总分"]
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
    assert people["class_id"].nunique() == 2, "1班 of two grades are two classes"
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
    refused = told(capsys, "import", "--draft", mapping, source, code=2)
    assert "which questionnaire are the 16 columns such as 5、题面" in refused["error"]["message"]
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
    assert "not understood: 1 cells" in text
    assert "an import would refuse this" in text


MAPPING = """
[dataset]
name = "a"
origin = "local"
mode = "longitudinal"
as_of = 2026-11-30
[student_id]
column = "学号"
[[blocks]]
table = "students"
[blocks.columns]
school_id = { constant = "s" }
stage = { constant = "junior" }
sex = { constant = "unknown" }
[[blocks]]
table = "responses/%s"
[blocks.items]
%s
[blocks.columns]
administered_on = { constant = 2026-11-03 }
"""


def write(tmp_path: Path, code: str, items: str, head: Sequence[str], rows: Rows) -> tuple[str, ...]:
    (tmp_path / "m.toml").write_text(MAPPING % (code, items), "utf-8")
    lines = [",".join(["学号", *head]), *(",".join(map(str, [n, *row])) for n, row in enumerate(rows))]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    return "--mapping", str(tmp_path / "m.toml"), str(tmp_path / "a.csv")


def test_an_item_that_the_file_does_not_have_is_unknown_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Platforms leave the question about suicide out: that is not an answer of never."""
    head = [f"第{n}题" for n in range(1, 9)]
    arguments = write(tmp_path, "phq9", 'columns = "第{n}题"\nabsent = [9]', head, [[0] * 8, [3] * 8])
    answers = told(capsys, "import", *arguments, "--preview")["blocks"][1]["answers"]
    assert (answers["absent"], answers["absent_critical"]) == ([9], [9])
    assert run(["import", *arguments, "--preview"]) == 0
    assert "unknown for everyone, never negative" in capsys.readouterr().out
    told(capsys, "import", *arguments, "--out", str(tmp_path / "out"))
    sheets = read_dataset(tmp_path / "out").responses["phq9"]
    assert sheets["item_9"].isna().all()


def test_an_answer_is_held_to_the_coding_of_its_block(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = [f"Q{n}" for n in range(1, 91)]
    rows = [[0] * 90, [4] * 89 + [5]]
    arguments = write(tmp_path, "scl90", 'columns = "Q{n}"\ncoding = "0-4"', head, rows)
    seen = told(capsys, "import", *arguments, "--preview", code=3)
    assert [(p["row"], p["column"], p["what"]) for p in seen["problems"]] == [(3, "Q90", "outside the range 0 to 4")]
    told(capsys, "import", *arguments, "--out", str(tmp_path / "out"), "--set-aside")
    assert read_dataset(tmp_path / "out").responses["scl90"]["coding_variant"].tolist() == ["0-4"]


def test_a_column_may_say_how_each_sheet_is_coded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = ["编码", *(f"Q{n}" for n in range(1, 91))]
    rows = [["0-4", *[0] * 90], ["1-5", *[1] * 90], ["1-5", *[0] * 90], ["9-9", *[1] * 90]]
    arguments = write(tmp_path, "scl90", 'columns = "Q{n}"', head, rows)
    mapping = tmp_path / "m.toml"
    mapping.write_text(mapping.read_text("utf-8") + 'coding_variant = "编码"\n', "utf-8")
    seen = told(capsys, "import", *arguments, "--preview", code=3)
    named = {(p["row"], p["column"]) for p in seen["problems"]}
    assert named == {(4, f"Q{n}") for n in range(1, 91)} | {(5, "编码")}


@pytest.mark.parametrize(
    ("code", "items", "said"),
    [
        ("dsrsc", 'columns = "Q{n}"', "add coding = one of none0, often0"),
        ("phq9", 'columns = "Q{n}"\ncoding = "1-4"', "phq9 has no coding '1-4': add coding = one of 0-3"),
        ("phq9", 'columns = "Q{n}"\nabsent = [10]', "absent names item 10, and phq9 has 9"),
        ("sdq_self", 'columns = "Q{n}"', 'give its totals in a block with table = "scores": total'),
    ],
)
def test_a_block_that_cannot_be_read_rightly_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str, items: str, said: str
) -> None:
    arguments = write(tmp_path, code, items, [f"Q{n}" for n in range(1, 26)], [[0] * 25])
    assert run(["import", *arguments, "--preview"]) == 3
    assert said in capsys.readouterr().err.replace("\n", " ")


def test_a_pattern_finds_one_header_or_says_that_it_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = [*(f"{n}、题面" for n in range(1, 8)), "7、又一题"]
    arguments = write(tmp_path, "gad7", 'columns = "{n}、*"', head, [[0] * 8])
    found = told(capsys, "import", *arguments, "--preview", code=3)["problems"]
    assert [(p["column"], p["what"]) for p in found] == [("7、*", "2 columns fit this pattern")]
    arguments = write(tmp_path, "gad7", 'columns = "{n}.*"', head, [[0] * 8])
    found = told(capsys, "import", *arguments, "--preview", code=3)["problems"]
    assert {p["what"] for p in found} == {"this column is absent"}
    assert len(found) == 7


def test_a_batch_that_runs_against_itself_is_refused_under_its_headers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """CES-D whose four positive items the platform had turned already."""
    rows = [[n % 4] * 20 for n in range(60)]
    arguments = write(tmp_path, "cesd", 'columns = "Q{n}"', [f"Q{n}" for n in range(1, 21)], rows)
    out = str(tmp_path / "out")
    found = told(capsys, "import", *arguments, "--out", out, code=3)["problems"]
    assert {p["column"] for p in found} >= {"Q4", "Q8", "Q12", "Q16"}
    assert all("runs against the others" in p["what"] and p["file"] == "a.csv" for p in found)
    told(capsys, "import", *arguments, "--out", out, "--set-aside")
    assert len(read_dataset(Path(out)).responses["cesd"]) == 60, "nobody's sheet is lost; the screening says it again"


def test_a_school_s_own_questionnaire_goes_with_the_dataset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    template = str(tmp_path / "q.xlsx")
    told(capsys, "instrument", "template", "--out", template)
    told(capsys, "instrument", "new", "--from", template)
    arguments = write(tmp_path, "example", 'columns = "Q{n}"', [f"Q{n}" for n in range(1, 7)], [["总是"] * 6])
    told(capsys, "import", *arguments, "--out", str(tmp_path / "out"))
    dataset = read_dataset(tmp_path / "out")
    assert dataset.own_instruments["example"].items == 6
    assert dataset.responses["example"].iloc[0]["item_1"] == 3


def test_totals_scored_elsewhere_are_held_to_their_scales(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = MAPPING.split("[[blocks]]")
    scores = """
table = "scores"
[blocks.columns]
instrument = { constant = "sdq_self" }
administered_on = { constant = 2026-11-03 }
[blocks.long]
total = "困难总分"
emotional = "情绪"
"""
    (tmp_path / "m.toml").write_text("[[blocks]]".join([*text[:2], scores]), "utf-8")
    (tmp_path / "a.csv").write_text("学号,困难总分,情绪\n1,20,5\n2,41,5\n", "utf-8")
    arguments = ("--mapping", str(tmp_path / "m.toml"), str(tmp_path / "a.csv"))
    found = told(capsys, "import", *arguments, "--preview", code=3)["problems"]
    assert [(p["row"], p["column"]) for p in found] == [(3, "困难总分")]
    assert found[0]["what"] == "total of sdq_self lies from 0 to 40"
