"""What a teacher's files hold that may be read in two ways: it is asked, named, or read the only way that it can be."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from data_schemas.dataset import Dataset, read_dataset
from tests.command_line import told

PERSON = ["学号", "年级", "性别", "测评日期"]
PHQ = [f"PHQ{n}" for n in range(1, 10)]
Capsys = pytest.CaptureFixture[str]
Cell = Callable[[int, int], object]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))


def near(n: int, place: int) -> int:
    return min(max(n % 4 + (n * 7 + place * 3) % 3 - 1, 0), 3)


def export(path: Path, heads: Sequence[str], cell: Cell, rows: int = 24, person: Sequence[str] = ()) -> str:
    who = [*person] or ["八年级", "女", "2026-03-30"]
    lines = [[*PERSON, *heads]]
    lines += [[f"{2000 + n}", *who, *(str(cell(n, place)) for place in range(len(heads)))] for n in range(rows)]
    path.write_text("\n".join(map(",".join, lines)), "utf-8")
    return str(path)


def drafted(folder: Path, capsys: Capsys, *sources: str) -> dict[str, Any]:
    (folder / "m.toml").unlink(missing_ok=True)
    return told(capsys, "import", "--draft", str(folder / "m.toml"), *sources)


def asked(draft: dict[str, Any]) -> dict[str, list[str]]:
    return {one["id"]: one["choices"] for one in draft["questions"] if not one["answer"]}


def imported(folder: Path, capsys: Capsys, source: str, *answers: str, code: int = 0) -> dict[str, Any]:
    said = [part for one in answers for part in ("--answer", one)]
    out = ("--mapping", str(folder / "m.toml"), "--out", str(folder / "out"))
    return told(capsys, "import", *out, *said, source, code=code)


def dataset(folder: Path) -> Dataset:
    return read_dataset(folder / "out")


MHT = [f"MHT{n}" for n in range(1, 101)]
YES = {"1 is yes": ("0-1, 1 = 是, 2 = 否", {"1": 1, "2": 0}), "2 is yes": ("0-1, 1 = 否, 2 = 是", {"1": 0, "2": 1})}


@pytest.mark.parametrize("way", YES)
def test_of_answers_1_and_2_it_is_asked_which_is_yes(tmp_path: Path, capsys: Capsys, way: str) -> None:
    said, codes = YES[way]
    source = export(tmp_path / "a.csv", MHT, lambda n, place: 1 if n % 3 == 0 else 2)
    assert asked(drafted(tmp_path, capsys, source)) == {"mht-coding": [choice for choice, _ in YES.values()]}
    imported(tmp_path, capsys, source, f"mht-coding={said}")
    sheets = dataset(tmp_path).responses["mht"]
    assert [sheets.iloc[n]["item_85"] for n in range(3)] == [codes["1" if n % 3 == 0 else "2"] for n in range(3)]


def test_a_mapping_that_says_nothing_of_1_and_2_is_told_both_readings(tmp_path: Path, capsys: Capsys) -> None:
    source = export(tmp_path / "a.csv", MHT, lambda n, place: 1 + (n + place // 2) % 2)
    drafted(tmp_path, capsys, source)
    text = (tmp_path / "m.toml").read_text("utf-8")
    head, _, rest = text.partition('[[questions]]\nid = "mht-coding"')
    plain = head + rest[rest.index("\n\n") :].replace('coding = "{?mht-coding}"\n', "")
    (tmp_path / "m.toml").write_text(plain, "utf-8")
    first = imported(tmp_path, capsys, source, code=3)["problems"][0]
    both = " or ".join(
        f'coding = "{choice}"' if n == 0 else f'"{choice}"' for n, (choice, _) in enumerate(YES.values())
    )
    assert first["fix"] == f"write {both} into its items"


def test_a_class_in_which_nobody_gave_the_lowest_answer_is_asked_about(tmp_path: Path, capsys: Capsys) -> None:
    source = export(tmp_path / "a.csv", PHQ, lambda n, place: 1 + min(near(n, place), 2), rows=8)
    assert asked(drafted(tmp_path, capsys, source)) == {"phq9-coding": ["0-3", "0-3, written one higher"]}


@pytest.mark.parametrize("heads", [[f"PHQ{n}" for n in range(5, 15)], [f"PHQ{n}" for n in range(5, 13)]])
def test_where_items_begin_above_one_and_are_not_all_nobody_can_tell_which_they_are(
    tmp_path: Path, capsys: Capsys, heads: list[str]
) -> None:
    draft = drafted(tmp_path, capsys, export(tmp_path / "a.csv", heads, near))
    assert asked(draft) == {"columns-1": ["phq9", "none"]}
    source = str(tmp_path / "a.csv")
    refused = imported(tmp_path, capsys, source, "columns-1=phq9", code=3)
    assert refused["problems"][0]["what"].endswith("item columns are given and the instrument has 9")


def test_a_question_of_what_is_left_out_needs_no_answer(tmp_path: Path, capsys: Capsys) -> None:
    source = export(tmp_path / "a.csv", [f"BDI{n}" for n in range(1, 22)], near)
    text = Path(source).read_text("utf-8").replace("测评日期", "批次").replace("2026-03-30", "春季")
    Path(source).write_text(text, "utf-8")
    assert set(asked(drafted(tmp_path, capsys, source))) == {"columns-1", "columns-1-day"}
    imported(tmp_path, capsys, source, "columns-1=none")
    assert not dataset(tmp_path).responses


@pytest.mark.parametrize(
    ("grade", "sex", "name", "note"),
    [
        (
            "2024级",
            "女",
            "某某",
            "年级: its words do not say which grade they are, and the grade is unknown for everyone",
        ),
        ("八年级", "女", "测试", "a.csv: 1 row with a name such as 测试: read like the others; trials?"),
    ],
)
def test_what_cannot_be_told_of_a_student_is_named(
    tmp_path: Path, capsys: Capsys, grade: str, sex: str, name: str, note: str
) -> None:
    lines = [["学号", "姓名", *PERSON[1:], *PHQ]]
    lines += [[f"{n}", name if n == 1 else "某某", grade, sex, "2026-03-30", *map(str, range(9))] for n in range(1, 4)]
    lines = [[*line[:5], *("0" for _ in PHQ)] if line[0] != "学号" else line for line in lines]
    (tmp_path / "a.csv").write_text("\n".join(map(",".join, lines)), "utf-8")
    assert note in drafted(tmp_path, capsys, str(tmp_path / "a.csv"))["to_do"]


@pytest.mark.parametrize(("word", "sex"), [("女生", "female"), ("M", "male"), ("Female", "female"), ("男", "male")])
def test_sex_is_read_in_the_words_of_forms(tmp_path: Path, capsys: Capsys, word: str, sex: str) -> None:
    source = export(tmp_path / "a.csv", PHQ, near, person=["八年级", word, "2026-03-30"])
    (school,) = drafted(tmp_path, capsys, source)["to_do"]
    assert school.startswith("school: ")
    imported(tmp_path, capsys, source)
    assert set(dataset(tmp_path).students["sex"]) == {sex}


def test_a_class_that_says_its_grade_has_it_once(tmp_path: Path, capsys: Capsys) -> None:
    lines = [["学号", "年级", "班级", "性别", "测评日期", *PHQ]]
    lines += [[f"{n}", "高一", "1班" if n % 2 else "高一(1)班", "女", "2026-03-30", *["0"] * 9] for n in range(5)]
    (tmp_path / "a.csv").write_text("\n".join(map(",".join, lines)), "utf-8")
    source = str(tmp_path / "a.csv")
    drafted(tmp_path, capsys, source)
    notes = imported(tmp_path, capsys, source)["notes"]
    assert set(dataset(tmp_path).students["class_id"]) == {"高一(1)班", "高一-1班"}
    ways = "a class of this school seems to be written in several ways (of 高一(1)班, 高一-1班)"
    assert any(note.startswith(f"students: 2 rows, class_id: {ways}") for note in notes)


LEAVE = ["学号", "年级", "性别", "请假类型"]


def leave(path: Path, heads: Sequence[str], *cells: Sequence[str]) -> str:
    rows = [[*LEAVE, *heads], *([f"L{n}", "八年级", "女", "病假", *row] for n, row in enumerate(cells))]
    path.write_text("\n".join(map(",".join, rows)), "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("heads", "cells", "what"),
    [
        (["开始日期", "结束日期", "时段"], ["2026-03-02", "2026-03-03", "上午"], "which part of a day the leave took"),
        (["请假日期", "时段"], ["2026-03-02", "晚自习"], "which part of a day the leave took"),
        (["开始日期", "结束日期", "请假天数"], ["2026-03-02", "2026-03-02", "3"], "more half days than the days of"),
    ],
)
def test_leave_that_may_be_longer_or_shorter_is_asked_about(
    tmp_path: Path, capsys: Capsys, heads: list[str], cells: list[str], what: str
) -> None:
    source = leave(tmp_path / "请假.csv", heads, cells)
    drafted(tmp_path, capsys, source)
    (problem,) = imported(tmp_path, capsys, source, code=3)["problems"]
    assert what in problem["what"]


def test_leave_changed_on_its_day_of_record_is_counted_and_told(tmp_path: Path, capsys: Capsys) -> None:
    heads = ["开始日期", "结束日期", "申请时间"]
    first = ["2026-03-02", "2026-03-13", "2026-03-01 09:00"]
    source = leave(tmp_path / "请假.csv", heads, first, ["2026-03-02", "2026-03-03", "2026-03-01 10:30"])
    text = Path(source).read_text("utf-8").replace("L1,", "L0,")
    Path(source).write_text(text, "utf-8")
    drafted(tmp_path, capsys, source)
    blocks = imported(tmp_path, capsys, source)["blocks"]
    assert [(one["step"], one["written"], one["replaced"]) for one in blocks][1] == ("leaves", 1, 1)
    assert dataset(tmp_path).tables["leaves"]["end_on"].dt.date.astype(str).tolist() == ["2026-03-03"]


def test_marks_that_may_say_either_are_asked_about_and_may_be_presence(tmp_path: Path, capsys: Capsys) -> None:
    rows = [["学号", "3月2日", "3月3日", "3月4日"], ["M1", "1", "0", "1"], ["M2", "1", "", "○"]]
    path = tmp_path / "2026年考勤表.csv"
    path.write_text("\n".join(map(",".join, rows)), "utf-8")
    draft = drafted(tmp_path, capsys, str(path))
    assert set(asked(draft)) == {"mark-1", "mark-2", "mark-3", "stage"}
    assert all(choices[0] == "present" for name, choices in asked(draft).items() if name != "stage")
    said = ("mark-1=present", "mark-2=unexcused", "mark-3=sick", "stage=junior")
    imported(tmp_path, capsys, str(path), *said)
    frame = dataset(tmp_path).tables["leaves"]
    found = zip(frame["student_id"], frame["type"], frame["start_on"].dt.day, strict=True)
    assert sorted(found) == [("M1", "unexcused", 3), ("M2", "sick", 4)]


def test_blank_cells_beside_marks_of_presence_are_named(tmp_path: Path, capsys: Capsys) -> None:
    rows = [["学号", "3月2日", "3月3日", "3月4日"], ["M1", "√", "病", "√"], ["M2", "", "√", ""]]
    path = tmp_path / "2026年考勤表.csv"
    path.write_text("\n".join(map(",".join, rows)), "utf-8")
    notes = drafted(tmp_path, capsys, str(path))["to_do"]
    said = "2026年考勤表.csv: 2 blank cells on days on which others are marked present, read as present"
    assert said in notes
