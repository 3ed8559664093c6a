"""The clock on pages: what stands above each of them, who answers, what is on record, and the channels of the
administrator."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from data_schemas.codes import Tier
from models.assessment import AnswerTime
from serving.app import make_web
from serving.store import Filing, RunFacts, Store
from serving.store.case_tables import case_events
from tests.crisis import MINUTE, Shift, in_danger, roster, with_robots
from tests.desk import Desk, colleague, rows
from tests.factories import AS_OF, NOW, assessment, floor, present, publish, student
from tests.http_client import Client
from tests.new_stores import new_store
from tests.receivers import Hooks
from tests.sample_pages import follow, make_state


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        roster(opened)
        in_danger(opened, ["S-1"], NOW)
        yield opened


@pytest.fixture
def at_work(store: Store, tmp_path: Path) -> Shift:
    shift = Shift(store, tmp_path, NOW + MINUTE)
    shift.step()
    return shift


@pytest.fixture
def desk(store: Store, tmp_path: Path, at_work: Shift) -> Desk:
    desk = Desk(store, tmp_path)
    desk.now = at_work.now
    desk.enter()
    return desk


def get(desk: Desk, path: str = "/rings") -> str:
    return unescape(desk.client.get(path).text)


def answer(desk: Desk, student_id: str = "S-1") -> int:
    token = re.findall(r'name="form_token" value="([^"]*)"', desk.client.get("/account").text)[0]
    return desk.client.post("/rings", {"form_token": token, "student_id": student_id}).status_code


def alarm(html: str) -> str:
    found = re.search(r'<aside class="alarm".*?</aside>', html, re.S)
    return "" if found is None else re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", unescape(found[0]))).strip()


@pytest.mark.parametrize("path", ["/", "/students/S-1", "/cases", "/help", "/account"])
def test_it_stands_above_every_page_until_somebody_answers(desk: Desk, path: str) -> None:
    assert alarm(get(desk, path)) == "1 名学生等待响应，最早自 11月20日 10:00 查看并响应"
    assert answer(desk) == 303
    assert alarm(get(desk, path)) == ""


def test_the_page_says_who_was_called_and_takes_the_answer(desk: Desk, store: Store, at_work: Shift) -> None:
    at_work.pass_time(10)
    desk.now = at_work.now
    html = get(desk)
    for said in ("S-1", "R02", "自 11月20日 10:00 起等待", "11月20日 10:01 已呼叫值班心理教师 王老师",
                 "11月20日 10:11 已呼叫分管校领导 李校长", "页面：已显示"):  # fmt: skip
        assert said in html, said
    assert answer(desk) == 303
    (event,) = rows(store, case_events)
    assert (event["move"], event["done_by"], event["student_id"]) == ("respond", "wang", "S-1")
    assert not present(store).unanswered
    assert present(store).clocks[0].what.zh == "60 分钟内当面核查"
    (audited,) = desk.pages.trail("case.respond")
    assert (audited.actor, audited.object_id) == ("wang", "S-1")
    at_work.pass_time(20)
    assert "陈校长" not in get(desk), "nobody else is called"
    assert "现在没有等待响应的学生" in get(desk)
    assert answer(desk) == 303
    assert len(rows(store, case_events)) == 1, "an answer twice is one"


def test_today_and_the_line_of_time_say_who_was_called_when(desk: Desk) -> None:
    assert "11月20日 10:01 已呼叫值班心理教师 王老师" in get(desk, "/")
    assert "10:01 呼叫值班心理教师 王老师：首次呼叫" in get(desk, "/students/S-1")


def test_taking_the_case_on_is_an_answer_as_well(desk: Desk) -> None:
    token = re.findall(r'name="form_token" value="([^"]*)"', desk.client.get("/account").text)[0]
    fields = {"form_token": token, "student_id": "S-1", "last": "0", "move": "acknowledge"}
    assert desk.client.post("/cases", fields).status_code == 303
    assert alarm(get(desk, "/")) == ""


def test_whoever_follows_a_case_can_answer_for_new_evidence(desk: Desk, store: Store, at_work: Shift) -> None:
    test_taking_the_case_on_is_an_answer_as_well(desk)
    at_work.now += timedelta(hours=2)
    in_danger(store, ["S-1"], at_work.now, rule="R11")
    at_work.step(1)
    desk.now = at_work.now
    desk.enter()
    assert alarm(get(desk, "/"))
    assert answer(desk) == 303
    assert alarm(get(desk, "/")) == ""


def test_one_person_answers_at_once_for_all_friends_of_one_incident(desk: Desk, store: Store, at_work: Shift) -> None:
    answer(desk)
    at_work.now += MINUTE
    found = floor("R18", Tier.WATCH, severity=0, answer=AnswerTime.RESPOND, known_on=AS_OF, evidence_on=AS_OF,
                  received_at=at_work.now)  # fmt: skip
    friends = ["S-2", "S-3"]
    filings = RunFacts(filings=[Filing(one, "school-01", (found,)) for one in friends])
    said = [assessment(one, Tier.WATCH, tier_source="floor", floors=(found,)) for one in friends]
    publish(store, said, students=[student(one) for one in friends], at=at_work.now, fingerprint="r18", facts=filings)
    at_work.step()
    desk.now = at_work.now
    html = get(desk)
    assert "这 2 名与事件有关的学生都由我来响应" in html
    assert "安排与他们逐一谈话" in html
    token = re.findall(r'name="form_token" value="([^"]*)"', html)[0]
    assert desk.client.post("/rings", {"form_token": token, "student_id": friends}).status_code == 303
    for one in friends:
        now = present(store, one)
        assert (now.unanswered, now.urgent) == ((), False)
        assert now.clock is not None
        assert now.clock.what.zh == "10 个上学日内约谈"


def test_a_principal_is_told_once_called_by_id_and_code_and_may_answer(
    desk: Desk, store: Store, at_work: Shift
) -> None:
    head = colleague(desk, "chen", "principal")
    html = get(head, "/rings")
    assert alarm(html) == ""
    assert "自 11月20日 10:00 起等待" in html, "who looks is told all the same"
    at_work.pass_time(20)
    desk.now = at_work.now
    html = get(head, "/rings")
    assert alarm(html)
    assert "S-1" in html
    assert 'href="/students/S-1' not in html
    assert "七(1)班" not in html
    assert answer(head) == 303
    assert not present(store).unanswered


def test_another_schools_students_are_nobodys_to_answer_for(desk: Desk, store: Store, at_work: Shift) -> None:
    stranger = colleague(desk, "zhou", "counselor", ("school-02",))
    assert "S-1" not in get(stranger, "/rings")
    assert alarm(get(stranger, "/")) == ""
    assert answer(stranger) == 404
    assert answer(desk, "S-nobody") == 404
    assert present(store).unanswered


def test_the_reading_of_calls_is_on_record(desk: Desk) -> None:
    get(desk)
    (row,) = desk.pages.trail("rings.read")
    assert (row.actor, row.object_id, row.purpose) == ("wang", "school-01", "crisis")


def test_a_clock_that_stands_still_is_told_above_every_page(desk: Desk, at_work: Shift) -> None:
    desk.now = at_work.now + timedelta(minutes=6)
    assert "呼叫时钟自 11月20日 10:01 起没有运行：现在不会呼叫任何人" in alarm(get(desk, "/help"))


def test_english_pages_have_no_chinese_sentence_of_the_clock(desk: Desk) -> None:
    html = get(desk, "/rings?lang=en")
    for said in ("1 waiting for somebody to respond, the first since 20 Nov 10:00", "called: Counselor on duty 王老师"):
        assert said in html, said
    assert "呼叫" not in html


def test_an_administrator_sees_the_channels_and_tests_one(store: Store, tmp_path: Path, hook: Hooks) -> None:
    with_robots(tmp_path, hook, "ding")
    shift = Shift(store, tmp_path, NOW, hook)
    desk = Desk(store, tmp_path)
    state = replace(make_state(store, tmp_path, lambda: shift.now), channels=shift.work.channels)
    client = Client(make_web(state))
    assert follow(client, desk.pages.link("admin")).status_code == 303
    html = unescape(client.get("/admin/channels").text)
    assert "已启动，还没有完成过一次检查" in html
    assert "钉钉机器人" in html
    assert hook.url not in html, "an address holds a secret"
    token = re.findall(r'name="form_token" value="([^"]*)"', html)[0]
    sent = client.post("/admin/channels", {"form_token": token, "channel": "ding"})
    assert sent.status_code == 303
    assert "等待发送" in unescape(client.get("/admin/channels?done=tested").text)
    shift.step(1)
    assert sum("测试消息" in text for text in shift.texts()) == 1
    html = unescape(client.get("/admin/channels").text)
    assert "11月20日 10:01 已送达" in html
    assert "正常，最近一次检查 11月20日 10:01" in html
    assert [(row.actor, row.object_id) for row in desk.pages.trail("channel.tested")] == [("admin", "ding")]
    assert client.post("/admin/channels", {"form_token": token, "channel": "nobodys"}).status_code == 404
    assert desk.client.get("/admin/channels").status_code == 403
