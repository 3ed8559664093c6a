"""Exports as people in the field have had them: understood or asked about, and never guessed in silence."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from data_schemas.dataset import read_dataset
from tests.command_line import told

PERSON = ["学号", "年级", "性别", "测评日期"]
Answers = Callable[[int, int], object]
Capsys = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))


def export(path: Path, headers: Sequence[str], answer: Answers, rows: int = 45) -> str:
    """A file of so many students; `answer` says what row n has for the item at a place."""
    lines = [",".join([*PERSON, *headers])]
    for n in range(rows):
        person = [f"{2000 + n}", "八年级", "女", "2026-03-30"]
        lines.append(",".join([*person, *(str(answer(n, place)) for place in range(len(headers)))]))
    path.write_text("\n".join(lines), "utf-8")
    return str(path)


def items(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{n}" for n in range(1, count + 1)]


def open_questions(drafted: dict[str, Any]) -> dict[str, list[str]]:
    return {one["id"]: one["choices"] for one in drafted["questions"] if not one["answer"]}


def near(n: int, place: int) -> int:
    """Answers 0 to 3 that go together, somebody at either end."""
    return min(max(n % 4 + (n * 7 + place * 3) % 3 - 1, 0), 3)


@pytest.mark.parametrize(
    ("prefix", "count", "choices"),
    [("BDI", 21, ["dass21", "none"]), ("HADS", 14, ["pss14", "none"]), ("UPI", 60, ["mssmhs", "none"])],
)
def test_an_unknown_questionnaire_is_asked_about_and_never_matched_by_its_length(
    tmp_path: Path, capsys: Capsys, prefix: str, count: int, choices: list[str]
) -> None:
    source, mapping = export(tmp_path / "a.csv", items(prefix, count), near), str(tmp_path / "m.toml")
    drafted = told(capsys, "import", "--draft", mapping, source)
    assert drafted["instruments"] == []
    assert open_questions(drafted) == {"columns-1": choices}
    refused = told(capsys, "import", "--mapping", mapping, source, "--out", str(tmp_path / "out"), code=3)
    assert refused["error"]["message"] == "something of the files is still to be settled"
    assert "none of these: none" in refused["problems"][0]["what"]
    told(capsys, "import", "--mapping", mapping, "--answer", "columns-1=none", source, "--out", str(tmp_path / "out"))
    assert not read_dataset(tmp_path / "out").responses


def test_a_column_behind_the_items_is_left_unread_and_named(tmp_path: Path, capsys: Capsys) -> None:
    source = export(tmp_path / "a.csv", items("PHQ", 10), near)
    for more in ((), ("--instrument", "phq9")):
        mapping = str(tmp_path / f"m{len(more)}.toml")
        drafted = told(capsys, "import", "--draft", mapping, *more, source)
        assert (drafted["instruments"], drafted["unread"]) == (["phq9"], {"a.csv": ["PHQ10"]})
        assert open_questions(drafted) == {}


@pytest.mark.parametrize(
    ("prefix", "count", "answer", "choices"),
    [
        ("PHQ", 9, lambda n, place: 1 + near(n, place) // 2, ["0-3", "0-3, written one higher"]),
        ("PHQ", 9, lambda n, place: 1 + near(n, place), ["0-3, written one higher"]),
        ("ISI", 7, lambda n, place: 1 + near(n, place) + (n % 4 == 3), ["0-4, written one higher"]),
        ("SCL", 90, lambda n, place: near(n, place), ["1-5, 0 = blank", "0-4"]),
    ],
    ids=["nobody at either end", "some above the highest", "five answers", "SCL-90 with zeros"],
)
def test_a_coding_that_may_be_another_is_asked_for(
    tmp_path: Path, capsys: Capsys, prefix: str, count: int, answer: Answers, choices: list[str]
) -> None:
    source = export(tmp_path / "a.csv", items(prefix, count), answer)
    drafted = told(capsys, "import", "--draft", str(tmp_path / "m.toml"), source)
    (asked,) = open_questions(drafted).values()
    assert asked == choices


def test_answers_written_one_higher_are_brought_back(tmp_path: Path, capsys: Capsys) -> None:
    source, mapping, out = (
        export(tmp_path / "a.csv", items("PHQ", 9), lambda n, place: 1 + near(n, place)),
        str(tmp_path / "m.toml"),
        tmp_path / "out",
    )
    told(capsys, "import", "--draft", mapping, source)
    said = ("--answer", "phq9-coding=0-3, written one higher")
    told(capsys, "import", "--mapping", mapping, *said, source, "--out", str(out))
    sheets = read_dataset(out).responses["phq9"]
    assert [sheets.iloc[n]["item_9"] for n in range(8)] == [near(n, 8) for n in range(8)]


def test_a_file_that_looks_shifted_is_one_problem_and_its_worst_rows_are_not_set_aside(
    tmp_path: Path, capsys: Capsys
) -> None:
    """A mapping by hand that says nothing of the coding: only the severest rows are out of range."""
    source = export(tmp_path / "a.csv", items("PHQ", 9), lambda n, place: 1 + near(n, place))
    mapping = tmp_path / "m.toml"
    told(capsys, "import", "--draft", str(mapping), source)
    text = mapping.read_text("utf-8")
    head, _, rest = text.partition('[[questions]]\nid = "phq9-coding"')
    mapping.write_text(head + rest[rest.index("\n\n") :].replace('coding = "{?phq9-coding}"\n', ""), "utf-8")
    for more in ((), ("--set-aside",)):
        refused = told(
            capsys, "import", "--mapping", str(mapping), *more, source, "--out", str(tmp_path / "out"), code=3
        )
        first = refused["problems"][0]
        assert first["what"].startswith("phq9 looks shifted by one: nobody gave the lowest answer, and ")
        assert first["fix"] == 'write coding = "0-3, written one higher" into its items'
        assert "set-aside" not in (refused["error"]["fix"] or "")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("prefix", "count", "asked", "critical"),
    [("CDI", 26, "cdi-absent", "9 第9题"), ("MSSMHS", 55, "mssmhs-absent", "57 第57题")],
)
def test_a_shorter_form_is_asked_which_items_it_leaves_out(
    tmp_path: Path, capsys: Capsys, prefix: str, count: int, asked: str, critical: str
) -> None:
    answer: Answers = lambda n, place: min(near(n, place), 2) + (prefix == "MSSMHS")  # noqa: E731
    source, mapping = export(tmp_path / "a.csv", items(prefix, count), answer), str(tmp_path / "m.toml")
    drafted = told(capsys, "import", "--draft", mapping, source)
    assert asked in open_questions(drafted)
    (question,) = (one for one in drafted["questions"] if one["id"] == asked)
    assert critical in question["ask"], "an item that asks about safety is named"


def test_two_questionnaires_under_the_same_headers_are_named(tmp_path: Path, capsys: Capsys) -> None:
    headers = [*(str(n) for n in range(1, 10)), *(str(n) for n in range(1, 8))]
    refused = told(
        capsys, "import", "--draft", str(tmp_path / "m.toml"), export(tmp_path / "a.csv", headers, near), code=3
    )
    assert refused["error"]["message"] == "a.csv: headers stand twice"
    (problem,) = refused["problems"]
    assert problem["what"] == "7 headers stand twice or more: 1, 2, 3, 4, 5, 6, 7"
    assert problem["fix"].startswith("two questionnaires under the same headers?")


def test_items_that_are_not_scored_here_are_told_at_once(tmp_path: Path, capsys: Capsys) -> None:
    source = export(tmp_path / "a.csv", items("SDQ", 25), lambda n, place: min(near(n, place), 2))
    refused = told(capsys, "import", "--draft", str(tmp_path / "m.toml"), source, code=3)
    assert refused["problems"][0]["what"].startswith(
        "sdq_parent or sdq_self or sdq_teacher: its items are not scored here; bring its totals by a block"
    )


def test_an_item_whose_wording_sounds_like_a_figure_is_read_behind_a_letter_too(tmp_path: Path, capsys: Capsys) -> None:
    topics = ("兴趣", "心情", "睡眠", "疲倦", "食欲", "评价", "专注", "动作", "念头")
    headers = [*(f"PHQ{n}_{topic}" for n, topic in enumerate(topics, start=1)), "PHQ9_总分"]
    source = export(tmp_path / "a.csv", headers, lambda n, place: near(n, place) if place < 9 else n)
    drafted = told(capsys, "import", "--draft", str(tmp_path / "m.toml"), source)
    assert (drafted["instruments"], drafted["unread"]) == (["phq9"], {})
    assert "absent" not in (tmp_path / "m.toml").read_text("utf-8")


def lines(path: Path, *rows: str) -> str:
    path.write_text("\n".join(rows), "utf-8")
    return str(path)


def imported(capsys: Capsys, tmp_path: Path, source: str) -> dict[str, Any]:
    mapping = str(tmp_path / "m.toml")
    assert open_questions(told(capsys, "import", "--draft", mapping, source)) == {}
    return told(capsys, "import", "--mapping", mapping, source, "--out", str(tmp_path / "out"))


def test_a_sheet_without_its_time_is_kept_and_a_form_never_opened_is_nobodys(tmp_path: Path, capsys: Capsys) -> None:
    head = "学号,性别,年级,提交时间," + ",".join(items("PHQ", 9))
    source = lines(
        tmp_path / "a.csv",
        head,
        "7001,女,初二,2026-03-30 09:00,0,0,0,0,0,0,0,0,0",
        "7002,女,初二,,2,2,2,2,2,2,2,2,3",
        "7003,女,初二,,,,,,,,,,",
        "7004,女,初二,2026-03-30 09:10,,,,,,,,,",
    )
    done = imported(capsys, tmp_path, source)
    block = next(one for one in done["blocks"] if one["step"] == "responses/phq9")
    assert (block["written"], block["unopened"], block["dated"]) == (2, 2, 1)
    dataset = read_dataset(tmp_path / "out")
    sheets = dataset.responses["phq9"].set_index("student_id")
    assert sheets.loc["7002", "item_9"] == 3
    assert str(sheets.loc["7002", "administered_on"])[:10] == "2026-03-30", "the day of the file"
    assert len(dataset.students) == 4, "who never opened the form is still a student"


def test_two_waves_side_by_side_have_each_their_own_day(tmp_path: Path, capsys: Capsys) -> None:
    waves = [f"T{wave}_PHQ{n}" for wave in (1, 2) for n in range(1, 10)]
    head = ",".join(["学号", "性别", "年级", *waves[:9], "T1日期", *waves[9:], "T2日期"])
    source = lines(
        tmp_path / "a.csv",
        head,
        "2201,女,初二,0,0,0,0,0,0,0,0,0,2025-10-20,2,2,2,2,2,2,2,2,3,2026-03-30",
        "2202,女,初二,1,1,0,0,1,0,0,0,0,2025-10-20,1,0,0,0,0,0,0,0,0,2026-03-30",
    )
    imported(capsys, tmp_path, source)
    sheets = read_dataset(tmp_path / "out").responses["phq9"]
    first = sheets[sheets["student_id"] == "2201"]
    assert {str(day)[:10]: item for day, item in zip(first["administered_on"], first["item_9"], strict=True)} == {
        "2025-10-20": 0,
        "2026-03-30": 3,
    }


def test_anonymous_answers_of_limesurvey_keep_their_sheets(tmp_path: Path, capsys: Capsys) -> None:
    head = "id,submitdate,lastpage,startlanguage,学号,性别,年级," + ",".join(items("phq", 9))
    source = lines(
        tmp_path / "results-survey.csv",
        head,
        "1,2026-03-30 09:00:00,3,zh-Hans,7001,女,初二,0,0,0,0,0,0,0,0,0",
        "2,,2,zh-Hans,7002,女,初二,2,2,2,2,2,2,2,2,3",
        "3,1980-01-01 00:00:00,3,zh-Hans,7003,女,初二,1,1,1,1,1,1,1,1,1",
    )
    imported(capsys, tmp_path, source)
    sheets = read_dataset(tmp_path / "out").responses["phq9"].set_index("student_id")
    assert set(sheets["administered_on"].astype(str).str[:10]) == {"2026-03-30"}
    assert sheets["item_9"].to_dict() == {"7001": 0, "7002": 3, "7003": 1}


@pytest.mark.parametrize("rows", [20, 45, 60])
def test_reversed_items_that_were_turned_already_are_told_by_the_import(
    tmp_path: Path, capsys: Capsys, rows: int
) -> None:
    source, mapping = export(tmp_path / "a.csv", items("CESD", 20), near, rows), str(tmp_path / "m.toml")
    told(capsys, "import", "--draft", mapping, source)
    refused = told(capsys, "import", "--mapping", mapping, source, "--out", str(tmp_path / "out"), code=3)
    (problem,) = refused["problems"]
    assert "its reversed items (CESD4, CESD8, CESD12, CESD16) run against the others" in problem["what"]
    assert problem["fix"] == "write turned = true into its items, where the platform has turned them"


def test_an_spss_file_is_read_by_its_labels_and_its_missing_values(tmp_path: Path, capsys: Capsys) -> None:
    words = {0.0: "完全不会", 1.0: "好几天", 2.0: "一半以上的天数", 3.0: "几乎每天"}
    frame = pd.DataFrame({"学号": ["7001", "7002"], "性别": [1.0, 2.0], "年级": [8.0, 8.0]})
    frame["测评日期"] = pd.to_datetime(["2026-03-30", "2026-03-31"])
    for n in range(1, 10):
        frame[f"PHQ{n}"] = [0.0, 3.0 if n < 9 else 99.0]
    labels = {"性别": {1.0: "男", 2.0: "女"}, **{f"PHQ{n}": words for n in range(1, 10)}}
    missing = {f"PHQ{n}": [99] for n in range(1, 10)}
    source = str(tmp_path / "a.sav")
    pyreadstat.write_sav(frame, source, variable_value_labels=labels, missing_ranges=missing)
    imported(capsys, tmp_path, source)
    dataset = read_dataset(tmp_path / "out")
    sheets = dataset.responses["phq9"].set_index("student_id")
    assert (sheets.loc["7001", "item_9"], sheets.loc["7002", "item_1"]) == (0, 3)
    assert pd.isna(sheets.loc["7002", "item_9"]), "a value declared missing is blank, and not an answer"
    assert dataset.students.set_index("student_id")["sex"].to_dict() == {"7001": "male", "7002": "female"}
