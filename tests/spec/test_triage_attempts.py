"""Tries to reach somebody, taking on, plans that do not help, and the lock: what each does to what is due."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from data_schemas.codes import Tier
from models.assessment import Task
from models.triage import PAGE, Attempt, CaseFacts, Contact, PlanStart, Present, human_level
from models.triage.attempts import next_school_day
from models.triage.facts import Word, day_start
from models.triage.response import PlanResponse, response_to
from tests.factories import assessment, floor, sheet
from tests.factories import words as phrase
from tests.triage_facts import CRISIS, POLICY, PRIORITY, ROUTINE, SCHOOL, WATCH, at, day, end, facts, piece, shown, talk


def tried(n: int = 0, hour: int = 9, reached: bool = False, again: int | None = None) -> Attempt:
    return Attempt(day(n), at(n, hour), "wang", reached, None if again is None else day(again))


def due(*attempts: Attempt, words: tuple[Word, ...] = (), **fields: Any) -> list[tuple[str, Any]]:
    present = shown(facts(*words, attempts=attempts, **fields))
    return [(clock.what.zh, clock.by) for clock in present.clocks if clock.source == "attempt"]


def test_a_try_in_vain_is_repeated_on_its_day_or_the_next_school_day() -> None:
    assert due(tried()) == [("再次联系", end(1))]
    assert due(tried(2)) == [("再次联系", end(5))], "a Friday's, on Monday"
    assert due(tried(again=4)) == [("再次联系", end(4))]


@pytest.mark.parametrize(
    ("times", "what"), [(1, "再次联系"), (2, "再次联系"), (3, "换一个人联系，或上门"), (4, "换一个人联系，或上门")]
)
def test_the_third_in_a_row_goes_to_somebody_else(times: int, what: str) -> None:
    assert [found for found, _ in due(*(tried(0, 9 + n) for n in range(times)))] == [what]


@pytest.mark.parametrize(
    "reached",
    [
        pytest.param({"words": (talk(0),)}, id="a talk by import"),
        pytest.param({"contacts": (Contact(day(0), at(0, 13)),)}, id="a contact"),
    ],
)
def test_whoever_was_reached_since_is_counted_anew(reached: dict[str, Any]) -> None:
    three = [tried(0, 9), tried(0, 10), tried(0, 11)]
    assert due(*three, **reached) == []
    assert due(*three, tried(1), **reached) == [("再次联系", end(2))]
    assert due(*three, tried(0, 12, reached=True)) == []


@pytest.mark.parametrize(("times", "said"), [(1, "not reached 1 time"), (2, "not reached 2 times")])
def test_the_clock_says_how_often_nobody_was_reached(times: int, said: str) -> None:
    clock = shown(facts(attempts=tuple(tried(0, 9 + n) for n in range(times)))).clocks[0]
    assert (clock.why.en, clock.why.zh) == (said, f"{times} 次未联系上")


def test_somebody_else_tries_on_the_next_school_day() -> None:
    assert due(*(tried(2, 9 + n) for n in range(3))) == [("换一个人联系，或上门", end(5))]
    assert (next_school_day(day(0), SCHOOL), next_school_day(day(2), SCHOOL)) == (day(1), day(5))


def test_a_try_of_the_moment_at_which_somebody_was_reached_is_not_in_vain() -> None:
    assert due(tried(0, 9), contacts=(Contact(day(0), at(0, 9)),)) == []


def test_nobody_leaves_a_list_by_an_attempt() -> None:
    alone = shown(facts(pieces=(piece(),)))
    after = shown(facts(pieces=(piece(),), attempts=(tried(), tried(0, 10), tried(0, 11))))
    assert (after.tier, after.open, after.seen_on, after.tasks) == (alone.tier, alone.open, alone.seen_on, alone.tasks)
    assert not after.handled(at(0, 12))


def test_what_was_agreed_on_is_due_until_there_was_another_talk() -> None:
    agreed = tried(0, 9, reached=True, again=7)
    assert due(agreed) == [("按约定再谈", end(7))]
    assert due(agreed, words=(talk(0, received_at=at(0, 9)),)) == [("按约定再谈", end(7))], "the talk itself"
    assert due(agreed, words=(talk(3),)) == []
    assert due(agreed, tried(0, 11, reached=True)) == [], "another talk of the day"
    assert due(tried(0, 9, reached=True)) == []


def page_talk(on: int, level: int, by: str) -> Word:
    return talk(on, level, by, door=PAGE, assessed=())


@pytest.mark.parametrize(
    ("words", "level"),
    [
        pytest.param([page_talk(1, WATCH, "A")], CRISIS, id="one account"),
        pytest.param([page_talk(1, WATCH, "A"), page_talk(2, ROUTINE, "A")], CRISIS, id="one account twice"),
        pytest.param([page_talk(1, WATCH, "A"), page_talk(2, ROUTINE, "B")], PRIORITY, id="two accounts"),
        pytest.param([page_talk(1, WATCH, "A"), page_talk(2, ROUTINE, "a")], CRISIS, id="one, in capitals and not"),
        pytest.param([talk(1, WATCH, "A", "a")], CRISIS, id="one twice in a row of a platform"),
        pytest.param([page_talk(1, WATCH, "A"), page_talk(1, PRIORITY, "B")], PRIORITY, id="of a day the gravest"),
        pytest.param([page_talk(0, WATCH, "A"), page_talk(1, WATCH, "B")], CRISIS, id="one of the day itself"),
        pytest.param([page_talk(1, WATCH, "A"), page_talk(2, CRISIS, "B")], CRISIS, id="the second found danger"),
        pytest.param([talk(1, WATCH, "A"), talk(2, WATCH, "B")], CRISIS, id="two single imports"),
        pytest.param([talk(1, WATCH, "A", "B")], PRIORITY, id="two names of a platform"),
    ],
)
def test_confirmed_danger_is_lowered_by_two_accounts(words: list[Word], level: int) -> None:
    assert human_level([talk(0, CRISIS, "C"), *words]) == level


@pytest.mark.parametrize(
    ("taken", "what"),
    [
        (None, "30 分钟内响应"),
        (at(0, 7), "30 分钟内响应"),
        (at(0, 8), "60 分钟内当面核查"),
        (at(0, 9), "60 分钟内当面核查"),
    ],
)
def test_taking_on_answers_the_minutes_of_what_had_come_in(taken: Any, what: str) -> None:
    danger = piece(floor(evidence_on=day(0), known_on=day(0)), at(0, 8))
    present = shown(facts(pieces=(danger,), case=CaseFacts(() if taken is None else (("", taken),))))
    (clock,) = present.clocks
    assert (clock.what.zh, clock.urgent, present.tier) == (what, True, Tier.CRISIS)
    told = shown(facts(pieces=(danger,), attempts=(tried(0, 9, reached=True),)))
    assert told.clocks[0].what.zh == "60 分钟内当面核查", "so does a talk"


def test_taking_on_in_one_file_says_nothing_of_what_stood_in_another() -> None:
    said = floor(evidence_on=day(0), known_on=day(0))
    danger = piece(said, at(0, 8), file="S (B)", joined_at=at(0, 12), joined_to="S")

    def minutes(file: str, hour: int) -> tuple[bool, bool]:
        told = replace(tried(0, hour, reached=True), file=file)
        taken = shown(facts(pieces=(danger,), case=CaseFacts(((file, at(0, hour)),))))
        spoken = shown(facts(pieces=(danger,), attempts=(told,)))
        return "响应" in taken.clocks[0].what.zh, "响应" in spoken.clocks[0].what.zh

    assert minutes("S", 9) == (True, True), "before the files were joined"
    assert minutes("S", 13) == (False, False)
    assert minutes("S (B)", 9) == (False, False), "in its own file"
    assert minutes("S (C)", 13) == (True, True)


ON = date(2026, 11, 12)
PLAN = PlanStart(ON, {"phq9": 15.0})


@pytest.mark.parametrize(
    ("total", "taken", "better", "said"),
    [
        (15.0, 5, False, "same"),
        (13.0, 5, False, "same"),
        (6.0, 5, True, "better"),
        (24.0, 5, False, "worse"),
        (6.0, 0, False, None),
        (None, 5, False, None),
    ],
)
def test_a_plan_helps_where_a_total_is_reliably_better(total: Any, taken: int, better: bool, said: str | None) -> None:
    one = sheet(total=total, administered_on=date(2026, 11, 12 + taken), previous_total=None)
    response = response_to(PLAN, [one])
    assert (response.better, response.changes.get("phq9")) == (better, said)


def test_a_questionnaire_that_the_plan_did_not_begin_with_says_nothing() -> None:
    other, ours = (
        sheet(code=code, total=6.0, administered_on=date(2026, 11, 17), previous_total=None)
        for code in ("gad7", "phq9")
    )
    assert response_to(PLAN, [other, ours]).changes == {"phq9": "better"}


def test_a_plan_that_helps_is_not_reviewed() -> None:
    helps = sheet(total=6.0, administered_on=date(2026, 11, 17), previous_total=None)
    case = CaseFacts(plan=PLAN)
    for sheets, reviews in (((helps,), 0), ((), 1)):
        present = shown(facts(assessment=assessment("S-1", Tier.WATCH, instruments=sheets), case=case))
        assert sum(clock.source == "case" for clock in present.clocks) == reviews


def test_better_in_one_and_worse_in_another_is_not_better() -> None:
    assert PlanResponse({"phq9": "better", "mht": "same"}).better
    assert not PlanResponse({"phq9": "better", "mht": "worse"}).better


WEEK = [ON + timedelta(weeks=n) for n in range(12)]
FOUR, EIGHT = date(2026, 12, 10), date(2027, 1, 7)
REVIEWS: list[tuple[tuple[date, ...], date | None]] = [
    ((), FOUR),
    ((ON,), FOUR),
    ((WEEK[3] - timedelta(days=1),), FOUR),
    ((WEEK[3],), EIGHT),
    ((WEEK[3], WEEK[4], WEEK[5]), EIGHT),
    ((WEEK[3], WEEK[7] - timedelta(days=1)), EIGHT),
    ((WEEK[3], WEEK[7]), None),
    ((WEEK[9],), EIGHT),
    ((WEEK[9], WEEK[9]), EIGHT),
    ((WEEK[9], WEEK[9] + timedelta(days=1)), None),
]


@pytest.mark.parametrize(("reviews", "by"), REVIEWS)
def test_each_week_of_the_policy_is_answered_by_a_review_of_its_own(reviews: tuple[date, ...], by: date | None) -> None:
    said = assessment("S-1", Tier.WATCH)
    present = shown(facts(assessment=said, case=CaseFacts(plan=replace(PLAN, reviews=reviews))))
    clocks = [clock for clock in present.clocks if clock.source == "case"]
    assert [clock.by.date() for clock in clocks if clock.by] == ([] if by is None else [by])
    assert all(clock.by and clock.start == day_start(clock.by.date() - timedelta(weeks=1)) for clock in clocks)


def test_under_the_lock_no_step_calls_a_guardian() -> None:
    text = "旷课（2026-11-17），未见联系记录：当日联系学生与家长"
    task = Task("contact_unexcused", day(-1), day(0), phrase(text, "absent: call student and guardian the same day"))
    said = assessment("S-1", Tier.ROUTINE, tasks=(task,), suspended_since=day(-3))
    plain = shown(facts(assessment=said))
    locked = shown(facts(assessment=said, pieces=(piece(floor("R12", protection=True)),)))
    assert steps(plain) == {"当日联系学生与家长", "联系家庭，商定返校安排"}
    assert steps(locked) == {"当日找到学生本人；保护锁，不联系监护人", "会同公安、民政商定返校安排"}
    assert "家长" in plain.tasks[0].text.zh
    assert "家长" not in locked.tasks[0].text.zh
    assert "guardian the" not in locked.tasks[0].text.en


def test_the_lock_changes_no_step_that_calls_nobody() -> None:
    task = Task("visit", day(-1), day(0), phrase("有报告：必访必问", "visit and ask"))
    said = assessment("S-1", Tier.ROUTINE, tasks=(task,))
    assert shown(facts(assessment=said, pieces=(piece(floor("R12", protection=True)),))).tasks == (task,)


def steps(present: Present) -> set[str]:
    return {clock.what.zh for clock in present.clocks if clock.source in ("task", "suspension")}


def test_the_weeks_and_counts_are_policy() -> None:
    assert (POLICY.casework.attempts_before_other, POLICY.casework.response_weeks) == (3, (4, 8))
    assert SCHOOL is not None


def test_a_guardians_call_keeps_no_appointment_with_the_student() -> None:
    agreed = tried(0, 9, reached=True, again=7)
    call = replace(tried(1, 9, reached=True), with_student=False)
    assert due(agreed, call, contacts=(Contact(day(1), at(1, 9)),)) == [("按约定再谈", end(7))]
    assert due(agreed, tried(1, 9, reached=True)) == []
    assert due(agreed, words=(talk(1),)) == []


@pytest.mark.parametrize("told", [at(1, 6), at(9, 6)])
def test_what_was_held_before_and_is_told_late_answers_nothing(told: Any) -> None:
    assert due(tried(0, 9, reached=True, again=7), words=(talk(-20, received_at=told),)) == [("按约定再谈", end(7))]
    three = [tried(0, hour) for hour in (9, 10, 11)]
    assert [what for what, _ in due(*three, contacts=(Contact(day(-20), told),))] == ["换一个人联系，或上门"]


@pytest.mark.parametrize(
    ("spoken", "answered"),
    [
        (tried(0, 9, reached=True), True),
        (replace(tried(-1, 9, reached=True), received_at=at(0, 9)), False),
        (replace(tried(0, 9, reached=True), with_student=False), False),
        (tried(0, 9), False),
    ],
    ids=["a talk", "a talk of the day before", "a guardian's call", "a try in vain"],
)
def test_a_clock_of_minutes_is_answered_by_who_spoke_with_the_student_since(spoken: Attempt, answered: bool) -> None:
    danger = piece(floor(evidence_on=day(0), known_on=day(0)), at(0, 8))
    clock = shown(facts(pieces=(danger,), attempts=(spoken,))).clocks[0]
    assert clock.what.zh == ("60 分钟内当面核查" if answered else "30 分钟内响应")
