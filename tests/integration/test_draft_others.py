"""A draft for files without items: totals, leave, attendance sheets. It asks only where two readings really differ."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from data_schemas.dataset import Dataset, read_dataset
from tests.command_line import told

Capsys = pytest.CaptureFixture[str]
ALWAYS = {"stage", "school"}  # no column of these files says either


def near(n: int, item: int) -> int:
    """Answers 0 to 3 that go together."""
    return min(max(n % 4 + (n * 7 + item * 3) % 3 - 1, 0), 3)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))


def drafted(tmp_path: Path, capsys: Capsys, text: str, name: str = "表.csv", code: int = 0) -> dict[str, Any]:
    (tmp_path / name).write_text(text, "utf-8")
    return told(capsys, "import", "--draft", str(tmp_path / "m.toml"), str(tmp_path / name), code=code)


def asked(draft: dict[str, Any]) -> dict[str, list[str]]:
    return {one["id"]: one["choices"] for one in draft["questions"] if one["id"] not in ALWAYS}


def imported(tmp_path: Path, capsys: Capsys, *answers: str, name: str = "表.csv") -> Dataset:
    given = [f"--answer={one}" for one in ("stage=junior", "school=A", *answers)]
    mapping = str(tmp_path / "m.toml")
    known = {line.split('"')[1] for line in (tmp_path / "m.toml").read_text("utf-8").splitlines() if line[:4] == "id ="}
    given = [one for one in given if one.removeprefix("--answer=").partition("=")[0] in known]
    told(capsys, "import", "--mapping", mapping, str(tmp_path / name), "--out", str(tmp_path / "out"), *given)
    return read_dataset(tmp_path / "out")


def table(head: str, *rows: str) -> str:
    return "\n".join([f"学号,性别,测评日期,{head}", *(f"9{n:03},女,2026-03-30,{row}" for n, row in enumerate(rows))])


@pytest.mark.parametrize(
    ("name", "head", "rows", "questions", "answers", "found"),
    [
        (
            "表.csv",
            "SDS总粗分",
            ["41", "78"],
            {},
            [],
            {("sds", "raw", None, None): [41, 78]},
        ),
        (
            "表.csv",
            "SDS总分,PHQ-9总分,姓名",
            ["41,3,某", "63,20,某"],
            {"sds-unit": ["own", "raw"]},
            ["sds-unit=raw"],
            {("sds", "total", "raw", None): [41, 63], ("phq9", "total", None, None): [3, 20]},
        ),
        (
            "DASS-21.csv",
            "抑郁,焦虑,压力",
            ["21,17,19", "7,5,"],
            {},
            [],
            {
                ("dass21", "depression", "raw", None): [21, 7],
                ("dass21", "anxiety", "raw", None): [17, 5],
                ("dass21", "stress", "raw", None): [19],
            },
        ),
        (
            "SCL-90.csv",
            "总分",
            ["95", "300"],
            {"scl90-coding": ["0-4", "1-5"]},
            ["scl90-coding=0-4"],
            {("scl90", "total", None, "0-4"): [95, 300]},
        ),
        (
            "SDQ.csv",
            "总分,情绪症状,品行问题",
            ["20,8,2", "10,3,3"],
            {"totals-sdq_parent": ["sdq_parent", "sdq_self", "sdq_teacher", "none"]},
            ["totals-sdq_parent=sdq_self"],
            {
                ("sdq_self", "total", None, None): [20, 10],
                ("sdq_self", "emotional", None, None): [8, 3],
                ("sdq_self", "conduct", None, None): [2, 3],
            },
        ),
    ],
)
def test_totals_are_drafted_by_what_names_them(
    tmp_path: Path,
    capsys: Capsys,
    name: str,
    head: str,
    rows: list[str],
    questions: dict[str, list[str]],
    answers: list[str],
    found: dict[tuple[str, str, str | None, str | None], list[float]],
) -> None:
    draft = drafted(tmp_path, capsys, table(head, *rows), name)
    assert asked(draft) == questions
    scores = imported(tmp_path, capsys, *answers, name=name).tables["scores"].astype({"unit": object})
    read: dict[tuple[str, ...], list[float]] = {}
    for row in scores.astype(object).where(scores.notna(), None).itertuples():
        read.setdefault((row.instrument, row.scale, row.unit, row.coding_variant), []).append(row.value)
    assert read == found


SCALES = "学习焦虑,对人焦虑,孤独倾向,自责倾向,过敏倾向,身体症状,恐怖倾向,冲动倾向"


def values(dataset: Dataset, *columns: str) -> set[tuple[str, ...]]:
    frame = dataset.tables["scores"].assign(day=dataset.tables["scores"]["administered_on"].dt.date)
    return set(frame[[*columns, "value"]].astype(str).itertuples(index=False, name=None))


def test_scales_that_name_their_questionnaire_have_its_total_and_its_validity(tmp_path: Path, capsys: Capsys) -> None:
    draft = drafted(tmp_path, capsys, table(f"{SCALES},总分,效度", "1,1,1,1,1,1,1,1,8,3"))
    assert (draft["unread"], asked(draft)) == ({}, {})
    found = values(imported(tmp_path, capsys), "instrument", "scale")
    assert {("mht", "total", "8.0"), ("mht", "validity", "3.0")} < found


@pytest.mark.parametrize(
    ("head", "days", "asked_for"),
    [
        ("前测日期,后测日期,前测PHQ-9总分,后测PHQ-9总分", "2026-03-01,2026-03-30,", []),
        ("测评日期,T1_PHQ-9总分,T2_PHQ-9总分", "2026-03-30,", ["phq9-day", "phq9-2-day"]),
    ],
)
def test_totals_of_two_waves_have_each_their_day(
    tmp_path: Path, capsys: Capsys, head: str, days: str, asked_for: list[str]
) -> None:
    draft = drafted(tmp_path, capsys, f"学号,性别,{head}\nS1,女,{days}3,20\nS2,女,{days}20,4\n")
    assert list(asked(draft)) == asked_for
    said = ["phq9-day=2026-03-01", "phq9-2-day=测评日期"] if asked_for else []
    found = values(imported(tmp_path, capsys, *said), "student_id", "day")
    assert found == {
        *(("S1", "2026-03-01", "3.0"), ("S1", "2026-03-30", "20.0")),
        *(("S2", "2026-03-01", "20.0"), ("S2", "2026-03-30", "4.0")),
    }


def test_of_a_total_and_its_mean_one_is_read_and_the_other_named(tmp_path: Path, capsys: Capsys) -> None:
    draft = drafted(tmp_path, capsys, table("PHQ-9总分,PHQ-9均分", "9,1"))
    assert (draft["unread"], asked(draft)) == ({"表.csv": ["PHQ-9均分"]}, {})


def test_a_total_of_another_questionnaire_beside_items_is_read_as_such(tmp_path: Path, capsys: Capsys) -> None:
    head = ",".join([*(f"PHQ{n}" for n in range(1, 10)), "MHT总分", "总分"])
    rows = [",".join([*(str(near(n, item)) for item in range(9)), "66", ""]) for n in range(6)]
    rows = [f"{row}{sum(near(n, item) for item in range(9))}" for n, row in enumerate(rows)]
    draft = drafted(tmp_path, capsys, table(head, *rows))
    assert (draft["instruments"], asked(draft)) == (["phq9", "mht"], {})
    dataset = imported(tmp_path, capsys)
    assert (len(dataset.responses["phq9"]), values(dataset, "instrument")) == (6, {("mht", "66.0")})


def test_a_row_that_ends_before_the_headers_do_is_named(tmp_path: Path, capsys: Capsys) -> None:
    head = ",".join(f"PHQ{n}" for n in range(1, 10))
    text = table(head, *(["0,1,2,3,0,1,2,3,0"] * 3), "0,1,2,3,0,1,2,3")
    drafted(tmp_path, capsys, text)
    done = ("--mapping", str(tmp_path / "m.toml"), "--answer", "stage=junior", "--out", str(tmp_path / "out"))
    notes = told(capsys, "import", *done, str(tmp_path / "表.csv"))["notes"]
    assert "表.csv: rows with fewer cells than headers, the rest read as blank: 5" in notes


def test_a_total_that_names_nothing_is_asked_about(tmp_path: Path, capsys: Capsys) -> None:
    (choices,) = asked(drafted(tmp_path, capsys, table("总分", "95", "300"))).values()
    assert {"scl90", "none"} <= set(choices)
    assert "phq9" not in choices, "no answers to it come to 300"


def test_a_file_of_nothing_known_is_refused_in_these_words(tmp_path: Path, capsys: Capsys) -> None:
    refused = drafted(tmp_path, capsys, table("身高", "150"), code=3)
    assert "neither numbered columns of items, nor totals, nor leave, nor days" in refused["error"]["message"]


DINGTALK = """审批编号,学号,审批状态,请假类型,开始时间,结束时间,时长,发起时间
1,D1,已通过,病假,2026-03-24 08:00,2026-03-24 12:00,{length},2026-03-24 07:10
2,D2,已撤销,事假,2026-03-24 08:00,2026-03-25 17:00,16,2026-03-24 07:10
3,D3,审批中,心理假,2026-03-25 08:00,2026-03-25 17:00,8,2026-03-24 07:10
"""


def leaves(dataset: Dataset) -> list[tuple[str, str, int | None]]:
    frame = dataset.tables["leaves"]
    halves = frame["half_days"].astype(object).where(frame["half_days"].notna(), None)
    return list(zip(frame["student_id"], frame["type"], halves, strict=True))


def test_leave_of_dingtalk_is_drafted(tmp_path: Path, capsys: Capsys) -> None:
    """钉钉: what was withdrawn is no leave, what waits is; a kind nobody knows and a bare length are asked."""
    draft = drafted(tmp_path, capsys, DINGTALK.format(length="4"))
    assert asked(draft).keys() == {"leave-type-3", "leave-unit"}
    dataset = imported(tmp_path, capsys, "leave-type-3=sick", "leave-unit=hours")
    assert leaves(dataset) == [("D1", "sick", 1), ("D3", "sick", 2)]


def test_of_an_end_asked_for_and_one_taken_it_is_asked_which(tmp_path: Path, capsys: Capsys) -> None:
    text = "学号,请假类型,开始日期,结束日期,销假时间,登记日期\nW1,病假,2026-03-02,2026-03-13,2026-03-04,2026-03-02\n"
    assert asked(drafted(tmp_path, capsys, text)) == {"leave-end": ["结束日期", "销假时间"]}
    frame = imported(tmp_path, capsys, "leave-end=销假时间").tables["leaves"]
    assert frame["end_on"].dt.date.astype(str).tolist() == ["2026-03-04"]


def test_leave_of_wecom_is_drafted(tmp_path: Path, capsys: Capsys) -> None:
    """企业微信: halves of days by name, a length with its unit in the header."""
    text = (
        "申请编号,学号,假期类型,开始时间,结束时间,请假时长(小时),提交时间,审批状态\n"
        "a,W1,病假,2026/3/24 上午,2026/3/24 上午,4,2026/3/24 7:10,已通过\n"
        "b,W2,事假,2026/3/24 上午,2026/3/24 下午,8,2026/3/24 7:10,已通过\n"
    )
    assert asked(drafted(tmp_path, capsys, text)) == {}
    assert leaves(imported(tmp_path, capsys)) == [("W1", "sick", 1), ("W2", "personal", 2)]


def test_an_attendance_sheet_is_drafted(tmp_path: Path, capsys: Capsys) -> None:
    text = "学号,3月2日,3月3日,3月4日\nM1,√,病,×\nM2,,√,迟\n"
    draft = drafted(tmp_path, capsys, text, "2026年3月考勤表.csv")
    assert list(asked(draft)) == ["mark-2"], "only what × means is asked"
    dataset = imported(tmp_path, capsys, "mark-2=unexcused", name="2026年3月考勤表.csv")
    frame = dataset.tables["leaves"]
    found = set(zip(frame["student_id"], frame["type"], frame["start_on"].dt.date.astype(str), strict=True))
    assert found == {
        ("M1", "sick", "2026-03-03"),
        ("M1", "unexcused", "2026-03-04"),
        ("M2", "late", "2026-03-04"),
    }


def test_an_attendance_sheet_with_bare_days_and_lessons_is_drafted(tmp_path: Path, capsys: Capsys) -> None:
    """A title row says the month; a lesson is a column, and six of them a day."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    sheet.append(["八年级1班 2026年3月 考勤"])
    sheet.append(["学号", *(f"{day}日第{n}节" for day in (2, 3, 4) for n in range(1, 7))])
    sheet.append(["M1", *"√√√√√√", *"病病病病病病", *"√√√√病√"])
    made.save(tmp_path / "表.xlsx")
    draft = told(capsys, "import", "--draft", str(tmp_path / "m.toml"), str(tmp_path / "表.xlsx"))
    assert asked(draft) == {}
    assert any("4 of 6 lessons are taken to lie before noon" in line for line in draft["to_do"])
    assert leaves(imported(tmp_path, capsys, name="表.xlsx")) == [("M1", "sick", 2), ("M1", "sick", 1)]


ITEMS = ",".join(f"phq9_{n}" for n in range(1, 10))
REDCAP = f"record_id,redcap_survey_identifier,student_id,phq9_timestamp,{ITEMS},phq9_complete"


def test_an_export_of_redcap(tmp_path: Path, capsys: Capsys) -> None:
    """Its running number is no student; the day is the survey's own time stamp."""
    rows = "\n".join(
        f"{n},,R{n},2026-03-30 08:{n:02}:00,{','.join(str(near(n, k)) for k in range(9))},2" for n in range(30)
    )
    draft = drafted(tmp_path, capsys, f"{REDCAP}\n{rows}")
    assert (draft["instruments"], asked(draft)) == (["phq9"], {})
    dataset = imported(tmp_path, capsys)
    sheets = dataset.responses["phq9"]
    assert (len(sheets), sheets["item_9"].iloc[3]) == (30, near(3, 8))
    assert sheets["administered_on"].dt.date.astype(str).unique().tolist() == ["2026-03-30"]


@pytest.mark.parametrize(
    ("day", "head"),
    [
        ("结束答题时间", "编号,开始答题时间,结束答题时间,答题时长,IP,来源,学号"),  # 腾讯问卷
        ("提交时间", "序号,学号,姓名,提交人,提交时间,填写设备,操作系统"),  # 金数据
    ],
)
def test_an_export_of_tencent_and_of_jinshuju(tmp_path: Path, capsys: Capsys, day: str, head: str) -> None:
    headers = [*head.split(","), *(f"{n}、PHQ-9 第{n}题" for n in range(1, 10))]
    rows = []
    for n in range(30):
        given = {"学号": f"T{n}", "开始答题时间": "2026/3/30 7:58:00", "答题时长": "2分5秒"}
        given[day] = f"2026/3/30 8:{n:02}:00"
        rows.append([given.get(one, "x") for one in head.split(",")] + [str(near(n, k)) for k in range(9)])
    draft = drafted(tmp_path, capsys, "\n".join(map(",".join, [headers, *rows])))
    assert (draft["instruments"], asked(draft)) == (["phq9"], {})
    sheets = imported(tmp_path, capsys).responses["phq9"]
    assert (len(sheets), sheets["item_9"].iloc[3]) == (30, near(3, 8))
    assert sheets["submitted_at"].dt.hour.unique().tolist() == [8]
