"""Files on a page: looked over, refused with what to mend, taken as a platform's records are, and what follows."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook

from data_schemas.codes import FamilyFlag
from serving.intake.files import TAKEN
from serving.platform.words import say
from serving.store import Store, read_school
from serving.store.circumstances import CircumstanceRow, flags_of_school, flags_on
from serving.store.duties_tables import duty_records, school_duty_records
from serving.store.tables import contacts, entries, evidence
from tests.desk import Desk, colleague, rows, small_school
from tests.factories import AS_OF, NOW, assessment, present, publish, student
from tests.new_stores import new_store

TODAY = AS_OF
HEAD = "学生编号,情况,取值,来源,起始日期\n"
FAMILY = HEAD + "S-1,留守,是,民政,2026-09-01\nS-2,离异单亲,是,村（社区）,\n"
REPORTS = (
    "student_id,kind,reported_on,source\nS-4X,suicide_intent,2026-11-19,police\nS-2,mood_abnormal,2026-11-19,hotline\n"
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    publish(store, [assessment("S-1")], students=[student("S-1")], as_of=AS_OF - timedelta(days=90),
            at=NOW - timedelta(days=90), fingerprint="first")  # fmt: skip
    small_school(store)
    return Desk(store, tmp_path)


def token(desk: Desk) -> str:
    return re.findall(r'name="form_token" value="([^"]*)"', desk.client.get("/help").text)[0]


def upload(desk: Desk, content: str | bytes, table: str = "family", name: str = "a.csv") -> httpx.Response:
    raw = content if isinstance(content, bytes) else content.encode()
    data = {"form_token": token(desk), "school": "school-01", "table": table}
    return desk.client.send("POST", "/intake", data=data, files={"file": (name, raw)})


def take(desk: Desk, looked: httpx.Response, table: str = "family", occasion: str = "") -> str:
    """Press the button under what was looked over; the page that follows."""
    text = re.search(r'name="text" value="([^"]*)"', looked.text, re.S)
    assert text, "there is something to take"
    data = {"form_token": token(desk), "school": "school-01", "table": table, "act": "take", "occasion": occasion}
    sent = desk.client.post("/intake", data | {"text": unescape(text[1])})
    assert sent.status_code == 303, sent.text
    return unescape(desk.client.get(sent.headers["location"]).text)


def said(response: httpx.Response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", response.text)))


def flags(store: Store) -> dict[str, set[str]]:
    run = read_school(store, "school-01", TODAY).run
    return {who: {flag.code for flag in mine} for who, mine in flags_of_school(store, "school-01", run, TODAY).items()}


def test_circumstances_are_looked_over_first_and_nothing_is_kept_until_taken(desk: Desk, store: Store) -> None:
    looked = upload(desk, FAMILY)
    assert looked.status_code == 200, said(looked)
    assert "2 行，2 名学生：新的 2 行，已有的 0 行。" in said(looked)
    assert "留守 1 S-1" in said(looked)
    assert rows(store, entries) == []
    assert "已收下 2 行，2 名学生。" in take(desk, looked)
    assert flags(store) == {"S-1": {"left_behind"}, "S-2": {"divorced_single"}}
    assert {one["client"] for one in rows(store, entries)} == {"wang"}
    assert "新的 0 行，已有的 2 行" in said(upload(desk, FAMILY)), "the same file is not taken twice"
    assert [one.detail for one in desk.pages.trail("rows.taken")] == ["family rows=2 students=2"]


def test_what_changes_is_shown_and_who_is_not_named_stays(desk: Desk, store: Store) -> None:
    take(desk, upload(desk, FAMILY))
    desk.now += timedelta(days=1)
    desk.enter()
    looked = upload(desk, HEAD + "S-1,留守,否,民政,2026-11-21\nS-1,困境家庭,是,民政,\n")
    assert "留守 0 1 S-1" in said(looked)
    assert "困境家庭 1 S-1 0" in said(looked)
    assert "没有提到的 1 名学生" in said(looked)
    take(desk, looked)
    run = read_school(store, "school-01", TODAY + timedelta(days=1)).run
    found = flags_of_school(store, "school-01", run, TODAY + timedelta(days=1))
    assert set(found) == {"S-1", "S-2"}
    assert set(found["S-1"]) == {FamilyFlag.IN_DIFFICULTY}


def test_the_file_is_the_evidence_of_the_plans_tasks(desk: Desk, store: Store) -> None:
    assert "每周与家长沟通" not in said(desk.client.get("/duties"))
    take(desk, upload(desk, FAMILY), occasion="D13")
    (own,) = rows(store, school_duty_records)
    assert (own["duty"], own["recorded_by"]) == ("D13", "wang")
    page = said(desk.client.get("/duties"))
    assert "每周与家长沟通" in page, "whose circumstances are on record now is asked about every week"
    again = upload(desk, HEAD + "S-1,留守,是,民政,2026-09-01\n")
    take(desk, again, occasion="D21")
    assert {(one["student_id"], one["duty"]) for one in rows(store, duty_records)} == {("S-1", "D21")}


def test_a_report_of_danger_rings_and_a_stranger_is_identified(desk: Desk, store: Store) -> None:
    looked = upload(desk, REPORTS, "concerns")
    assert "1 个学号不在本校名册上" in said(looked)
    assert "有安全线索" in said(looked)
    assert "表达轻生意愿、计划或告别 1" in said(looked)
    html = take(desk, looked, "concerns")
    assert "1 个学号待核实身份" in html
    assert [one.piece.floor.text.zh for one in present(store, "S-2").leads] == [
        "情绪异常（心理援助热线（96111、12356），2026-11-19）"
    ]
    assert "S-4X" in desk.client.get("/identity").text
    assert present(store, "S-4X (school-01)").unanswered


def test_contacts_and_leave_are_taken_too(desk: Desk, store: Store) -> None:
    take(desk, upload(desk, "学生编号,联系日期,联系对象\nS-2,2026-11-19,监护人\n", "contacts"), "contacts")
    assert [(one["student_id"], one["with_whom"]) for one in rows(store, contacts)] == [("S-2", "guardian")]
    leave = "student_id,type,start_on,end_on,recorded_on\nS-2,discharge,2026-11-16,2026-11-16,2026-11-17\n"
    take(desk, upload(desk, leave, "leaves"), "leaves")
    assert "R16" in {one.piece.floor.id for one in present(store, "S-2").open}


def test_one_row_is_filled_in_by_hand_and_looked_over_like_a_file(desk: Desk, store: Store) -> None:
    data = {"form_token": token(desk), "school": "school-01", "table": "family", "act": "one"}
    row = {"student_id": "S-2", "flag": "guardianship_gap", "value": "yes", "source": "village"}
    looked = desk.client.post("/intake", data | {f"column-{name}": value for name, value in row.items()})
    assert "1 行，1 名学生：新的 1 行" in said(looked)
    take(desk, looked)
    assert flags(store) == {"S-2": {"guardianship_gap"}}
    faulty = desk.client.post("/intake", data | {"column-student_id": "S-2", "column-value": "yes"})
    assert "情况：没有填" in said(faulty)


FAULTS = [
    ("family", HEAD + "S-1,留守,也许,民政,\n", "没有这个代码"),
    ("family", HEAD + "S-1,,是,民政,\n", "没有填"),
    ("family", "学生编号,取值\nS-1,是\n", "缺少这一列"),
    ("family", HEAD + "S-1,留守,是,民政,昨天\n", "日期或时间读不出来"),
    ("concerns", "student_id,kind,reported_on\nS-1,mood_abnormal,2026-12-24\n", "日期在今天之后"),
    ("family", HEAD, "文件读不出来"),
]


@pytest.mark.parametrize(("table", "content", "fault"), FAULTS)
def test_a_file_at_fault_is_not_taken_and_says_what_to_mend(
    desk: Desk, store: Store, table: str, content: str, fault: str
) -> None:
    answer = upload(desk, content, table)
    assert answer.status_code == 422
    assert fault in said(answer)
    assert "没有收下" in said(answer)
    assert rows(store, entries) == []


def test_a_template_has_the_heads_and_comes_back_filled_in(desk: Desk, store: Store) -> None:
    sent = desk.client.get("/intake/template?table=family&as=xlsx")
    book = load_workbook(BytesIO(sent.content))
    sheet = book.active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]][:3] == ["学生编号", "情况", "取值"]
    sheet.append(["S-2", "留守", "是"])
    out = BytesIO()
    book.save(out)
    take(desk, upload(desk, out.getvalue(), name="b.xlsx"))
    assert flags(store) == {"S-2": {"left_behind"}}


def test_only_counselors_of_the_school_bring_files(desk: Desk, store: Store) -> None:
    for role in ("principal", "supervisor"):
        other = colleague(desk, role, role)
        assert upload(other, FAMILY).status_code == 403
    elsewhere = colleague(desk, "zhou", "counselor", ("school-02",))
    assert upload(elsewhere, FAMILY).status_code == 403
    assert desk.client.get("/intake/template?table=outcomes").status_code == 404


def test_the_newest_answer_that_holds_on_the_day_counts() -> None:
    flag, day = FamilyFlag.LEFT_BEHIND, timedelta(days=1)

    def on(*said_rows: tuple[str, int, int | None]) -> bool:
        found = [CircumstanceRow(flag, value, TODAY + known * day, None if until is None else TODAY + until * day,
                                 TODAY + known * day) for value, known, until in said_rows]  # fmt: skip
        return flag in flags_on(found, TODAY)

    assert on(("yes", -9, None))
    assert not on(("yes", -9, None), ("no", -1, None))
    assert on(("no", -9, None), ("yes", -9, None)), "of one day a yes goes first"
    assert not on(("yes", -9, -1))
    assert not on(("yes", 1, None))
    assert on(("yes", -9, None), ("unknown", -1, None)), "unknown answers nothing"


def test_a_hospital_that_sends_a_student_back_is_told_by_a_list_of_leave(desk: Desk, store: Store) -> None:
    head = "学生编号,请假类型,开始日期,结束日期,原因代码,登记日期\n"
    looked = upload(desk, head + "S-2,出院返校,2026-11-18,2026-11-18,心理原因,2026-11-19\n", "leaves")
    assert looked.status_code == 200, said(looked)
    take(desk, looked, "leaves")
    rules = {one["rule"] for one in rows(store, evidence) if one["student_id"] == "S-2"}
    assert "R16" in rules


def test_a_form_calls_each_column_by_its_name_in_both_languages(desk: Desk) -> None:
    for table in TAKEN:
        english = said(desk.client.get(f"/intake?table={table.name}&lang=en"))
        chinese = said(desk.client.get(f"/intake?table={table.name}&lang=zh"))
        for column in table.columns:
            key = f"intake_column_{column.name}"
            assert say(key, "en") in english, column.name
            assert column.zh in chinese, column.name
            assert say(key, "en") != column.name
