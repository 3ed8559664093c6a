"""Leads 线索 and their errands: no kind of report is read and forgotten."""

from datetime import date
from typing import Any

import pytest

from data_schemas.calendar import date_to_day
from data_schemas.codes import Concern, Tier
from models import records_of_requests
from models.assessment import AnswerTime, Assessment
from models.floors import leads as leads_of
from models.policy import Policy
from tests.students import AS_OF, POLICY, Row, assessed, by_rules, concern, days_before, interview, student

LEADS = [kind for kind, use in POLICY.concerns.items() if use == "lead"]
CLASS_TASKS = [kind for kind, use in POLICY.concerns.items() if use == "class_task"]


def reported(*concerns: Row, as_of: date = AS_OF, policy: Policy = POLICY, **more: Any) -> Assessment:
    return by_rules(student(concerns=list(concerns), **more), as_of, policy)


def test_which_kinds_are_what() -> None:
    assert set(LEADS) == {
        "mood_abnormal",
        "study_pressure",
        "school_aversion",
        "bullying",
        "parent_child_conflict",
        "serious_misconduct",
    }
    assert set(CLASS_TASKS) == {"sleep_short", "transfer", "repeated_grade", "special_constitution", "school_contact"}


@pytest.mark.parametrize("kind", LEADS)
def test_what_a_person_reports_is_a_lead_and_an_errand_with_a_name_and_a_day(kind: str) -> None:
    said = reported(concern(kind))
    (lead,) = said.leads
    assert (lead.id, lead.lead, lead.tier, lead.severity) == ("lead", True, Tier.ROUTINE, 0)
    assert (lead.answer, lead.urgent, lead.danger) == (AnswerTime.TIER, False, False)
    assert lead.evidence == f"lead:{kind}:2026-04-03"
    assert lead.text.zh == f"{Concern.of(kind).zh}（教师，2026-04-03）"
    assert (said.floors, said.tier) == ((), Tier.ROUTINE), "a lead opens no tier"
    (task,) = said.tasks
    assert task.who is not None
    if kind == "bullying":
        assert (task.kind, task.who.zh, task.due_on) == ("bullying", "法治副校长", AS_OF)
    else:
        assert (task.kind, task.who.zh, task.due_on) == ("visit", "班主任", date(2026, 4, 20))
        assert "必访必问" in task.text.zh


@pytest.mark.parametrize("kind", CLASS_TASKS)
def test_answers_of_surveys_and_facts_of_the_roster_are_errands_alone(kind: str) -> None:
    said = reported(concern(kind))
    assert (said.leads, said.floors) == ((), ())
    (task,) = said.tasks
    assert task.who is not None
    assert (task.kind, task.who.zh, task.on) == ("class_visit", "班主任", AS_OF)


def test_five_reports_at_once_are_five_leads() -> None:
    kinds = ("mood_abnormal", "school_aversion", "parent_child_conflict", "study_pressure", "bullying")
    said = reported(*(concern(kind) for kind in kinds))
    assert {lead.evidence for lead in said.leads} == {f"lead:{kind}:2026-04-03" for kind in kinds}
    assert len(said.tasks) == 5
    days = reported(*(concern("mood_abnormal", days_before(n)) for n in range(3)))
    assert [lead.evidence_on for lead in days.leads] == [days_before(n) for n in range(3)], "the newest first"


def test_reports_of_one_kind_and_day_stand_by_who_made_them_whatever_the_order() -> None:
    rows = [concern("mood_abnormal", source=source) for source in ("teacher", "parent", "peer")]
    for order in (rows, rows[::-1]):
        assert [lead.record for lead in reported(*order).leads] == ["parent", "peer", "teacher"]


def test_a_report_exported_three_times_counts_once_whatever_the_order() -> None:
    """The row that was known first speaks; the same on another day is another report."""
    rows = [concern("mood_abnormal", days_before(9), recorded_on=days_before(9 - n)) for n in range(3)]
    for order in (rows, rows[::-1]):
        said = reported(*order)
        assert [(lead.evidence_on, lead.known_on) for lead in said.leads] == [(days_before(9), days_before(9))]
        assert len(said.tasks) == 1


@pytest.mark.parametrize(("known", "there"), [(0, True), (181, True), (182, False), (-1, False)])
def test_leads_are_of_what_became_known_within_the_window(known: int, there: bool) -> None:
    told = concern("mood_abnormal", days_before(max(known, 0)), recorded_on=days_before(known))
    assert bool(reported(told).leads) == there


@pytest.mark.parametrize("value", ["no", "unknown"])
def test_who_was_asked_and_said_no_is_no_lead(value: str) -> None:
    said = reported(concern("mood_abnormal", value=value), concern("sleep_short", value=value))
    assert (said.leads, said.tasks) == ((), ())


def test_a_kind_may_be_switched_off_or_made_an_errand() -> None:
    told = concern("study_pressure")
    for use, leads, kinds in (("off", 0, []), ("class_task", 0, ["class_visit"]), ("lead", 1, ["visit"])):
        policy = POLICY.model_copy(update={"concerns": {**POLICY.concerns, "study_pressure": use}})
        said = reported(told, policy=policy)
        assert (len(said.leads), [task.kind for task in said.tasks]) == (leads, kinds)


def test_serious_bullying_is_evidence_and_an_errand_of_the_deputy_too() -> None:
    said = reported(concern("bullying_serious"))
    assert ([floor.id for floor in said.floors], said.leads) == (["R13"], ())
    assert [task.kind for task in said.tasks] == ["bullying"]


def contact(on: date, whom: str | None = "student") -> dict[str, list[Row]]:
    return {"contacts": [{"contacted_on": on, "recorded_on": on, "whom": whom}]}


@pytest.mark.parametrize(
    ("more", "done", "leads"),
    [
        ({}, False, 1),
        (contact(days_before(4)), False, 1),
        (contact(days_before(3)), False, 1),
        (contact(days_before(2)), True, 1),
        (contact(AS_OF, "guardian"), True, 1),
        (contact(AS_OF, None), False, 1),
        ({"outcomes": [interview(days_before(1))]}, True, 0),
        ({"outcomes": [{**interview(days_before(1)), "selection_reason": "audit"}]}, False, 1),
    ],
    ids=[
        "nothing",
        "before it came in",
        "that day",
        "the day after",
        "guardian",
        "nobody reached",
        "a talk",
        "a blind talk",
    ],
)
def test_an_errand_is_done_by_who_spoke_with_somebody_since_it_came_in(
    more: dict[str, Any], done: bool, leads: int
) -> None:
    told = concern("mood_abnormal", days_before(6), recorded_on=days_before(3))
    said = reported(told, **more)
    assert (said.tasks == ()) == done
    assert len(said.leads) == leads, "an interview looks into a lead that was known before"


def test_an_errand_is_asked_for_during_twenty_school_days() -> None:
    told = concern("mood_abnormal", date(2026, 3, 9))
    assert reported(told).tasks != ()
    assert reported({**told, "reported_on": date(2026, 3, 6), "recorded_on": date(2026, 3, 6)}).tasks == ()
    assert reported({**told, "recorded_on": date(1990, 1, 1), "reported_on": date(1990, 1, 1)}).tasks == ()


def test_leads_of_one_student_are_none_of_another() -> None:
    said = assessed([student("S-1", concerns=[concern("bullying")]), student("S-2", concerns=[])])
    assert [len(one.leads) for one in said] == [1, 0]


def test_leads_stand_by_day_the_newest_first_and_then_by_kind() -> None:
    rows = [concern(kind, days_before(n)) for n in (2, 0, 1) for kind in ("study_pressure", "bullying")]
    for order in (rows, rows[::-1]):
        (found,) = leads_of(records_of_requests([student(concerns=order)]), date_to_day(AS_OF), POLICY)
        days = [days_before(n).isoformat() for n in range(3)]
        expected = [f"lead:{kind}:{day}" for day in days for kind in ("bullying", "study_pressure")]
        assert [lead.evidence for lead in found] == expected
