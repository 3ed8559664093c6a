"""Who is it: a stranger is a student, a new one, one of two, or two; all that is open goes along and comes back."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from data_schemas.codes import Tier
from models.assessment import DataQuality, Retest, Task
from models.triage import Present, human_level
from models.triage.present import TIERS
from serving.cases.service import case_of
from serving.store import Filing, NewEntry, RunFacts, Store, Stranger, record_entry
from serving.store.case_tables import identity_decisions
from serving.store.files import contested
from serving.store.identity import other_person
from serving.store.tables import evidence
from tests.desk import DANGER, REPORT, SHEET, Desk, colleague, open_keys, rows, small_school
from tests.factories import AS_OF, NOW, assessment, floor, present, publish, sheet, student, tell, word, words
from tests.new_stores import new_store
from tests.sample_pages import SCHOOLS

FOUND = floor("R11", evidence_on=AS_OF)
STRANGER = "X-9 (school-01)"
EARLIER = NOW - timedelta(minutes=12)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        small_school(opened)
        send(opened)
        yield opened


def send(store: Store) -> None:
    """A record in danger of somebody whom no roster has."""
    said = assessment(STRANGER, Tier.CRISIS, tier_source="floor", floors=(FOUND,))
    record_entry(store, NewEntry("city", STRANGER, "school-01", "junior", 7, {}, said, EARLIER, (FOUND,)))


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


def settle(desk: Desk, student_id: str, kind: str, reason: str = "问了班主任", **fields: Any) -> str:
    return post(desk, "/identity", student_id=student_id, kind=kind, reason=reason, **fields)


def undo(desk: Desk, place: int = 0) -> str:
    decisions = [one for one in rows(desk.pages.store, identity_decisions) if one["undoes"] is None]
    return post(desk, "/identity/undo", decision_id=decisions[place]["decision_id"])


def post(desk: Desk, path: str, **fields: Any) -> str:
    token = re.findall(r'name="form_token" value="([^"]*)"', desk.client.get("/account").text)[0]
    sent = desk.send({"form_token": token, **fields}, path)
    if sent.status_code != 303:
        return str(sent.status_code)
    return unescape(desk.client.get(sent.headers["location"].partition("#")[0]).text)


def clocks(now: Present) -> set[tuple[str, Any]]:
    return {(one.what.zh, one.by) for one in now.clocks if one.source in ("evidence", "lead")}


def test_a_stranger_is_found_to_be_a_student_and_danger_goes_along_with_its_clock(desk: Desk, store: Store) -> None:
    before = present(store, STRANGER)
    assert FOUND.evidence in open_keys(before)
    look = desk.client.get("/students/X-9%20(school-01)?is=S-2").text
    assert "1 条待核查的证据和线索一并转过去" in look
    assert "七(1)班" in look
    html = settle(desk, STRANGER, "same", other_id="S-2")
    assert "已记下。待核查的证据和时限都跟过来了。" in html
    now = present(store, "S-2")
    assert FOUND.evidence in open_keys(now)
    assert clocks(before) <= clocks(now), "no clock begins anew"
    assert now.tier is Tier.CRISIS
    assert present(store, STRANGER).evidence == ()
    assert {(one.object_id, one.actor) for one in desk.pages.trail("identity.same")} == {
        (STRANGER, "wang"),
        ("S-2", "wang"),
    }


def test_it_is_taken_back_by_another_row_and_everything_stands_where_it_stood(desk: Desk, store: Store) -> None:
    was, other = present(store, STRANGER), present(store, "S-2")
    settle(desk, STRANGER, "same", other_id="S-2")
    assert "已撤销，记录回到原处" in undo(desk)
    assert clocks(present(store, STRANGER)) == clocks(was)
    assert open_keys(present(store, "S-2")) == open_keys(other)
    assert len(rows(store, identity_decisions)) == 2
    assert undo(desk) == "404", "once"


def test_what_was_found_holds_for_what_comes_later(desk: Desk, store: Store) -> None:
    settle(desk, STRANGER, "same", other_id="S-2")
    later = floor("R01", Tier.PRIORITY, evidence_on=AS_OF)
    facts = RunFacts(
        strangers=[Stranger(STRANGER, "school-01", "unknown")],
        filings=[Filing(STRANGER, "school-01", (FOUND, later))],
        outcomes=[(word(STRANGER, level=1), "school-01")],
    )
    publish(store, [assessment("S-2", Tier.PRIORITY)], fingerprint="f2", at=NOW + timedelta(hours=1), facts=facts)
    now = present(store, "S-2")
    assert open_keys(now) >= {FOUND.evidence, later.evidence}
    assert sum(one.piece.key == FOUND.evidence for one in now.evidence) == 1, "what is known is not filed again"
    assert [one.level for one in now.words] == [1]
    assert present(store, STRANGER).evidence == ()


def test_a_new_student_stays_in_sight_until_the_roster_has_them(desk: Desk, store: Store) -> None:
    html = settle(desk, STRANGER, "new")
    assert "已确认是新学生，等学籍更新" in html
    now = present(store, STRANGER)
    assert (now.facts.stranger, open_keys(now)) == (True, {FOUND.evidence})
    undo(desk)
    assert present(store, STRANGER).facts.reason is None


def test_two_ids_that_are_one_stand_in_one_file(desk: Desk, store: Store) -> None:
    was = open_keys(present(store, "S-1"))
    tell(store, word("S-1", level=2, assessed=()))
    settle(desk, "S-1", "one", other_id="S-2")
    now = present(store, "S-2")
    assert was <= open_keys(now)
    assert [one.level for one in now.words] == [2]
    assert open_keys(present(store, "S-1")) == set()
    assert "已经有人核实过了" in settle(desk, "S-2", "one", other_id="S-1"), "nobody goes in a circle"
    undo(desk)
    assert open_keys(present(store, "S-1")) == was
    assert [one.level for one in present(store, "S-1").words] == [2]


def test_one_id_that_is_two_is_parted_by_what_is_ticked(desk: Desk, store: Store) -> None:
    before = present(store)
    html = desk.page()
    (mark,) = re.findall(r'name="row" value="(e\d+)"> PHQ-9 第9题 = 2', html)
    assert "请勾选哪些是另一个人的" in settle(desk, "S-1", "two")
    settle(desk, "S-1", "two", row=[mark])
    other = other_person("S-1", "school-01", 2)
    assert open_keys(present(store)) == {SHEET.evidence, REPORT.evidence}
    apart = present(store, other)
    assert (apart.facts.stranger, open_keys(apart)) == (True, {DANGER.evidence})
    assert clocks(apart) <= clocks(before)
    assert "从 S-1 分出来的另一个人" in desk.page(other.replace(" ", "%20").replace(";", "%3B"))
    publish(store, [assessment("S-2", Tier.PRIORITY)], fingerprint="f2", at=NOW + timedelta(hours=1))
    assert open_keys(present(store, other)) == {DANGER.evidence}, "no roster joins them again"
    undo(desk)
    assert open_keys(present(store)) == open_keys(before)


def test_the_other_of_two_may_be_a_student_and_is_taken_back_in_order(desk: Desk, store: Store) -> None:
    (mark,) = re.findall(r'name="row" value="(e\d+)"> PHQ-9 第9题 = 2', desk.page())
    settle(desk, "S-1", "two", row=[mark])
    desk.now = NOW + timedelta(minutes=1)
    settle(desk, other_person("S-1", "school-01", 2), "same", other_id="S-2")
    assert DANGER.evidence in open_keys(present(store, "S-2"))
    assert undo(desk) == "403", "the later one first"
    undo(desk, 1)
    undo(desk)
    assert DANGER.evidence in open_keys(present(store))


def test_each_person_who_is_parted_has_a_file_of_their_own(desk: Desk, store: Store) -> None:
    """A number that was given once is not given again, whatever was taken back since."""
    first, second, third = re.findall(r'name="row" value="(e\d+)">', desk.page())
    for minute, mark in enumerate((first, second)):
        desk.now = NOW + timedelta(minutes=minute)
        settle(desk, "S-1", "two", row=[mark])
    undo(desk)
    desk.now = NOW + timedelta(minutes=3)
    settle(desk, "S-1", "two", row=[first])
    settle(desk, other_person("S-1", "school-01", 3), "two", row=[second])
    settle(desk, "S-1", "two", row=[third])
    stands = [row["student_id"] for row in rows(store, evidence) if row["school_id"] == "school-01"]
    apart = [one for one in stands if one.startswith("S-1 (")]
    assert len(apart) == len(set(apart)) == 3


def test_no_schools_name_leads_into_the_file_of_who_was_parted() -> None:
    parted = other_person("S-1", "school-01", 2)
    assert parted not in (contested("S-1", "school-01", "2"), contested("S-1", "school-01", "+2"))
    assert " " in parted.partition(" (")[2].partition("; ")[0], "an id of a school holds no blank"


def test_who_took_a_student_on_has_not_looked_at_what_was_joined_later(desk: Desk, store: Store) -> None:
    post(desk, "/cases", student_id="S-2", move="acknowledge", seen="0")
    desk.now = NOW + timedelta(minutes=2)
    settle(desk, STRANGER, "same", other_id="S-2")
    minutes = [one for one in present(store, "S-2").clocks if "分钟内响应" in one.what.zh]
    assert [one.start for one in minutes] == [EARLIER], "the clock of minutes runs on"
    assert case_of(store, "S-2").state.code == "acknowledged"


OLD = AS_OF - timedelta(days=5)
SINCE = AS_OF - timedelta(days=2)


@pytest.mark.parametrize(
    ("found", "tier"),
    [
        pytest.param({"kind": "crisis_event", "interviewer": None, "level": 3}, Tier.CRISIS, id="an event"),
        pytest.param({"level": 3, "second_interviewer": "staff-2"}, Tier.CRISIS, id="danger that two found"),
        pytest.param({"level": 3, "on": SINCE}, Tier.CRISIS, id="the same interviewer on the same day"),
        pytest.param({"level": 2}, Tier.PRIORITY, id="a talk that was followed by one with somebody else"),
        pytest.param({"kind": "referral", "interviewer": None, "level": 2}, Tier.PRIORITY, id="a referral"),
    ],
)
def test_what_was_found_of_a_stranger_is_settled_by_no_talk_from_before_they_were_one(
    desk: Desk, store: Store, found: dict[str, Any], tier: Tier
) -> None:
    """Two persons found the student well; nobody of them had heard of the stranger, who is found to be that student."""
    tell(store, word(STRANGER, **{"on": OLD} | found), at=NOW - timedelta(days=4))
    well = word("S-2", level=0, on=SINCE, second_interviewer="staff-2")
    tell(store, well, at=NOW - timedelta(days=1))
    settle(desk, STRANGER, "same", other_id="S-2")
    now = present(store, "S-2")
    assert (TIERS[human_level(now.words)], now.in_review) == (tier, tier is Tier.CRISIS)
    assert sorted(one.level for one in now.words) == [0, found["level"]], "neither takes the other's place"
    later = replace(well, observed_on=AS_OF + timedelta(days=1), recorded_on=AS_OF + timedelta(days=1))
    tell(store, later, at=NOW + timedelta(days=1))
    settled = present(store, "S-2", NOW + timedelta(days=1))
    assert not settled.in_review, "who is spoken with now is asked about all of it"
    undo(desk)
    assert human_level(present(store, STRANGER, NOW + timedelta(days=1)).words) == tier.ord


def test_what_is_to_be_asked_of_a_stranger_was_asked_by_no_talk_from_before_they_were_one(
    desk: Desk, store: Store
) -> None:
    since = AS_OF - timedelta(days=5)
    ask = Retest("phq9", "critical_blank", words("当面询问", "ask"), since)
    visit = Task("visit", since, since, words("必访必问", "visit"), since=since)
    skipped = sheet(critical_status="unknown", administered_on=since)
    said = assessment(
        STRANGER, Tier.ROUTINE, instruments=(skipped,), data_quality=DataQuality("low", (ask,)), tasks=(visit,)
    )
    record_entry(store, NewEntry("city", STRANGER, "school-01", "junior", 7, {}, said, NOW - timedelta(days=4)))
    tell(store, word("S-2", level=0, on=AS_OF - timedelta(days=2)), at=NOW - timedelta(days=1))
    was = {one.by for one in present(store, STRANGER).clocks if one.source == "retest"}
    settle(desk, STRANGER, "same", other_id="S-2")
    now = present(store, "S-2")
    assert [one.why for one in now.retests] == ["critical_blank"]
    assert {one.by for one in now.clocks if one.source == "retest"} == was, "no clock begins anew"
    assert [one.kind for one in now.tasks] == ["visit"]
    tell(store, word("S-2", level=0, on=AS_OF + timedelta(days=1)), at=NOW + timedelta(days=1))
    then = present(store, "S-2", NOW + timedelta(days=1))
    assert (then.retests, then.tasks) == ((), ())


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "same", "other_id": "S-404"}, "您的学校没有这个学号"),
        ({"kind": "same", "other_id": "S-4"}, "您的学校没有这个学号"),
        ({"kind": "same", "other_id": STRANGER}, "您的学校没有这个学号"),
        ({"kind": "same", "other_id": "S-2", "reason": " "}, "怎么核实的"),
        ({"kind": "guess"}, "请选择核实的结果"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_moves(
    desk: Desk, store: Store, fields: dict[str, Any], said: str
) -> None:
    assert said in settle(desk, STRANGER, **fields)
    assert rows(store, identity_decisions) == []
    assert FOUND.evidence in open_keys(present(store, STRANGER))


def test_nobody_settles_at_another_school_and_only_who_works_with_students_does(desk: Desk, store: Store) -> None:
    zhao = colleague(desk, "zhao", schools=SCHOOLS[1:])
    head = colleague(desk, "head", "principal")
    for one in (zhao, head):
        assert settle(one, STRANGER, "same", other_id="S-2") == "403"
    settle(desk, STRANGER, "same", other_id="S-2")
    assert undo(zhao) == "403"
    assert student("S-4", "school-02").school_id == "school-02"
