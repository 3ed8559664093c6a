"""Errands of leave: a call on the day of an absence without leave, a question after a holiday."""

from datetime import date, timedelta

import pytest

from models.assessment import Task
from tests.students import AS_OF, POLICY, Row, by_rules, days_before, interview, leave, student

# AS_OF is Friday 3 April 2026; 清明 is 4 to 6 April, and Tuesday 7 April the day after.
AFTER = date(2026, 4, 8)


def tasks(*leaves: Row, as_of: date = AS_OF, **more: list[Row]) -> list[Task]:
    return list(by_rules(student(leaves=list(leaves), **more), as_of).tasks)


def absent(on: date, **fields: object) -> Row:
    return leave(on, on, "unexcused", **fields)


def contact(on: date, recorded: date | None = None) -> dict[str, list[Row]]:
    return {"contacts": [{"contacted_on": on, "recorded_on": recorded, "whom": "guardian"}]}


def test_a_day_without_leave_and_without_contact_is_called_about_the_same_day() -> None:
    (task,) = tasks(absent(AS_OF))
    assert (task.kind, task.on, task.due_on) == ("contact_unexcused", AS_OF, AS_OF)
    assert task.text.zh == "旷课（2026-04-03），未见联系记录：当日联系学生与家长"
    assert by_rules(student(leaves=[absent(AS_OF)])).floors == (), "one day is no floor"


def test_what_became_known_on_a_day_off_is_due_on_the_next_school_day() -> None:
    (task,) = tasks(absent(AS_OF, recorded_on=date(2026, 4, 4)), as_of=date(2026, 4, 5))
    assert task.due_on == date(2026, 4, 7)


@pytest.mark.parametrize(("on", "done"), [(days_before(1), False), (AS_OF, True), (AS_OF + timedelta(days=1), True)])
def test_a_contact_of_that_day_or_later_settles_it(on: date, done: bool) -> None:
    assert (tasks(absent(AS_OF), as_of=AFTER, **contact(on)) == []) == done


def test_a_contact_that_is_recorded_later_settles_nothing_yet() -> None:
    assert tasks(absent(AS_OF), as_of=AS_OF, **contact(AS_OF, AFTER)) != []


def test_an_interview_settles_it_too() -> None:
    assert tasks(absent(AS_OF), outcomes=[interview(AS_OF)]) == []


def test_the_newest_absence_speaks_for_all() -> None:
    assert [task.on for task in tasks(absent(days_before(3)), absent(AS_OF))] == [AS_OF]


def test_one_leave_after_a_holiday_is_asked_about_within_two_school_days() -> None:
    (task,) = tasks(leave(date(2026, 4, 7)), as_of=AFTER)
    assert (task.kind, task.due_on) == ("ask_return", date(2026, 4, 9))
    assert "问一问原因" in task.text.zh


def test_errands_end_after_twenty_school_days_and_may_be_switched_off() -> None:
    assert tasks(absent(date(2026, 3, 9))) != []
    assert tasks(absent(date(2026, 3, 6))) == []
    off = POLICY.model_copy(update={"tasks": POLICY.tasks.model_copy(update={"contact_unexcused": False})})
    assert by_rules(student(leaves=[absent(AS_OF)]), AS_OF, off).tasks == ()
