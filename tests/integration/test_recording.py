"""A talk recorded on the student's page: which facts it gives, what it closes and what not, how it is taken back."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data_schemas.codes import Tier
from serving.accounts import create_user
from serving.recording.store import read_talks
from serving.store import Outcome, Store, outcomes_between
from serving.store.case_tables import drafts, explanation_views, talks
from serving.store.tables import contacts, outcomes
from tests import sample_school as school
from tests.desk import DANGER, REPORT, SHEET, Desk, colleague, hidden, open_keys, rows, small_school
from tests.factories import AS_OF, NOW, present, tell
from tests.http_client import Client
from tests.new_stores import new_store
from tests.sample_pages import SCHOOLS


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        small_school(opened)
        yield opened


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


def test_a_talk_gives_the_facts_of_an_interview_and_of_a_contact(desk: Desk, store: Store) -> None:
    html = desk.record(level="2", assessed=[SHEET.evidence], step="again", note="说到失眠")
    assert "已保存。" in html
    (kept,) = rows(store, outcomes)
    assert (kept["kind"], kept["level"], kept["interviewer"], kept["door"]) == ("interview", 2, "wang", "page")
    assert (kept["assessed"], kept["observed_on"], kept["recorded_on"]) == ([SHEET.evidence], AS_OF, AS_OF)
    assert (kept["selection_reason"], kept["saw_score"], kept["second_interviewer"]) == ("floor", True, None)
    assert [(one["with_whom"], one["contacted_on"]) for one in rows(store, contacts)] == [("student", AS_OF)]
    (talk,) = rows(store, talks)
    assert (talk["step"], talk["recorded_by"]) == ("again", "wang")
    assert [one.note for one in read_talks(store, "S-1")] == ["说到失眠"]
    assert talk["again_on"] == AS_OF + timedelta(days=7)
    now = present(store)
    assert SHEET.evidence not in open_keys(now)
    assert {DANGER.evidence, REPORT.evidence} <= open_keys(now), "what was not ticked is open"
    (event,) = desk.pages.trail("talk.recorded")
    assert (event.actor, event.object_id, event.detail) == ("wang", "S-1", "in_person 2 of 1")
    assert [one.outcome.level for one in outcomes_between(store)] == [2], "it is a label like any other"


def test_a_form_opened_before_midnight_keeps_its_day(desk: Desk, store: Store) -> None:
    desk.now = NOW.replace(hour=15, minute=55)  # five to midnight in China
    desk.enter()
    shown = re.search(r'name="held_on" max="[^"]*" value="([^"]*)"', desk.page())
    assert shown is not None
    fields = desk.fill(level="2", held_on=shown[1])
    desk.now += timedelta(minutes=10)
    assert desk.send(fields).status_code == 303
    (kept,) = rows(store, outcomes)
    assert (kept["observed_on"], kept["recorded_on"]) == (AS_OF, AS_OF + timedelta(days=1))


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


def test_what_was_taken_back_is_not_said_to_be_kept_when_its_form_is_sent_again(desk: Desk, store: Store) -> None:
    form = desk.fill(level="3", assessed=[DANGER.evidence])
    desk.send(form)
    (talk,) = rows(store, talks)
    desk.send(form | {"talk_id": talk["talk_id"]}, "/records/undo")
    sent = desk.send(form)
    assert "record=news" in sent.headers["location"], "somebody has taken it back since: look, then send it"
    assert not present(store).in_review
    (draft,) = rows(store, drafts)
    assert draft["student_id"] == "S-1", "nothing typed is lost"
    again = hidden(desk.page()) | {"how": "in_person", "level": "3", "assessed": [DANGER.evidence], "then": "stay"}
    assert "record=saved" in desk.send(again).headers["location"]
    assert present(store).in_review


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


def test_save_and_next_leads_to_the_next_on_the_list(desk: Desk, store: Store) -> None:
    sent = desk.send(desk.fill("S-1", level="2", then="next"))
    assert sent.headers["location"].startswith("/students/S-3?before=S-1")
    assert "已保存上一位的记录" in desk.page("S-3", "?before=S-1")


def test_two_names_of_a_platform_still_count_as_that_platform_attests(store: Store) -> None:
    both = Outcome("S-1", AS_OF, "interview", 1, interviewer="a", second_interviewer="b", assessed=(DANGER.evidence,))
    tell(store, both)
    assert DANGER.evidence not in open_keys(present(store))
