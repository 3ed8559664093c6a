"""What a list asks for no more, because somebody has done it or it is old, stays counted among the plan's duties."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from data_schemas.codes import FamilyFlag
from models.assessment import Task
from models.duties import DutyState, DutyStudent, duty_time, of_duty, student_tasks, who_does
from models.policy import read_policy
from serving.concerns.form import read_report
from serving.concerns.service import report_concern
from serving.duties.form import TaskForm
from serving.duties.service import record_task, view_of
from serving.store import Store
from tests.desk import small_school
from tests.factories import AS_OF, NOW, assessment, publish, student, words
from tests.new_stores import new_store
from tests.sample_pages import COUNSELOR, make_state
from tests.triage_facts import POLICY, SCHOOL, day, present

TODAY, LONG_AGO = date(2026, 11, 18), date(2026, 3, 1)
SAID = TaskForm("form", f"{AS_OF}", "done", "", "")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        small_school(opened)
        yield opened


def test_a_report_that_was_acted_on_is_counted_after_the_next_list(store: Store, tmp_path: Path) -> None:
    state = make_state(store, tmp_path, lambda: NOW)
    said = read_report("bullying", "teacher", "", "", state.policy, AS_OF, True)
    report_concern(state, COUNSELOR, "S-2", said)

    def bullied(days: int) -> list[tuple[DutyState, date | None]]:
        view = view_of(store, "school-01", state.policy, state.calendars, NOW + timedelta(days=days), students=True)
        return [(line.task.state, line.task.done_on) for line in view.lines if line.rule.id == "D23"]

    assert bullied(0) == [(DutyState.OPEN, None)]
    later = NOW + timedelta(days=40)
    who = [student(f"S-{n}") for n in (1, 2, 3)]
    publish(store, [assessment(one.student_id) for one in who], students=who, as_of=later.date(), at=later)
    assert bullied(40) == [(DutyState.OVERDUE, None)], "nobody has done it, and no list asks for it any more"
    record_task(state, COUNSELOR, "school-01", "D23", ["S-2"], SAID)
    assert bullied(40) == [(DutyState.DONE, AS_OF)]


def test_an_errand_that_a_list_asks_for_as_well_is_one() -> None:
    errand = Task("bullying", day(0), day(0), words("欺凌"), since=day(0))
    older = Task("bullying", day(-60), day(-60), words("欺凌"), since=day(-60))
    listed = present(assessment=assessment("S-1", as_of=day(0), tasks=(errand,)))
    one = DutyStudent(listed, "七(1)班", 8, {}, errands=(errand, older))
    time = duty_time(TODAY, LONG_AGO, SCHOOL, POLICY)
    assert [task.due_on for task in student_tasks(one, time) if task.duty == "D23"] == [day(-60), day(0)]


def test_what_civil_affairs_have_not_sent_in_time_is_the_schools_to_ask_for() -> None:
    one = DutyStudent(present(), "七(1)班", 8, {FamilyFlag.LEFT_BEHIND: None})
    rule, time = of_duty("D21"), duty_time(TODAY, LONG_AGO, SCHOOL, read_policy())
    assert rule is not None
    found = {task.state: who_does(task, rule).zh for task in student_tasks(one, time) if task.duty == "D21"}
    assert found == {DutyState.MISSED: "民政部门", DutyState.OVERDUE: "学校", DutyState.OPEN: "民政部门"}
