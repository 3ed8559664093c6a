"""The duty roster on its page: turns, gaps, numbers, and who may do what."""

from html import unescape
from pathlib import Path

import pytest

from data_schemas.codes import DutyRole
from serving.store import Store, duty_of
from serving.store.school_tables import duty, duty_numbers
from tests.desk import Desk, colleague, rows, small_school
from tests.duty_desk import HEAD, ROW, SCHOOL, TURN, page, save, save_turn, send, turn_named, turns, upload
from tests.new_stores import new_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    small_school(store)
    return Desk(store, tmp_path)


def test_without_a_roster_the_page_says_what_that_means(desk: Desk) -> None:
    html = page(desk)
    assert "还没有值班表" in html
    assert "此刻没有登记任何人" in html
    assert [(one.actor, one.object_id) for one in desk.pages.trail("duty.read")] == [("wang", SCHOOL)]


def test_today_tells_of_hours_without_anybody(desk: Desk) -> None:
    assert "还没有值班表" in unescape(desk.client.get("/").text)
    save(desk)  # the lessons of today alone
    assert "小时，最早 11月20日 17:00" in unescape(desk.client.get("/").text)
    save(desk, role="on_call", **{"from": "00:00", "until": "00:00", "repeat": "every_day", "to_day": "2027-01-10"})
    assert "小时，最早 11月23日 08:00" in unescape(desk.client.get("/").text), "in lessons on call is not on duty"
    save(desk, day="2026-11-23", person="陈老师", repeat="school_days", to_day="2027-01-10")
    assert "值班缺" not in unescape(desk.client.get("/").text)


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
        ({"day": "2099-11-20"}, "日期请写成"),
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


@pytest.mark.parametrize("week", ["0001-01-01", "9999-12-31", "2099-01-01", "soon", ""])
def test_a_week_that_there_is_not_is_this_week(desk: Desk, week: str) -> None:
    assert "2026-11-16 至 2026-11-22" in page(desk, f"?week={week}")
    assert desk.client.get(f"/duty/sheet?week={week}").status_code == 200


def test_numbers_stand_behind_the_roster(desk: Desk, store: Store) -> None:
    save(desk)
    named = {"public_phone": "0517-8000", "deputy_person": "周校长", "deputy_phone": "3", "centre_phone": "12356"}
    assert send(desk, "/duty/numbers", **named).status_code == 303
    html = page(desk)
    assert html.index("王老师") < html.index("周校长") < html.index("12356")
    assert "0517-8000" in html
    assert "0517-8000" not in str(rows(store, duty_numbers))
    standing = duty_of(store, SCHOOL)
    assert [(one.role, one.name) for one in standing.standing] == [
        (DutyRole.DEPUTY, "周校长"),
        (DutyRole.CENTRE, "区县心理中心"),
    ]
    kept = len(rows(store, duty_numbers))
    send(desk, "/duty/numbers", **named)
    assert len(rows(store, duty_numbers)) == kept, "what is as it was is not said again"
    send(desk, "/duty/numbers", **named | {"deputy_person": "", "deputy_phone": ""})
    assert [one.role for one in duty_of(store, SCHOOL).standing] == [DutyRole.CENTRE]
    assert "最多 60 字" in send(desk, "/duty/numbers", public_phone="1" * 61).text
    assert [one.detail for one in desk.pages.trail("duty.numbers_set")] == ["centre,deputy,public", "deputy"]


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
