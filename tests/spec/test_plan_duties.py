"""The city's plan as dated work: when each duty opens, by when it is due, and what shows that it was done."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_schemas.codes import FamilyFlag
from models.assessment import Task
from models.duties import (
    DUTIES,
    DutyRecord,
    DutyResult,
    DutyState,
    DutyStudent,
    DutyTask,
    DutyTime,
    ExcuseReason,
    VisitHow,
    counted,
    duty_time,
    key_seasons,
    school_tasks,
    student_tasks,
)
from models.triage import CaseFacts, Contact, PlanStart
from tests.factories import assessment, words
from tests.triage_facts import CRISIS, POLICY, PRIORITY, SCHOOL, at, day, facts, piece, present, rule, shown, talk

LONG_AGO = date(2026, 3, 1)  # the school's first list
NOV = date(2026, 11, 18)  # a Wednesday
AUTUMN = date(2026, 9, 1)
OPEN, OVERDUE, DONE, MISSED, EXCUSED, LOCKED = DutyState
LEFT, DIVORCED, ALONE, GAP = (
    FamilyFlag.LEFT_BEHIND,
    FamilyFlag.DIVORCED_SINGLE,
    FamilyFlag.DE_FACTO_UNSUPPORTED,
    FamilyFlag.GUARDIANSHIP_GAP,
)


def time(today: date = NOV, since: date = LONG_AGO) -> DutyTime:
    return duty_time(today, since, SCHOOL, POLICY)


def student(grade: int = 8, *flags: FamilyFlag, **fields: Any) -> DutyStudent:
    plain = {"present": present(), "class_id": "七(1)班", "grade": grade, "flags": dict.fromkeys(flags)}
    return DutyStudent(**plain | fields)


def of(duty: str, one: DutyStudent, today: date = NOV, since: date = LONG_AGO) -> list[DutyTask]:
    return [task for task in student_tasks(one, time(today, since)) if task.duty == duty]


def said(duty: str, on: date, how: VisitHow | None = None, result: DutyResult = DutyResult.DONE) -> DutyRecord:
    reason = ExcuseReason.AWAY if result is DutyResult.EXCUSED else None
    return DutyRecord(f"{duty}/{on}", duty, on, result, how, reason, "wang")


def at_priority(on: int = -60, **fields: Any) -> DutyStudent:
    """Whom a person holds at 重点 since so many days before the Wednesday."""
    return student(present=present(talk(on, PRIORITY)), **fields)


def away(name: str = "leave-long", on: int = -3) -> DutyStudent:
    return student(present=present(pieces=[piece(rule(name, 1, on, severity=0))]))


ONE_DAY: list[tuple[str, DutyStudent, date, date]] = [
    ("D01", student(7), AUTUMN, date(2026, 10, 1)),
    ("D02", student(8), AUTUMN, date(2027, 6, 30)),
    ("D05", student(10), AUTUMN, date(2026, 10, 20)),
    ("D06", student(7, DIVORCED), AUTUMN, date(2026, 9, 30)),
    ("D09", student(arrived_on=date(2026, 11, 2)), date(2026, 11, 2), date(2026, 11, 2)),
    ("D10", at_priority(-90), AUTUMN, date(2026, 9, 15)),
    ("D12", away(), day(-3), date(2026, 11, 20)),
    ("D14", student(8, LEFT), AUTUMN, date(2026, 10, 15)),
    ("D15", student(8, DIVORCED), AUTUMN, date(2026, 10, 15)),
    ("D18", at_priority(-20), day(-20), day(-6)),
    ("D19", at_priority(-20), day(-20), day(-6)),
    ("D20", student(8, ALONE), AUTUMN, date(2026, 9, 15)),
    ("D24", at_priority(-20), day(-20), day(-6)),
    ("D32", student(present=present(talk(-1, CRISIS, second="B"))), day(-1), day(-1)),
]


@pytest.mark.parametrize(("duty", "one", "opens", "due"), ONE_DAY, ids=[row[0] for row in ONE_DAY])
def test_when_a_duty_opens_and_by_when_it_is_due(duty: str, one: DutyStudent, opens: date, due: date) -> None:
    (task,) = of(duty, one)
    assert (task.opens_on, task.due_on) == (opens, due)
    assert task.state is (OVERDUE if due < NOV else OPEN)
    assert task.days_over == max(0, (NOV - due).days)


def test_whom_a_duty_does_not_ask_for() -> None:
    assert of("D01", student(8)) == of("D05", student(9)) == of("D06", student(7)) == of("D06", student(8, LEFT)) == []
    assert of("D03", student()) == of("D19", student()) == of("D24", student()) == of("D08", student(7)) == []
    assert of("D24", student(present=present(pieces=[piece()]))) == [], (
        "nobody's family is told what a sheet alone says"
    )


def test_the_whole_day_on_which_it_is_due_is_in_time() -> None:
    one = student(10)
    assert of("D05", one, date(2026, 10, 20))[0].state is OPEN
    (late,) = of("D05", one, date(2026, 10, 21))
    assert (late.state, late.days_over) == (OVERDUE, 1)
    (done,) = of("D05", replace(one, records=(said("D05", date(2026, 10, 24), VisitHow.HOME),)))
    assert (done.state, done.done_on, done.days_over) == (DONE, date(2026, 10, 24), 4)


def test_a_home_visit_counts_for_every_visit_and_a_call_for_none_at_home() -> None:
    home = (said("D05", date(2026, 9, 12), VisitHow.HOME),)
    call = (said("D01", date(2026, 9, 12), VisitHow.PHONE),)
    for duty in ("D01", "D02", "D05", "D06"):
        one = student(7, LEFT)
        assert of(duty, replace(one, records=home))[0].state is DONE
        assert of(duty, replace(one, records=call))[0].state is (
            DONE if duty in ("D01", "D02") else of(duty, one)[0].state
        )


def test_weeks_are_done_missed_and_excused_each_by_itself() -> None:
    """2026-11-02 is a Monday; in the first week a guardian was reached, in the second nobody; the third is excused."""
    met = Contact(date(2026, 11, 4), at(0), "guardian")
    seen = Contact(date(2026, 11, 11), at(0), "student")
    one = student(8, LEFT, present=present(contacts=(met, seen)), records=(said("D08", NOV, None, DutyResult.EXCUSED),))
    weeks = of("D08", one, since=date(2026, 11, 2))
    assert [(task.opens_on.day, task.due_on.day, task.state) for task in weeks] == [
        (2, 8, DONE),
        (9, 15, MISSED),
        (16, 22, EXCUSED),
    ]
    assert of("D08", replace(one, records=()), since=date(2026, 11, 2))[-1].state is OPEN


def test_months_begin_after_the_one_in_which_the_student_came_to_stand_there() -> None:
    one = student(present=present(talk(-60, PRIORITY), talk(-30, PRIORITY, by="B")))  # 19 September, 19 October
    assert [(task.due_on, task.state) for task in of("D03", one)] == [
        (date(2026, 10, 31), DONE),
        (date(2026, 11, 30), OPEN),
    ]
    assert [task.state for task in of("D03", at_priority())] == [MISSED, OPEN]


def test_a_talk_by_lot_and_a_contact_are_no_follow_up() -> None:
    blind = talk(0, 0, selection_reason="audit")
    one = student(present=present(talk(-60, PRIORITY), blind, contacts=(Contact(day(0), at(0), "student"),)))
    assert of("D03", one)[-1].state is OPEN


def test_special_families_are_asked_once_a_term_and_reports_as_the_queue_says() -> None:
    one = student(8, LEFT)
    assert [(task.opens_on, task.due_on) for task in of("D04", one)] == [(AUTUMN, date(2026, 9, 15))]
    errand = Task("visit", day(-5), day(5), words("线索"), since=day(-5))
    reported = assessment("S-1", as_of=day(0), tasks=(errand,))
    told = student(present=shown(facts(assessment=reported)))
    assert [(task.opens_on, task.due_on, task.state) for task in of("D04", told)] == [(day(-5), day(5), OPEN)]
    assert told.present.tasks == (errand,)
    met = replace(told, present=shown(facts(assessment=reported, contacts=(Contact(day(-2), at(0), "guardian"),))))
    assert [(task.state, task.done_on) for task in of("D04", met)] == [(DONE, day(-2))]
    assert met.present.tasks == (), "one truth: the queue and the plan's tasks agree"


def test_bullying_is_acted_on_the_same_day() -> None:
    errand = Task("bullying", day(0), day(0), words("欺凌"), since=day(0))
    one = student(present=shown(facts(assessment=assessment("S-1", as_of=day(0), tasks=(errand,)))))
    assert [task.due_on for task in of("D23", one)] == [NOV]
    assert of("D23", one, date(2026, 11, 19))[0].days_over == 1
    assert of("D23", replace(one, records=(said("D23", NOV),)))[0].state is DONE


def test_a_problem_found_asks_for_a_plan_within_two_weeks() -> None:
    visited = said("D02", date(2026, 11, 3), VisitHow.HOME, DutyResult.PROBLEM)
    one = student(records=(visited,))
    (task,) = of("D07", one)
    assert (task.opens_on, task.due_on, task.state) == (date(2026, 11, 3), date(2026, 11, 17), OVERDUE)
    assert of("D07", replace(one, planned=(date(2026, 11, 10),)))[0].done_on == date(2026, 11, 10)
    assert of("D02", one)[0].state is DONE
    assert of("D07", student(records=(said("D02", NOV, VisitHow.HOME),))) == []


@pytest.mark.parametrize(
    ("duty", "fields"),
    [
        ("D09", {"arrived_on": date(2026, 11, 2), "handed_over": (date(2026, 11, 5),)}),
        ("D10", {"present": present(talk(-90, PRIORITY)), "handed_over": (date(2026, 9, 9),)}),
        ("D18", {"present": present(talk(-20, PRIORITY), case=CaseFacts((("", at(-10)),)))}),
        ("D19", {"present": present(talk(-20, PRIORITY), case=CaseFacts((), PlanStart(day(-10), {})))}),
        ("D19", {"present": present(talk(-20, PRIORITY)), "planned": (day(-10),)}),
        ("D24", {"present": present(talk(-20, PRIORITY)), "referred": (day(-10),)}),
    ],
)
def test_work_on_a_case_is_the_evidence_and_nobody_types_it_again(duty: str, fields: dict[str, Any]) -> None:
    assert [task.state for task in of(duty, student(**fields))] == [DONE]


def test_what_was_done_before_it_was_asked_for_does_not_count() -> None:
    assert of("D19", replace(at_priority(-20), planned=(day(-40),)))[0].state is OVERDUE
    assert of("D20", student(8, ALONE, records=(said("D20", date(2026, 8, 30)),)))[0].state is OVERDUE


def test_absence_without_care_goes_to_the_village_as_well() -> None:
    one = replace(away(), flags={GAP: None})
    assert [(task.opens_on, task.due_on) for task in of("D22", one)] == [(day(-3), date(2026, 11, 20))]
    assert of("D22", away()) == []


def test_civil_affairs_are_asked_where_a_month_ends_without_word() -> None:
    one = student(8, LEFT, records=(said("D21", date(2026, 9, 20)),))
    assert [(task.due_on, task.state) for task in of("D21", one)] == [
        (date(2026, 9, 30), DONE),
        (date(2026, 10, 31), OVERDUE),
        (date(2026, 11, 30), OPEN),
    ]


def test_under_the_protection_lock_no_task_speaks_with_guardians() -> None:
    locked = present(talk(-60, PRIORITY), pieces=[piece(rule("R12", CRISIS, -1, protection=True))])
    tasks = {task.duty: task.state for task in student_tasks(student(7, LEFT, DIVORCED, present=locked), time())}
    guardians = {one.id for one in DUTIES if one.guardian}
    assert {duty for duty, state in tasks.items() if state is LOCKED} == guardians & tasks.keys()
    assert tasks["D19"] is OVERDUE


def test_nothing_is_counted_from_before_the_schools_first_list() -> None:
    one = student(7, LEFT)
    assert {task.duty for task in student_tasks(one, time(since=NOV))} == {"D02", "D08", "D21"}
    assert len(of("D08", one, since=date(2026, 11, 10))) == 2


def test_what_is_switched_off_is_not_asked_for() -> None:
    off = POLICY.model_copy(update={"duties": POLICY.duties.model_copy(update={"off": ("D08", "D13")})})
    when = duty_time(NOV, LONG_AGO, SCHOOL, off)
    assert {task.duty for task in student_tasks(student(8, LEFT), when)} == {"D02", "D04", "D14", "D21"}
    assert {task.duty for task in school_tasks((), when)} == {"D11", "D16", "D17"}


def test_the_schools_own_tasks() -> None:
    def own(today: date, *records: DutyRecord) -> list[tuple[str, date, DutyState]]:
        return [(task.duty, task.due_on, task.state) for task in school_tasks(records, time(today))]

    assert own(date(2026, 9, 8), said("D13", date(2026, 9, 8)), said("D16", date(2026, 8, 30))) == [
        ("D11", date(2026, 9, 7), OVERDUE),
        ("D13", date(2026, 10, 1), DONE),
        ("D16", date(2026, 8, 31), DONE),
        ("D17", date(2026, 8, 31), OVERDUE),
    ]
    later = own(date(2027, 2, 1))
    assert ("D16", date(2027, 2, 23), OPEN) in later, "before the next term, a month ahead"
    assert ("D16", date(2026, 8, 31), MISSED) in later
    assert ("D13", date(2026, 10, 1), MISSED) in later


def test_counts_are_those_of_the_tasks() -> None:
    everyone = [student(7, LEFT), student(7), at_priority(records=(said("D02", date(2026, 9, 20), VisitHow.HOME),))]
    everyone = [replace(one, present=replace(one.present, facts=replace(one.present.facts, student_id=f"S-{n}")))
                for n, one in enumerate(everyone)]  # fmt: skip
    tasks = [task for one in everyone for task in student_tasks(one, time())]
    counts = {one.rule.id: one for one in counted(tasks)}
    assert (counts["D02"].states[DONE], counts["D02"].states[OPEN], counts["D02"].students) == (1, 2, 3)
    assert (counts["D05"].states[OVERDUE], counts["D05"].longest, counts["D05"].share) == (2, 29, 0.0)
    assert (counts["D02"].asked, counts["D02"].share) == (1, 1.0)
    assert sum(sum(one.states.values()) for one in counts.values()) == len(tasks)


@pytest.mark.parametrize(
    ("today", "season"),
    [
        (date(2026, 9, 3), "开学季"),
        (date(2026, 9, 30), "节假日前"),
        (date(2026, 10, 9), "节假日返校"),
        (date(2026, 6, 1), "升学季"),
        (date(2026, 5, 20), "就业季"),
        (date(2026, 11, 18), None),
    ],
)
def test_key_times_of_the_plan(today: date, season: str | None) -> None:
    found = [one.zh for one in key_seasons(time(today))]
    assert (season in found) if season else found == []


@given(
    st.dates(date(2026, 9, 1), date(2027, 7, 10)), st.sampled_from(range(1, 13)), st.sets(st.sampled_from(FamilyFlag))
)
def test_every_task_is_overdue_exactly_after_its_day(today: date, grade: int, flags: set[FamilyFlag]) -> None:
    one = student(grade, *flags, present=present(talk(-90, PRIORITY)))
    for task in student_tasks(one, time(today, date(2026, 9, 1))):
        assert task.opens_on <= today
        assert (task.state is OVERDUE) == (task.to_do and today > task.due_on)
        assert task.days_over == (0 if task.state in (OPEN, MISSED, LOCKED) else task.days_over)
        assert task.opens_on <= task.due_on


def test_every_duty_is_there_once_with_a_phrase_of_its_own() -> None:
    assert [one.id for one in DUTIES] == [f"D{n:02d}" for n in (*range(1, 25), 32)]
    assert len({one.phrase for one in DUTIES}) == len(DUTIES)
