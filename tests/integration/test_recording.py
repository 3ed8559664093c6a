"""A talk recorded on the student's page: which facts it gives, what it closes, and that nothing typed is lost."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from data_schemas.codes import Tier
from models.triage import Present
from serving.access import Role, User
from serving.accounts import create_user
from serving.store import Outcome, Store, outcomes_between
from serving.store.case_tables import drafts, explanation_views, talks
from serving.store.tables import contacts, outcomes
from tests import sample_school as school
from tests.factories import AS_OF, NOW, assessment, floor, lead, present, publish, student, tell, word, words
from tests.http_client import Client
from tests.new_stores import new_store
from tests.sample_pages import SCHOOLS, Sample, pages_over

DANGER = floor("R02", evidence_on=AS_OF - timedelta(days=1))
SHEET = floor("R01", Tier.PRIORITY, text=words("PHQ-9 第9题 = 1"))
REPORT = lead(text=words("厌学"))
PROTECT = floor("R12", protection=True, text=words("疑似家庭暴力"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        said = [
            assessment("S-1", Tier.CRISIS, tier_source="floor", floors=(DANGER, SHEET), leads=(REPORT,)),
            assessment("S-2", Tier.PRIORITY),
            assessment("S-3", Tier.CRISIS, tier_source="floor", floors=(PROTECT,)),
            assessment("S-4", Tier.ROUTINE),
            assessment(school.BLIND, Tier.ROUTINE),
        ]
        here = [student(one.student_id) for one in said[:3]] + [student("S-4", "school-02"), student(school.BLIND)]
        publish(opened, said, students=here)
        yield opened


class Desk:
    """A counselor at the pages. `now` may be moved on."""

    def __init__(self, store: Store, home: Path, name: str = "wang", pages: Sample | None = None) -> None:
        self.now = NOW
        self.pages = pages if pages is not None else pages_over(store, home, clock=lambda: self.now)
        self.name, self.client = name, self.pages.enter(name, Client(self.pages.client.app))

    def enter(self) -> None:
        self.pages.enter(self.name, self.client)

    def page(self, student_id: str = "S-1", query: str = "") -> str:
        return self.client.get(f"/students/{student_id}{query}").text

    def fill(self, student_id: str = "S-1", **fields: Any) -> dict[str, Any]:
        """The form of a page as it came, with fields filled in."""
        return hidden(self.page(student_id)) | {"how": "in_person", "then": "stay"} | fields

    def send(self, fields: dict[str, Any], path: str = "/records", **more: Any) -> httpx.Response:
        return self.client.post(path, fields, **more)

    def record(self, student_id: str = "S-1", **fields: Any) -> str:
        """Fill in and send; the page that follows."""
        sent = self.send(self.fill(student_id, **fields))
        assert sent.status_code == 303, sent.text
        return unescape(self.client.get(sent.headers["location"].partition("#")[0]).text)


def hidden(html: str) -> dict[str, str]:
    form = html[html.index('action="/records"') :]
    form = form[: form.index("</form>")]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


def rows(store: Store, table: sa.Table) -> list[dict[str, Any]]:
    with store.reading() as connection:
        return [dict(row._mapping) for row in connection.execute(table.select())]


def open_keys(now: Present) -> set[str]:
    return {one.piece.key for one in (*now.open, *now.leads)}


def colleague(desk: Desk, name: str = "li") -> Desk:
    create_user(desk.pages.store, name, "counselor", SCHOOLS[:1], NOW)
    other = Desk(desk.pages.store, Path(), name, desk.pages)
    return other


def test_a_talk_gives_the_facts_of_an_interview_and_of_a_contact(desk: Desk, store: Store) -> None:
    html = desk.record(level="2", assessed=[SHEET.evidence], step="again", note="说到失眠")
    assert "已保存。" in html
    (kept,) = rows(store, outcomes)
    assert (kept["kind"], kept["level"], kept["interviewer"], kept["door"]) == ("interview", 2, "wang", "page")
    assert (kept["assessed"], kept["observed_on"], kept["recorded_on"]) == ([SHEET.evidence], AS_OF, AS_OF)
    assert (kept["selection_reason"], kept["saw_score"], kept["second_interviewer"]) == ("floor", True, None)
    assert [(one["with_whom"], one["contacted_on"]) for one in rows(store, contacts)] == [("student", AS_OF)]
    (talk,) = rows(store, talks)
    assert (talk["note"], talk["step"], talk["recorded_by"]) == ("说到失眠", "again", "wang")
    assert talk["again_on"] == AS_OF + timedelta(days=7)
    now = present(store)
    assert SHEET.evidence not in open_keys(now)
    assert {DANGER.evidence, REPORT.evidence} <= open_keys(now), "what was not ticked is open"
    (event,) = desk.pages.trail("talk.recorded")
    assert (event.actor, event.object_id, event.detail) == ("wang", "S-1", "in_person 2 of 1")
    assert [one.outcome.level for one in outcomes_between(store)] == [2], "it is a label like any other"


def test_nothing_is_ticked_beforehand_and_a_talk_that_names_nothing_closes_nothing(desk: Desk, store: Store) -> None:
    form = desk.page()[desk.page().index('id="record"') :]
    assert form.count('name="assessed"') == 3
    assert "checked" not in form
    before = open_keys(present(store))
    desk.record(level="0")
    assert open_keys(present(store)) == before


def test_danger_closes_by_two_accounts_and_never_by_one(desk: Desk, store: Store) -> None:
    desk.record(level="1", assessed=[DANGER.evidence])
    assert present(store).lacks == "second_person"
    desk.record(level="1", assessed=[DANGER.evidence])
    assert DANGER.evidence in open_keys(present(store)), "the same account again is one person"
    typed = desk.fill(level="1", assessed=[DANGER.evidence], second_interviewer="li", interviewer="li")
    desk.send(typed)
    assert DANGER.evidence in open_keys(present(store)), "a name that somebody types is nobody's sign-in"
    colleague(desk).record(level="1", assessed=[DANGER.evidence])
    assert DANGER.evidence not in open_keys(present(store))


def test_confirmed_danger_is_lowered_by_two_accounts_on_a_later_day(desk: Desk, store: Store) -> None:
    every = [DANGER.evidence, SHEET.evidence, REPORT.evidence]
    desk.record(level="3", assessed=every)
    other = colleague(desk)
    other.record(level="1", assessed=every)
    assert present(store).tier is Tier.CRISIS, "of one day the gravest counts"
    desk.now = NOW + timedelta(days=3)
    desk.enter()
    other.enter()
    desk.record(level="1")
    assert present(store).in_review, "one person does not lower it"
    other.record(level="2")
    now = present(store)
    assert (now.tier, now.in_review) == (Tier.PRIORITY, False), "two did, and the more careful of them counts"


def test_a_try_that_reached_nobody_is_work_and_nothing_else(desk: Desk, store: Store) -> None:
    before = present(store)
    desk.record(how="not_reached")
    now = present(store)
    assert (rows(store, outcomes), rows(store, contacts)) == ([], [])
    assert (open_keys(now), now.seen_on, now.tier) == (open_keys(before), None, before.tier)
    (again,) = [one for one in now.clocks if one.source == "attempt"]
    assert (again.what.zh, again.by) == ("再次联系", datetime.fromisoformat("2026-11-23T23:59:00+08:00"))
    desk.record(how="not_reached", again_on="2026-11-24")
    html = desk.record(how="not_reached")
    assert "已 3 次未联系上。" in html
    assert "请换一个人联系，或上门。" in html
    (other,) = [one for one in present(store).clocks if one.source == "attempt"]
    assert other.what.zh == "换一个人联系，或上门"
    desk.now = NOW + timedelta(minutes=1)
    desk.record(how="phone", level="1")
    assert [one for one in present(store).clocks if one.source == "attempt"] == []


def test_a_guardian_gives_no_view_and_assesses_nothing(desk: Desk, store: Store) -> None:
    html = desk.record(how="guardian", level="1", assessed=[SHEET.evidence], note="母亲来电")
    assert "没有和学生谈过" in html
    assert rows(store, talks) == []
    assert "母亲来电" in html, "what was typed is there"
    desk.record(how="guardian")
    assert [one["with_whom"] for one in rows(store, contacts)] == ["guardian"]
    assert rows(store, outcomes) == []


def test_the_protection_lock_hides_and_refuses_every_contact_with_a_guardian(desk: Desk, store: Store) -> None:
    form = desk.page("S-3")
    assert 'value="guardian"' in desk.page("S-1")
    assert 'value="guardian"' not in form
    html = desk.record("S-3", how="guardian")
    assert "保护锁：不能记录联系监护人。" in html
    assert rows(store, contacts) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"how": ""}, "请选择方式"),
        ({"level": ""}, "请选择现在的看法"),
        ({"level": "1", "again_on": "morgen"}, "日期请写成"),
        ({"level": "1", "held_on": "2026-11-21"}, "请填今天，或过去 60 天"),
        ({"level": "1", "again_on": "2026-11-20"}, "请填今天以后"),
        ({"level": "1", "note": "字" * 2001}, "不超过 2000 字"),
        ({"level": "1", "assessed": ["R02:of:another"]}, "已不在档案中"),
        ({"level": "1", "assessed": [DANGER.evidence], "held_on": "2026-11-18"}, "晚于接触的日期"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    desk: Desk, store: Store, fields: dict[str, Any], said: str
) -> None:
    html = desk.record(**{"note": "先前写的", "step": "plan"} | fields)
    assert said in html
    assert rows(store, talks) == rows(store, outcomes) == []
    form = html[html.index('action="/records"') :]
    assert fields.get("note", "先前写的") in form
    assert 'value="plan" checked' in form
    desk.record(level="1", again_on="", held_on="", assessed=[], note="")
    assert rows(store, drafts) == [], "a draft ends with its record"


def test_a_draft_is_kept_as_one_types_and_is_the_authors_alone(desk: Desk, store: Store) -> None:
    typed = desk.fill(how="phone", note="还没写完")
    answer = desk.send(typed, "/records/draft", headers={"accept": "application/json"})
    assert answer.json() == {"saved_at": "10:00"}
    assert "还没写完" in desk.page()
    assert "还没写完" not in colleague(desk).page()
    assert rows(store, talks) == []
    plain = desk.send(typed | {"then": "draft"})
    assert "草稿已保存，还没有成为记录" in desk.client.get(plain.headers["location"].partition("#")[0]).text
    token = typed["form_token"]
    desk.send({"form_token": token, "student_id": "S-1"}, "/records/drop")
    assert "还没写完" not in desk.page()


def test_a_draft_outlives_the_session_that_it_was_written_in(desk: Desk, store: Store) -> None:
    typed = desk.fill(level="1", note="写到一半", assessed=[SHEET.evidence])
    desk.now = NOW + timedelta(hours=13)
    ended = desk.send(typed)
    assert ended.status_code == 401
    (back,) = re.findall(r'name="next" value="([^"]*)"', ended.text)
    assert rows(store, talks) == []
    other = colleague(desk)
    place = unescape(back)
    assert "写到一半" not in other.client.get(place).text, "another account does not get it"
    desk.pages.enter("wang", desk.client)
    html = desk.client.get(place).text
    assert "写到一半" in html
    assert f'value="{SHEET.evidence}" checked' in html
    desk.send(hidden(html) | {"how": "in_person", "level": "1", "then": "stay"})
    assert len(rows(store, talks)) == 1
    assert rows(store, drafts) == []


def test_two_counselors_at_one_student_lose_nothing_and_the_second_is_told(desk: Desk, store: Store) -> None:
    other = colleague(desk)
    mine, theirs = desk.fill(level="1", note="我的"), other.fill(level="2", note="她的", assessed=[SHEET.evidence])
    assert desk.send(mine).status_code == 303
    answer = other.send(theirs)
    html = unescape(other.client.get(answer.headers["location"].partition("#")[0]).text)
    assert "您填写期间有新的情况" in html
    assert "wang 记录了一次接触：当面" in html
    assert "她的" in html
    assert len(rows(store, talks)) == 1
    other.send(hidden(html) | {"how": "in_person", "level": "2", "note": "她的", "then": "stay"})
    assert {one["recorded_by"] for one in rows(store, talks)} == {"wang", "li"}


def test_evidence_that_came_in_meanwhile_is_told_before_a_record_is_kept(desk: Desk, store: Store) -> None:
    typed = desk.fill("S-2", level="0")
    tell(store, word("S-2", level=3, on=AS_OF))
    answer = desk.send(typed)
    html = desk.client.get(answer.headers["location"].partition("#")[0]).text
    assert "staff-1：3 有危险" in html
    assert rows(store, talks) == []


def test_a_form_that_is_sent_twice_is_one_record(desk: Desk, store: Store) -> None:
    typed = desk.fill(level="1")
    for _ in range(2):
        assert desk.send(typed).status_code == 303
    assert len(rows(store, talks)) == len(rows(store, outcomes)) == 1


def test_a_record_is_taken_back_within_minutes_and_both_stay_visible(desk: Desk, store: Store) -> None:
    html = desk.record(how="in_person", level="0", assessed=[SHEET.evidence, REPORT.evidence])
    assert SHEET.evidence not in open_keys(present(store))
    undo = {"form_token": hidden(html)["form_token"], "talk_id": rows(store, talks)[0]["talk_id"]}
    other = colleague(desk)
    theirs = {**undo, "form_token": hidden(other.page())["form_token"]}
    assert other.send(theirs, "/records/undo").status_code == 403, "only one's own"
    assert desk.send(undo, "/records/undo").status_code == 303
    now = present(store)
    assert open_keys(now) == {DANGER.evidence, SHEET.evidence, REPORT.evidence}
    assert (now.seen_on, now.words, now.facts.contacts) == (None, (), ())
    assert outcomes_between(store) == [], "it is no label any more"
    assert len(rows(store, outcomes)) == 2, "rows are only added"
    html = desk.page()
    assert "<s>2026-11-20 · 当面 · 0 无需 · 核查 2 条证据</s>" in html
    assert "已撤销" in html
    assert desk.send(undo, "/records/undo").status_code == 303
    assert len(rows(store, talks)) == 2, "once"
    desk.record(level="0", assessed=[SHEET.evidence])
    assert SHEET.evidence not in open_keys(present(store)), "the same words said again count again"


def test_after_the_minutes_of_the_policy_nothing_is_taken_back(desk: Desk, store: Store) -> None:
    html = desk.record(level="1")
    assert "10:10 前" in html
    desk.now = NOW + timedelta(minutes=11)
    assert ">撤销<" not in desk.page()
    undo = {"form_token": hidden(html)["form_token"], "talk_id": rows(store, talks)[0]["talk_id"]}
    assert desk.send(undo, "/records/undo").status_code == 403


def test_a_blind_student_is_recorded_blind_and_stays_in_the_stream_of_the_lot(desk: Desk, store: Store) -> None:
    html = desk.page(school.BLIND)
    assert 'name="assessed"' not in html
    desk.record(school.BLIND, level="1")
    (kept,) = rows(store, outcomes)
    assert (kept["selection_reason"], kept["saw_score"], kept["assessed"]) == ("audit", False, [])
    assert "blind" not in hidden(desk.page(school.BLIND)).get("shown", ""), "the talk is done: the page opens"


def test_who_looked_before_the_talk_is_on_record_as_having_seen(desk: Desk, store: Store) -> None:
    typed = desk.fill(school.BLIND, level="1")
    desk.page(school.BLIND, "?reveal=1")
    desk.send(typed)
    (kept,) = rows(store, outcomes)
    assert (kept["selection_reason"], kept["saw_score"]) == ("audit", True)


def test_an_explanation_is_judged_in_one_click_and_that_is_no_label(desk: Desk, store: Store) -> None:
    token = hidden(desk.page("S-2"))["form_token"]
    sent = desk.send({"form_token": token, "student_id": "S-2", "said": "disagree"}, "/explanation-views")
    assert sent.status_code == 303
    assert [(one["said"], one["said_by"]) for one in rows(store, explanation_views)] == [("disagree", "wang")]
    assert rows(store, outcomes) == []
    assert re.search(r'value="disagree" aria-pressed="true"', desk.page("S-2"))
    assert desk.pages.trail("explanation.judged")[0].detail == "disagree"


def test_nobody_records_at_another_school_and_only_counselors_record(desk: Desk, store: Store) -> None:
    typed = desk.fill(level="1") | {"student_id": "S-4"}
    for path in ("/records", "/records/draft", "/records/drop", "/explanation-views"):
        assert desk.send(typed, path).status_code == 403
    create_user(store, "head", "principal", SCHOOLS[:1], NOW)
    head = desk.pages.enter("head", Client(desk.pages.client.app))
    token = re.findall(r'name="form_token" value="([^"]*)"', head.get("/account").text)[0]
    assert head.post("/records", typed | {"student_id": "S-1", "form_token": token}).status_code == 403
    assert rows(store, talks) == rows(store, drafts) == []
    assert User("head", Role.PRINCIPAL, SCHOOLS[:1]).role is Role.PRINCIPAL


def test_save_and_next_leads_to_the_next_on_the_list(desk: Desk, store: Store) -> None:
    sent = desk.send(desk.fill("S-1", level="2", then="next"))
    assert sent.headers["location"].startswith("/students/S-3?before=S-1")
    assert "已保存上一位的记录" in desk.page("S-3", "?before=S-1")


def test_two_names_of_a_platform_still_count_as_that_platform_attests(store: Store) -> None:
    both = Outcome("S-1", AS_OF, "interview", 1, interviewer="a", second_interviewer="b", assessed=(DANGER.evidence,))
    tell(store, both)
    assert DANGER.evidence not in open_keys(present(store))
