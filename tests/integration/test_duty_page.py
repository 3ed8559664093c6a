"""The duty roster on its page: turns, gaps, numbers, files in and out, and who may do what."""

import re
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from data_schemas.codes import DutyRole
from serving.store import Store, duty_in_force, school_duty_of
from serving.store.school_tables import duty, duty_numbers
from tests.desk import Desk, colleague, rows, small_school
from tests.new_stores import new_store

SCHOOL = "school-01"
# 2026-11-20 is a Friday, ten in the morning.
TURN = {"role": "counselor", "person": "王老师", "phone": "13800000001", "day": "2026-11-20"}
TURN |= {"from": "08:00", "until": "17:00", "repeat": "once", "to_day": "", "note": ""}
HEAD = "school_id,person,role,phone,starts_at,ends_at,note\n"
ROW = "school-01,陈老师,counselor,,2026-11-23 08:00,2026-11-23 17:00,\n"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    small_school(store)
    return Desk(store, tmp_path)


def page(desk: Desk, query: str = "") -> str:
    return unescape(desk.client.get(f"/duty{query}").text)


def token(desk: Desk) -> dict[str, str]:
    return {"form_token": desk.client.get("/help").text.partition('name="form_token" value="')[2][:64]}


def send(desk: Desk, path: str = "/duty", **fields: str) -> httpx.Response:
    return desk.client.post(path, token(desk) | {"school": SCHOOL, "week": "2026-11-16"} | fields)


def save(desk: Desk, **fields: str) -> httpx.Response:
    return send(desk, **{"turn": "", "act": "save"} | TURN | fields)


def upload(desk: Desk, content: bytes | str, name: str = "duty.csv") -> httpx.Response:
    data = token(desk) | {"school": SCHOOL, "week": "2026-11-23"}
    raw = content if isinstance(content, bytes) else content.encode()
    return desk.client.send("POST", "/duty/import", data=data, files={"file": (name, raw)})


def turns(store: Store) -> list[tuple[str, str, str, str]]:
    return [
        (one.person, one.role.code, f"{one.starts_at:%m-%d %H:%M}", f"{one.ends_at:%m-%d %H:%M}")
        for one in duty_in_force(store, [SCHOOL]).get(SCHOOL, [])
    ]


def turn_named(html: str) -> str:
    found = re.search(r"turn=([0-9a-f]{16})", html)
    assert found
    return found[1]


def test_without_a_roster_the_page_says_what_that_means(desk: Desk) -> None:
    html = page(desk)
    assert "还没有值班表" in html
    assert "此刻没有登记任何人" in html
    assert [(one.actor, one.object_id) for one in desk.pages.trail("duty.read")] == [("wang", SCHOOL)]


def test_a_turn_is_added_changed_and_taken_out_and_everything_stays_on_record(desk: Desk, store: Store) -> None:
    assert save(desk).headers["location"].startswith("/duty?school=school-01&week=2026-11-20&said=saved&n=1")
    html = page(desk)
    assert "王老师" in html
    assert "13800000001" in html
    assert "13800000001" not in str(rows(store, duty)), "telephone numbers are encrypted"
    form = page(desk, f"?turn={turn_named(html)}")
    assert 'name="from" value="08:00"' in form
    assert save(desk, person="陈老师", turn=turn_named(html)).status_code == 303
    assert turns(store) == [("陈老师", "counselor", "11-20 08:00", "11-20 17:00")]
    gone = send(desk, turn=turn_named(page(desk)), act="remove")
    assert "said=removed" in gone.headers["location"]
    assert turns(store) == []
    assert [row["change"] for row in rows(store, duty)] == ["added", "taken_out", "added", "taken_out"]
    assert [one.detail for one in desk.pages.trail("duty.changed")] == [
        "added=1 taken_out=0",
        "added=1 taken_out=1",
        "added=0 taken_out=1",
    ]


def save_turn(desk: Desk, turn: str, **fields: str) -> httpx.Response:
    return send(desk, act="save", **TURN | fields | {"turn": turn})


@pytest.mark.parametrize(
    ("repeat", "days"),
    [
        ("school_days", ["11-20", "11-23", "11-24"]),
        ("other_days", ["11-21", "11-22"]),
        ("every_day", ["11-20", "11-21", "11-22", "11-23", "11-24"]),
    ],
)
def test_one_turn_on_many_days(desk: Desk, store: Store, repeat: str, days: list[str]) -> None:
    sent = save(desk, repeat=repeat, to_day="2026-11-24", **{"from": "17:00", "until": "08:00"})
    assert f"n={len(days)}" in sent.headers["location"]
    assert [first for _, _, first, _ in turns(store)] == [f"{day} 17:00" for day in days]
    assert turns(store)[0][3].endswith("08:00"), "it ends the next morning"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"person": " "}, "请写姓名"),
        ({"person": "长" * 61}, "最多 60 字"),
        ({"role": "cook"}, "请选一个值班角色"),
        ({"from": "8"}, "时间请写成"),
        ({"day": "soon"}, "日期请写成"),
        ({"repeat": "now and then"}, "日期请写成"),
        ({"repeat": "every_day", "to_day": "2026-11-19"}, "最后一天要在第一天之后"),
        ({"repeat": "every_day", "to_day": "2027-11-19"}, "不超过 200 天"),
        ({"repeat": "other_days", "to_day": "2026-11-20"}, "没有这样的日子"),
        ({"turn": "0" * 16}, "刚刚被别人改过"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    desk: Desk, store: Store, wrong: dict[str, str], said: str
) -> None:
    sent = send(desk, **{"act": "save", "turn": ""} | TURN | {"note": "住校"} | wrong)
    assert sent.status_code == 422
    html = unescape(sent.text)
    assert said in html
    assert 'value="住校"' in html
    assert rows(store, duty) == []
    assert 'href="/duty?lang=en"' in html, "the other language is asked for where the page stands"


def test_turns_of_one_role_do_not_overlap_and_of_two_who_change_one_turn_the_second_is_told(
    desk: Desk, store: Store
) -> None:
    save(desk)
    assert "与同一角色已登记的值班重叠" in save(desk, **{"from": "16:59", "until": "18:00"}).text
    assert save(desk, **{"from": "17:00", "until": "18:00"}).status_code == 303
    assert save(desk, role="deputy").status_code == 303
    other, turn = colleague(desk), turn_named(page(desk))
    assert save_turn(other, turn, person="陈老师").status_code == 303
    late = save_turn(desk, turn, person="赵老师")
    assert (late.status_code, "刚刚被别人改过" in late.text) == (422, True)
    assert "赵老师" not in str(turns(store))


def test_gaps_are_told_at_the_head_counted_and_shown_in_the_grid(desk: Desk) -> None:
    save(desk, repeat="school_days", to_day="2026-12-17")
    save(desk, role="on_call", repeat="every_day", to_day="2026-12-17", **{"from": "17:00", "until": "08:00"})
    html = page(desk)
    assert "2026-12-18 前有 72 小时无人值班" in html, "eight weekend days from 8 to 17"
    assert "周末 72 小时" in html
    assert "11月21日 08:00 – 11月21日 17:00" in html
    assert "还有 3 处" in html
    assert '<li class="gap"><span class="duty-hours">08:00–17:00</span> <strong>无人值班</strong></li>' in html
    assert "到本学期末" in html
    save(desk, repeat="other_days", to_day="2026-12-17", role="on_call")
    assert "2026-12-18 前每个时段都有人" in page(desk)


def test_where_a_roster_ends_is_said(desk: Desk) -> None:
    save(desk)
    html = page(desk)
    assert "值班表只到 11月20日 17:00，之后没有人" in html
    assert "还有" not in html


def test_numbers_stand_behind_the_roster(desk: Desk, store: Store) -> None:
    save(desk)
    named = {"public_phone": "0517-8000", "deputy_person": "周校长", "deputy_phone": "3", "centre_phone": "12356"}
    assert send(desk, "/duty/numbers", **named).status_code == 303
    html = page(desk)
    assert html.index("王老师") < html.index("周校长") < html.index("12356")
    assert "0517-8000" in html
    assert "0517-8000" not in str(rows(store, duty_numbers))
    standing = school_duty_of(store, SCHOOL)
    assert [(one.role, one.name) for one in standing.standing] == [
        (DutyRole.DEPUTY, "周校长"),
        (DutyRole.CENTRE, "区县心理中心"),
    ]
    assert standing.public_number == "0517-8000"
    kept = len(rows(store, duty_numbers))
    send(desk, "/duty/numbers", **named)
    assert len(rows(store, duty_numbers)) == kept, "what is as it was is not said again"
    send(desk, "/duty/numbers", **named | {"deputy_person": "", "deputy_phone": ""})
    assert [one.role for one in school_duty_of(store, SCHOOL).standing] == [DutyRole.CENTRE]
    assert "最多 60 字" in send(desk, "/duty/numbers", public_phone="1" * 61).text
    assert [one.detail for one in desk.pages.trail("duty.numbers_set")] == ["centre,deputy,public", "deputy"]


def test_a_file_is_taken_whole_and_replaces_its_time(desk: Desk, store: Store) -> None:
    save(desk, day="2026-11-23")
    save(desk, day="2026-11-24")
    assert "said=imported&n=1" in upload(desk, HEAD + ROW).headers["location"]
    assert turns(store) == [
        ("陈老师", "counselor", "11-23 08:00", "11-23 17:00"),
        ("王老师", "counselor", "11-24 08:00", "11-24 17:00"),
    ]
    assert [(one.actor, one.detail) for one in desk.pages.trail("duty.imported")] == [("wang", "turns=1")]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_downloaded_can_be_sent_again(desk: Desk, store: Store, form: str, language: str) -> None:
    save(desk, phone="+86 517 1", note="=1+1")
    save(desk, role="on_call", person="李老师", **{"from": "17:00", "until": "08:00"})
    before = duty_in_force(store, [SCHOOL])[SCHOOL]
    file = desk.client.get(f"/duty/sheet?week=2026-11-16&as={form}&lang={language}").content
    send(desk, turn=turn_named(page(desk)), act="remove")
    assert upload(desk, file, f"duty.{form}").status_code == 303
    assert duty_in_force(store, [SCHOOL])[SCHOOL] == before


def test_the_template_of_an_empty_week_has_the_columns_and_the_school(desk: Desk) -> None:
    sheet = openpyxl.load_workbook(BytesIO(desk.client.get("/duty/sheet?as=xlsx").content)).active
    assert sheet is not None
    cells: list[Any] = [[cell.value for cell in row] for row in sheet.iter_rows(max_col=3)]
    assert cells == [["学校编号", "值班人", "值班角色"], [SCHOOL, None, None]] or cells[1][0] == SCHOOL


FAULTY = {
    "overlap": (HEAD + ROW + ROW.replace("陈", "王").replace("08:00", "09:00"), "第 3 行 · 开始时间：与同一角色"),
    "twice": (HEAD + ROW + ROW, "第 3 行 · 值班人：这一班重复了"),
    "order": (HEAD + ROW.replace("23 17:00", "23 07:00"), "第 2 行 · 结束时间：结束时间不晚于开始时间"),
    "empty": (HEAD + ROW.replace("17:00", "08:00"), "第 2 行 · 结束时间：结束时间不晚于开始时间"),
    "school": (HEAD + ROW.replace("school-01", "school-02"), "第 2 行 · 学校编号：不是本页这所学校的编号"),
    "role": (HEAD + ROW.replace("counselor", "cook"), "第 2 行 · 值班角色：没有这个角色"),
    "time": (HEAD + ROW.replace("23 08:00", "23 25:00"), "第 2 行 · 开始时间：时间读不出来"),
    "day": (HEAD + ROW.replace("2026-11-23 08:00", "soon"), "第 2 行 · 开始时间：时间读不出来"),
    "nobody": (HEAD + ROW.replace("陈老师", ""), "第 2 行 · 值班人：没有填"),
    "column": ("school_id,person\nschool-01,x\n", "值班角色：缺少这一列"),
    "strange": (HEAD.replace("note", "colour") + ROW, "colour：表里没有这一列"),
    "doubled": (HEAD.replace("note", "person") + ROW, "这一列出现了两次"),
    "overfull": (HEAD + ROW.replace("\n", ",x,y\n"), "第 2 行 · 这一行的格子比表头多"),
    "rows": (HEAD, "文件读不出来"),
    "nothing": ("", "文件读不出来"),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_what_is_wrong_with_a_file_is_named_by_row_in_both_languages(desk: Desk, store: Store, fault: str) -> None:
    content, said = FAULTY[fault]
    refused = upload(desk, content)
    html = unescape(refused.text)
    assert refused.status_code == 422
    assert "没有导入" in html
    assert said in html
    listed = html.partition("没有导入")[2].partition("</ul>")[0]
    assert not re.search(r"\b(the|this|is|row)\b", listed), "no English sentence on a Chinese page"
    assert turns(store) == []
    desk.client.get("/duty?lang=en")
    english = unescape(upload(desk, content).text).partition("Nothing was imported")[2].partition("</ul>")[0]
    assert english
    assert not re.search("[一-鿿]", english)


@pytest.mark.parametrize("name", ["duty.pdf", "duty", ""])
def test_another_kind_of_file_or_none_is_refused(desk: Desk, name: str) -> None:
    assert upload(desk, HEAD + ROW, name).status_code == 422


def test_a_damaged_workbook_is_refused_in_words(desk: Desk) -> None:
    assert "文件读不出来" in upload(desk, b"PK\x03\x04 not a workbook", "duty.xlsx").text


def test_a_form_in_pieces_or_too_large_is_no_fault_of_ours(desk: Desk) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert desk.client.send("POST", "/duty/import", content=b"--y", headers=headers).status_code in (403, 422)
    assert upload(desk, "x" * (1024 * 1024)).status_code == 413


def test_a_form_with_a_file_needs_the_token_as_any_other(desk: Desk, store: Store) -> None:
    data = {"form_token": "x", "school": SCHOOL}
    sent = desk.client.send("POST", "/duty/import", data=data, files={"file": ("duty.csv", (HEAD + ROW).encode())})
    assert sent.status_code == 403
    assert turns(store) == []


def test_a_supervisor_reads_and_a_principal_changes(desk: Desk, store: Store) -> None:
    save(desk)
    gu, ren = colleague(desk, "gu", "supervisor"), colleague(desk, "ren", "principal")
    html = page(gu)
    assert "王老师" in html
    assert 'action="/duty"' not in html
    assert "筛查安排" not in page(ren)
    assert save(gu, day="2026-11-23").status_code == 403
    assert send(gu, "/duty/numbers", public_phone="1").status_code == 403
    assert upload(gu, HEAD + ROW).status_code == 403
    assert save(ren, day="2026-11-23").status_code == 303
    assert desk.client.get("/duty?school=school-02").status_code == 403
    assert save(desk, school="school-02").status_code == 403
