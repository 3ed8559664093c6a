"""Waves on their page: planned by the last wave and the roster, refused without anybody on duty, told when too full.
Every number of the page is counted here by hand."""

import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from data_schemas.codes import DutyRole
from data_schemas.duty import DutySpan
from models.duty_cover import at
from models.waves import RateFrom
from serving.store import Store, duty_in_force, keep_duty
from serving.store.duty import change_duty
from serving.waves.store import waves_of
from serving.waves.tables import wave_plans
from tests.desk import Desk, colleague, rows
from tests.factories import NOW
from tests.new_stores import new_store
from tests.wave_school import NEXT, SCHOOL, SIZES, on_duty, page, whole_school


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    whole_school(store)
    return Desk(store, tmp_path)


def send(desk: Desk, path: str, fields: dict[str, Any]) -> httpx.Response:
    token = desk.client.get("/help").text.partition('name="form_token" value="')[2][:64]
    return desk.client.post(path, {"form_token": token, "school": SCHOOL} | fields)


def begin(desk: Desk, **fields: str) -> str:
    sent = send(desk, "/waves/new", NEXT | fields)
    assert sent.status_code == 303, unescape(sent.text)
    found = re.search(r"wave=([\w-]+)", sent.headers["location"])
    assert found
    return found[1]


def plan(desk: Desk, wave: str, days: dict[str, int | None], act: str = "save", version: int = 1) -> httpx.Response:
    fields: dict[str, Any] = {"wave": wave, "version": str(version), "act": act, "name": list(SIZES)}
    for row, name in enumerate(SIZES):
        day = days.get(name)
        fields[f"class-{row}"] = f"2026-11-{day}" if day else ""
    return send(desk, "/waves", fields)


def planned(store: Store) -> dict[str, int | None]:
    (wave,) = waves_of(store, SCHOOL)
    return {one.wave_class.class_id: one.day.day if one.day else None for one in wave.classes}


def test_a_wave_is_planned_by_the_last_one_and_says_by_which_share(desk: Desk, store: Store) -> None:
    on_duty(store, 23, 24, 25)
    begin(desk)
    (wave,) = waves_of(store, SCHOOL)
    school = (7 + 20 * 0.09) / (70 + 20)
    assert [(one.wave_class.class_id, one.wave_class.rate_from) for one in wave.classes] == [
        ("七(1)班", RateFrom.CLASS),
        ("七(2)班", RateFrom.CLASS),
        ("八(1)班", RateFrom.SCHOOL),
    ]
    assert [one.wave_class.expected for one in wave.classes] == pytest.approx(
        [30 * (6 + 20 * school) / 50, 30 * (1 + 20 * school) / 50, 10 * school]
    )
    assert len(set(planned(store).values())) == 3, "every class on a day of its own"
    html = page(desk, wave.wave_id)
    assert "本班上次筛查" in html
    assert "本校上次筛查" in html
    assert "每天预计人数都在可核查人数之内" in html
    assert [(one.actor, one.object_id, one.detail) for one in desk.pages.trail("wave.planned")] == [
        ("wang", SCHOOL, wave.wave_id)
    ]
    assert {one.object_id for one in desk.pages.trail("waves.read")} == {SCHOOL}


def test_without_a_wave_of_its_own_a_school_goes_by_published_shares(desk: Desk, store: Store) -> None:
    on_duty(store, 23, 24, 25)
    begin(desk, instrument="gad7")
    (wave,) = waves_of(store, SCHOOL)
    assert {one.wave_class.rate_from for one in wave.classes} == {RateFrom.PUBLISHED}
    assert [one.wave_class.expected for one in wave.classes] == pytest.approx([2.7, 2.7, 0.9])
    html = page(desk, wave.wave_id)
    assert "已发表的比例" in html
    assert "2021 年五省调查（20,792 人）" in html


def test_a_day_without_anybody_on_duty_is_refused(desk: Desk, store: Store) -> None:
    on_duty(store, 23, 25)
    wave = begin(desk)
    assert set(planned(store).values()) == {23, 25}, "it is left out from the first"
    html = page(desk, wave)
    assert "周二 11-24（无人值班）" in html
    assert 'value="2026-11-24"' not in html
    refused = plan(desk, wave, {"七(1)班": 24, "七(2)班": 23, "八(1)班": 25})
    assert (refused.status_code, "有日期无人值班" in unescape(refused.text)) == (422, True)
    assert set(planned(store).values()) == {23, 25}
    assert len(rows(store, wave_plans)) == 1


def test_a_day_on_which_somebody_is_there_after_lessons_alone_is_refused_as_well(desk: Desk, store: Store) -> None:
    on_duty(store, 23, 24, 25)
    on_duty(store, 24, hours=(17, 20))
    keep_duty(
        store,
        [DutySpan(SCHOOL, "x", DutyRole.ON_CALL, None, at(date(2026, 11, 24)), at(date(2026, 11, 25)))],
        "test",
        NOW,
    )
    assert "周二 11-24（无人值班）" in page(desk, begin(desk))


def test_where_the_roster_changed_later_the_class_has_to_move(desk: Desk, store: Store) -> None:
    on_duty(store, 23, 24, 25)
    wave = begin(desk)
    plan(desk, wave, dict.fromkeys(SIZES, 24))
    (gone,) = [one for one in duty_in_force(store)[SCHOOL] if one.starts_at.day == 24]
    assert change_duty(store, SCHOOL, [gone], [], "test", NOW) == ""
    html = page(desk, wave)
    assert "周二 11-24（无人值班）" in html
    assert "周二 11-24 预计 7.5 人，可核查 0 人" in html
    assert "七(1)班：周二 11-24 改到" in html
    assert plan(desk, wave, {"七(1)班": 23, "七(2)班": 25, "八(1)班": 24}, version=2).status_code == 422
    assert plan(desk, wave, {"七(1)班": 23, "七(2)班": 25, "八(1)班": 25}, version=2).status_code == 303


def test_where_nobody_is_on_duty_on_any_day_there_is_no_wave(desk: Desk, store: Store) -> None:
    refused = send(desk, "/waves/new", NEXT)
    assert (refused.status_code, "无人值班" in unescape(refused.text)) == (422, True)
    assert 'value="冬季筛查"' in unescape(refused.text)
    assert rows(store, wave_plans) == []


def test_a_day_that_is_too_full_is_flagged_with_what_helps(desk: Desk, store: Store) -> None:
    on_duty(store, 23, 24, hours=(8, 9))  # an hour: three checks
    wave = begin(desk, count="2")
    assert plan(desk, wave, dict.fromkeys(SIZES, 23)).status_code == 303
    html = page(desk, wave)
    assert "1 天安排过满" in html
    assert "周一 11-23 预计 7.5 人，可核查 3 人" in html
    assert "八(1)班：周一 11-23 改到 周二 11-24" in html
    assert "七(2)班：周一 11-23 改到 周二 11-24" in html
    assert "调开后仍有约 1.8 人排不下" in html
    assert "部分上课时间无人" in html
    assert plan(desk, wave, {}, "spread", 2).status_code == 303
    assert planned(store)["七(1)班"] != planned(store)["七(2)班"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": " "}, "请写名称"),
        ({"title": "长" * 61}, "最多 60 字"),
        ({"instrument": "nothing"}, "请选一份问卷"),
        ({"first": "soon"}, "日期不对"),
        ({"first": "2026-11-19"}, "日期不对"),
        ({"first": "2028-11-19"}, "日期不对"),
        ({"count": "0"}, "1 至 20 个上课日"),
        ({"count": "21"}, "1 至 20 个上课日"),
        ({"count": "many"}, "1 至 20 个上课日"),
    ],
)
def test_what_does_not_fit_in_a_new_wave_is_said(desk: Desk, store: Store, wrong: dict[str, str], said: str) -> None:
    on_duty(store, 23, 24, 25)
    refused = send(desk, "/waves/new", NEXT | wrong)
    assert (refused.status_code, said in unescape(refused.text)) == (422, True)
    assert rows(store, wave_plans) == []


def test_of_two_who_plan_at_once_the_second_is_told(desk: Desk, store: Store) -> None:
    on_duty(store, 23, 24, 25)
    wave, other = begin(desk), colleague(desk)
    assert plan(other, wave, dict.fromkeys(SIZES, 24)).status_code == 303
    late = plan(desk, wave, dict.fromkeys(SIZES, 25))
    assert (late.status_code, "刚刚有人修改" in unescape(late.text)) == (422, True)
    assert set(planned(store).values()) == {24}


def test_a_day_that_is_none_of_the_wave_is_refused(desk: Desk, store: Store) -> None:
    on_duty(store, 23, 24, 25, 26)
    wave = begin(desk)
    assert "不是这次筛查的上课日" in unescape(plan(desk, wave, {"七(1)班": 26}).text)
    assert "日期不对" in unescape(send(desk, "/waves", {"wave": wave, "name": "七(1)班", "class-0": "x"}).text)


def test_a_wave_is_given_up_before_it_begins_and_stays_on_record(desk: Desk, store: Store) -> None:
    on_duty(store, 23, 24, 25)
    wave = begin(desk)
    assert plan(desk, wave, {}, "drop").headers["location"].endswith("said=dropped")
    assert "冬季筛查" not in page(desk)
    assert [row["dropped"] for row in rows(store, wave_plans)] == [False, True]
    assert desk.client.get(f"/waves?wave={wave}").status_code == 404
    assert len(desk.pages.trail("wave.dropped")) == 1


def test_who_may_plan_is_the_counselor_and_the_supervisor(desk: Desk, store: Store) -> None:
    on_duty(store, 23, 24, 25)
    begin(desk)
    gu, ren = colleague(desk, "gu", "supervisor"), colleague(desk, "ren", "principal")
    assert "冬季筛查" in page(gu)
    assert ren.client.get("/waves").status_code == 403
    assert send(ren, "/waves/new", NEXT).status_code == 403
    assert desk.client.get("/waves?school=school-02").status_code == 403
    assert send(desk, "/waves/new", NEXT | {"school": "school-02"}).status_code == 403
