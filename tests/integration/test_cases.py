"""Cases on pages: taken on, handed over, referred, approved and closed; what a talk does to them; who may read them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from data_schemas.codes import Tier
from serving.cases.case import needs_to_close
from serving.cases.service import case_of, cases_of
from serving.store import Store
from serving.store.case_tables import case_events, talks
from tests.desk import DANGER, PROTECT, REPORT, SHEET, Desk, colleague, hidden, rows, small_school
from tests.factories import AS_OF, NOW, assessment, present, publish, sheet, student, tell, word
from tests.new_stores import new_store

pytestmark = pytest.mark.usefixtures("each_database")

EVERY = [DANGER.evidence, SHEET.evidence, REPORT.evidence]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        small_school(opened)
        yield opened


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


def move(desk: Desk, code: str, student_id: str = "S-2", last: int | None = None, **fields: Any) -> str:
    """Make a move; the page that follows, or the refusal."""
    token = re.findall(r'name="form_token" value="([^"]*)"', desk.client.get("/account").text)[0]
    seen = case_of(desk.pages.store, student_id).last if last is None else last
    fields = {"form_token": token, "student_id": student_id, "last": str(seen), "move": code, **fields}
    sent = desk.send(fields, "/cases")
    if sent.status_code != 303:
        return f"{sent.status_code}"
    return unescape(desk.client.get(sent.headers["location"].partition("#")[0]).text)


def test_taking_on_ends_the_clock_of_minutes_and_not_the_check(desk: Desk, store: Store) -> None:
    before = present(store).clocks[0]
    assert before.what.zh == "30 分钟内响应"
    html = move(desk, "acknowledge", "S-1")
    assert "负责人 wang" in html
    clock = present(store).clocks[0]
    assert (clock.what.zh, clock.urgent) == ("60 分钟内当面核查", True)
    assert present(store).tier is Tier.CRISIS, "it closes nothing"
    (event,) = desk.pages.trail("case.acknowledge")
    assert (event.actor, event.object_id) == ("wang", "S-1")
    said = assessment("S-1", Tier.CRISIS, tier_source="floor", floors=(DANGER, danger_of_today()))
    publish(store, [said], at=desk.now + HOUR, fingerprint="f2")
    whats = [clock.what.zh for clock in present(store).clocks if clock.urgent]
    assert whats == ["60 分钟内当面核查", "当日当面核查", "30 分钟内响应"], "what came in since is another alert"


def still_needed(desk: Desk) -> str:
    now = present(desk.pages.store, "S-1", desk.now)
    needs = needs_to_close(case_of(desk.pages.store, "S-1"), now, desk.now.date())
    return "、".join(need.zh for need in needs)


HOUR = timedelta(hours=1)


def danger_of_today() -> Any:
    from tests.factories import floor

    return floor("R11", evidence_on=AS_OF)


def test_a_talk_moves_a_case_and_takes_the_move_back_with_it(desk: Desk, store: Store) -> None:
    html = desk.record("S-2", level="1", step="plan")
    case = case_of(store, "S-2")
    assert (case.state.code, case.holder) == ("plan", "wang")
    assert [one["move"] for one in rows(store, case_events)] == ["contact", "plan"]
    undo = {"form_token": hidden(html)["form_token"], "talk_id": rows(store, talks)[0]["talk_id"]}
    desk.send(undo, "/records/undo")
    assert case_of(store, "S-2").state.code == "new"
    assert len(rows(store, case_events)) == 2, "rows are only added"
    desk.record("S-2", how="not_reached", level="")
    assert case_of(store, "S-2").state.code == "new", "a try is no contact"


def test_a_talk_closes_a_case_where_nothing_is_missing_and_leaves_it_where_something_is(
    desk: Desk, store: Store
) -> None:
    html = desk.record("S-1", level="0", step="close")
    assert case_of(store, "S-1").state.code == "in_contact"
    assert "核查所有证据和线索" in html
    assert move(desk, "close", "S-1") == "403"
    desk.record("S-2", level="0", step="close")
    assert case_of(store, "S-2").state.code == "closed"


def test_confirmed_danger_closes_with_two_accounts_half_a_year_and_a_supervisor(desk: Desk, store: Store) -> None:
    desk.record(level="3", assessed=EVERY)
    li, gu = colleague(desk), colleague(desk, "gu", "supervisor")
    li.record(level="3", assessed=EVERY)
    assert still_needed(desk) == "第二位签字人、最近一次看法为 0 或 1、危机确认后满六个月、督导同意"
    for days, by in ((3, desk), (3, li)):
        desk.now = li.now = gu.now = NOW + timedelta(days=days)
        by.enter()
        by.record(level="1")
    assert still_needed(desk) == "最近一次看法为 0 或 1、危机确认后满六个月、督导同意"
    desk.now = NOW + timedelta(days=183)
    for one in (desk, gu):
        one.enter()
    assert still_needed(desk) == "最近一次看法为 0 或 1、督导同意", "重点 until somebody looks again after half a year"
    desk.record(level="1")
    assert still_needed(desk) == "督导同意"
    move(desk, "ask_approval", "S-1")
    assert move(desk, "approve", "S-1") == "403", "a counselor approves nothing"
    assert "请督导同意结案" in gu.client.get("/cases").text
    move(gu, "approve", "S-1")
    assert still_needed(desk) == ""
    assert "没有，可以结案" in desk.page("S-1", "?reveal=1")
    move(desk, "close", "S-1")
    assert case_of(store, "S-1").state.code == "closed"


def test_two_at_one_case_lose_nothing_and_the_second_is_told(desk: Desk, store: Store) -> None:
    seen = case_of(store, "S-2").last
    move(desk, "acknowledge")
    html = move(colleague(desk), "refer", last=seen, to="medical", told=["identity"])
    assert "刚有人处理过这个个案" in html
    assert [one["move"] for one in rows(store, case_events)] == ["acknowledge"]


def test_a_case_goes_to_another_school_when_that_accepts(desk: Desk, store: Store) -> None:
    zhao = colleague(desk, "zhao", schools=("school-02",))
    move(desk, "acknowledge")
    assert "请选择一个人" in move(desk, "offer")
    move(desk, "offer", to_school="school-02", reason="随迁转学")
    waiting = zhao.client.get("/cases").text
    assert "随迁转学" in waiting
    assert 'href="/students/S-2' not in waiting, "the record is read once the roster says so"
    assert zhao.client.get("/students/S-2").status_code == 403
    assert "请用几个字说明原因" in move(zhao, "decline", back="cases")
    move(zhao, "accept", back="cases")
    assert case_of(store, "S-2").holder == "zhao"
    assert [one.object_id for one in desk.pages.trail("case.accept")] == ["S-2"]


def test_a_referral_says_what_is_told_and_who_answered(desk: Desk, store: Store) -> None:
    assert "请选择转介给谁" in move(desk, "refer")
    assert "请选择可以告知什么" in move(desk, "refer", to="medical")
    assert "请选择谁同意了" in move(desk, "refer", to="medical", told=["identity"])
    html = move(desk, "refer", to="medical", told=["identity", "reason"], reason="睡眠", agreed="guardian")
    assert "监护人同意" in html[: html.index("转介、移交与其他")]
    assert "转介医疗机构：已转出，等待答复" in html
    html = move(desk, "answered", answer="accepted", by="市四院 陈医生")
    assert "市四院 陈医生" in html
    html = move(desk, "returned")
    assert "转介医疗机构" not in html[html.index('id="case"') : html.index("转介、移交与其他")]
    assert case_of(store, "S-2").state.code == "review"


def test_the_lock_hides_how_to_reach_the_family_but_from_the_police(desk: Desk, store: Store) -> None:
    assert 'value="reach"' in desk.page("S-2")
    assert 'value="reach"' not in desk.page("S-3")
    assert "保护锁：家庭联系方式只告知公安" in move(desk, "refer", "S-3", to="social", told=["reach"])
    assert PROTECT.protection
    html = move(desk, "refer", "S-3", to="police", told=["identity", "evidence", "reach"])
    assert "已转出，等待答复" in html, "to the police nobody waits for an approval"


@pytest.mark.parametrize(
    ("born", "agreed", "taken"),
    [("2012-11-21", "student", False), ("2012-11-21", "guardian", True), ("2012-11-20", "student", True)],
)
def test_of_who_is_younger_than_14_a_guardian_agrees_to_a_referral(
    tmp_path: Path, born: str, agreed: str, taken: bool
) -> None:
    with new_store(tmp_path) as store:
        who = replace(student("S-2"), birth_date=date.fromisoformat(born))
        publish(store, [assessment("S-2", Tier.PRIORITY)], students=[who])
        html = move(Desk(store, tmp_path), "refer", to="centre", told=["identity"], agreed=agreed)
    assert ("转介市县未成年人成长指导中心：已转出" in html) is taken
    assert ("未满 14 周岁，由监护人同意" in html.partition('id="case"')[2].partition("<details")[0]) is not taken


def test_in_danger_and_under_the_lock_nobody_is_asked_first(desk: Desk, store: Store) -> None:
    assert "已转出" in move(desk, "refer", "S-1", to="medical", told=["identity"])
    assert "已转出" in move(desk, "refer", "S-3", to="social", told=["identity"])


def test_a_plan_that_does_not_help_calls_a_review(desk: Desk, store: Store) -> None:
    desk.record("S-2", level="1", step="plan")
    (clock,) = [one for one in present(store, "S-2").clocks if one.source == "case"]
    assert (clock.what.zh, clock.by) == ("个案复核", datetime.fromisoformat("2026-12-18T23:59:00+08:00"))
    desk.now = NOW + timedelta(days=21)
    desk.enter()
    better = assessment("S-2", Tier.PRIORITY, as_of=date(2026, 12, 11), instruments=(after(3),))
    publish(store, [better], as_of=date(2026, 12, 11), at=desk.now, fingerprint="f2")
    now = present(store, "S-2", desk.now)
    assert [one for one in now.clocks if one.source == "case"] == []
    assert "方案开始以来：PHQ9 明确好转" in desk.page("S-2")
    same = assessment("S-2", Tier.PRIORITY, as_of=date(2026, 12, 11), instruments=(after(11),))
    publish(store, [same], as_of=date(2026, 12, 11), at=desk.now + HOUR, fingerprint="f3")
    assert [one.source for one in present(store, "S-2", desk.now).clocks if one.source == "case"] == ["case"]
    move(desk, "review", reason="调整频率")
    (later,) = [one for one in present(store, "S-2", desk.now).clocks if one.source == "case"]
    assert later.by == datetime.fromisoformat("2027-01-15T23:59:00+08:00"), "week 8"


def after(total: float) -> Any:
    return sheet(total=total, administered_on=date(2026, 12, 10))


def test_evidence_after_a_case_was_closed_makes_it_new_again(desk: Desk, store: Store) -> None:
    desk.record("S-2", level="0", step="close")
    said = assessment("S-2", Tier.CRISIS, tier_source="floor", floors=(danger_of_today(),))
    publish(store, [said], at=NOW + HOUR, fingerprint="f2")
    assert case_of(store, "S-2").state.code == "new"


def test_the_number_of_readings_does_not_grow_with_the_cases(store: Store) -> None:
    asked: list[str] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    cases_of(store, ["S-1"])
    one = len(asked)
    asked.clear()
    cases_of(store, [f"S-{n}" for n in range(400)])
    assert len(asked) == one


def test_who_sees_no_student_sees_no_case(desk: Desk, store: Store) -> None:
    tell(store, word("S-2", level=1))
    head = colleague(desk, "head", "principal")
    assert head.client.get("/cases").status_code == 403
    assert move(head, "acknowledge") == "403"
    elsewhere = colleague(desk, "zhao", schools=("school-02",))
    assert move(elsewhere, "acknowledge") == "403"
    assert rows(store, case_events) == []
    desk.client.get("/cases")
    assert len(desk.pages.trail("cases.read")) == 1
