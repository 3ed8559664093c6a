"""Nothing that is typed on a student's page is lost: drafts, ended sessions, two counselors at one student."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from serving.recording.store import read_talks
from serving.store import Store
from serving.store.case_tables import drafts, talks
from serving.store.tables import outcomes
from tests.desk import SHEET, Desk, colleague, hidden, rows, small_school
from tests.factories import AS_OF, NOW, tell, word
from tests.new_stores import new_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        small_school(opened)
        yield opened


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


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


def test_two_windows_of_one_draft_lose_neither(desk: Desk, store: Store) -> None:
    typed = desk.fill(level="1", note="先写的")
    desk.send(typed, "/records/draft")
    first, second = desk.fill(level="1", note="先写的"), desk.fill(level="2", note="后写的")
    assert first["talk_id"] == second["talk_id"]
    desk.send(first)
    html = unescape(desk.client.get(desk.send(second).headers["location"].partition("#")[0]).text)
    assert "您填写期间有新的情况" in html
    assert "后写的" in html
    desk.send(hidden(html) | {"how": "in_person", "level": "2", "note": "后写的", "then": "stay"})
    assert {one.note for one in read_talks(store, "S-1")} == {"先写的", "后写的"}
    desk.send(typed | {"note": "第三次"}, "/records/draft")
    again = desk.fill(level="1", note="第三次")
    assert again["talk_id"] == typed["talk_id"], "a window that was left open writes its draft again"
    desk.send(again)
    assert {one.note for one in read_talks(store, "S-1")} == {"先写的", "后写的", "第三次"}


def test_who_has_no_session_learns_nothing_and_fills_nothing(desk: Desk, store: Store) -> None:
    typed = desk.fill(level="1")
    desk.now = NOW + timedelta(hours=13)
    told = set()
    for change in ({}, {"author": "nobody"}, {"student_id": "S-404"}, {"student_id": "S-404", "author": "nobody"}):
        answer = desk.send(typed | change)
        (place,) = re.findall(r'name="next" value="([^"]*)"', answer.text)
        told.add((answer.status_code, re.sub(r"draft=.*", "draft", place).replace("S-404", "S-1")))
    assert told == {(401, "/students/S-1?draft")}
    assert [(one["student_id"], one["author"]) for one in rows(store, drafts)] == [("S-1", "wang")]


def test_a_form_that_is_sent_twice_is_one_record(desk: Desk, store: Store) -> None:
    typed = desk.fill(level="1")
    for _ in range(2):
        assert desk.send(typed).status_code == 303
    assert len(rows(store, talks)) == len(rows(store, outcomes)) == 1
