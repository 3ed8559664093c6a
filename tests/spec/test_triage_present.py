"""What is so about one student, from facts: every property of `Present`, just inside and just outside of it."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from data_schemas.codes import Tier
from models.assessment import AnswerTime, DataQuality, Floor, Retest, Task, Uncertainty
from models.came import Came
from models.triage import Contact, Present, Word
from models.triage.clocks import after_interview, event_clock, model_clock
from tests.factories import assessment, lead, words
from tests.triage_facts import (
    AUDIT,
    CRISIS,
    NOW,
    POLICY,
    PRIORITY,
    ROUTINE,
    SCHOOL,
    TIER,
    WATCH,
    at,
    contact,
    day,
    end,
    event,
    piece,
    present,
    rule,
    talk,
)

LEVELS = (None, ROUTINE, WATCH, PRIORITY, CRISIS)


def unnamed(level: int | None) -> tuple[Word, ...]:
    """A word that sets the tier and closes nothing."""
    return () if level is None else (talk(0, level, assessed=()),)


@pytest.mark.parametrize(("model", "floor", "human"), list(product((None, ROUTINE, WATCH, PRIORITY), LEVELS, LEVELS)))
def test_the_tier_is_the_highest_and_the_person_goes_before_the_floor_and_the_model(
    model: int | None, floor: int | None, human: int | None
) -> None:
    pieces = [] if floor is None else [piece(rule(level=floor)), piece(rule("R20", ROUTINE))]
    one = present(*unnamed(human), pieces=pieces, model=model)
    said = {"human": human, "floor": floor, "model": model}
    highest = max((level for level in said.values() if level is not None), default=ROUTINE)
    source = next((who for who, level in said.items() if level == highest), "model") if highest else "model"
    assert (one.tier, one.source) == (TIER[highest], source)
    assert one.confirmed is (source == "human")
    assert one.in_review is (human == CRISIS)
    assert one.confirmed_on == (day(0) if human == CRISIS else None)
    assert one.student_id == "S-1"


# The model's word alone, a person's alone, and together: which clocks there are.
CLOCKS: list[tuple[str, tuple[Word, ...], int | None, list[Any]]] = [
    ("nothing", (), None, []),
    ("the model says 一般", (), ROUTINE, []),
    ("the model", (), WATCH, [model_clock(Tier.WATCH, at(0), None, POLICY.due, SCHOOL)]),
    ("seen before", (talk(-1),), PRIORITY, [model_clock(Tier.PRIORITY, at(0), day(-1), POLICY.due, SCHOOL)]),
    ("seen on the day", (talk(0),), PRIORITY, [after_interview("model", Tier.PRIORITY, day(0), SCHOOL)]),
    ("a person says as much", (talk(-1, PRIORITY),), PRIORITY,
     [after_interview("human", Tier.PRIORITY, day(-1), SCHOOL)]),
    ("a person says more", (talk(-1, PRIORITY),), WATCH, [after_interview("human", Tier.PRIORITY, day(-1), SCHOOL)]),
    ("a person says less", (talk(-1, WATCH),), PRIORITY,
     [model_clock(Tier.PRIORITY, at(0), day(-1), POLICY.due, SCHOOL),
      after_interview("human", Tier.WATCH, day(-1), SCHOOL)]),
    ("a person says 一般", (talk(0),), None, []),
    ("a blind talk found need", (talk(0, WATCH, **AUDIT),), None,
     [after_interview("human", Tier.WATCH, day(0), SCHOOL)]),
    ("an event", (event(-1, PRIORITY),), None, [event_clock(Tier.PRIORITY, at(-1, 12), POLICY.due, SCHOOL)]),
    ("a talk that names nobody", (talk(-1, PRIORITY, None),), None,
     [event_clock(Tier.PRIORITY, at(-1, 12), POLICY.due, SCHOOL)]),
    ("an event of level 0", (event(-1, ROUTINE),), None, []),
    ("an event, followed", (event(-1, PRIORITY), talk(0, WATCH)), None,
     [after_interview("human", Tier.WATCH, day(0), SCHOOL)]),
    ("an event after a talk of 一般", (talk(-2), event(-1, WATCH)), None,
     [event_clock(Tier.WATCH, at(-1, 12), POLICY.due, SCHOOL)]),
    ("an event does not put off the daily review", (talk(-2, CRISIS), event(-1, WATCH)), None,
     [after_interview("human", Tier.CRISIS, day(-2), SCHOOL),
      event_clock(Tier.WATCH, at(-1, 12), POLICY.due, SCHOOL)]),
    ("a graver event after a talk", (talk(-2, WATCH), event(-1, CRISIS)), None,
     [event_clock(Tier.CRISIS, at(-1, 12), POLICY.due, SCHOOL), after_interview("human", Tier.WATCH, day(-2), SCHOOL)]),
    ("a later event of level 0 leaves the crisis due", (event(-2, CRISIS), event(-1, ROUTINE)), None,
     [event_clock(Tier.CRISIS, at(-2, 12), POLICY.due, SCHOOL)]),
]  # fmt: skip


@pytest.mark.parametrize(("said", "model", "clocks"), [row[1:] for row in CLOCKS], ids=[row[0] for row in CLOCKS])
def test_what_the_model_and_people_ask_for(said: tuple[Word, ...], model: int | None, clocks: list[Any]) -> None:
    one = present(*said, model=model)
    assert list(one.clocks) == clocks
    assert one.clock == (clocks[0] if clocks else None)


def test_the_models_clock_runs_from_the_assessment_where_no_moment_is_on_record() -> None:
    said = assessment("S-1", as_of=day(-3))
    assert [one.start for one in present(model=WATCH, model_since=None, assessment=said).clocks] == [at(-3)]
    assert [one.start for one in present(model=WATCH, assessment=said).clocks] == [at(0)]
    assert present(model=WATCH, model_since=None).clocks == ()


def test_all_clocks_stand_in_one_order_and_closed_evidence_has_none() -> None:
    call = Task("visit", day(-1), day(0), words("联系", "call"))
    again = DataQuality("low", (Retest("phq9", "stale", words("复测", "repeat")),))
    told = assessment(
        "S-1", tasks=(call, Task("class_visit", day(-1), day(0), words("班", "class"))), data_quality=again
    )
    closed = rule("R02", evidence="closed")
    pieces = [piece(rule()), piece(lead(evidence_on=day(-2), known_on=day(-2))), piece(closed)]
    one = present(talk(-2, WATCH, assessed=("closed",)), pieces=pieces, assessment=told, model=PRIORITY)
    assert [each.source for each in one.clocks] == ["evidence", "lead", "task", "model", "retest", "human"]
    assert [each.by for each in one.clocks[:3]] == [end(-9), end(-1), end(0)]
    assert [each.piece.key for each in one.open] == [rule().evidence]
    assert [each.piece.floor.id for each in one.leads] == ["R18"]
    assert [each.is_open for each in one.evidence] == [True, False, True]
    assert one.words == (talk(-2, WATCH, assessed=("closed",)),)


def opened(*found: Floor, **fields: Any) -> Present:
    return present(pieces=[piece(one) for one in found], **fields)


CALM: dict[str, Any] = {"answer": AnswerTime.TIER, "danger": False}
OLD: dict[str, Any] = {"history": True}
# Evidence → urgent, severity, protection, danger, only_history
EVIDENCE: list[tuple[str, list[Floor], tuple[bool, int, bool, bool, bool]]] = [
    ("none", [], (False, 0, False, False, False)),
    ("a clock of its own", [rule()], (True, 40, False, False, False)),
    ("by its tier", [rule(**CALM)], (False, 40, False, False, False)),
    ("old", [rule(**OLD)], (False, 0, False, False, True)),
    ("old, with a clock of minutes", [rule(answer=AnswerTime.MINUTES, **OLD)], (False, 0, False, False, True)),
    ("danger", [rule(level=CRISIS)], (True, 40, False, True, False)),
    ("old danger", [rule(level=CRISIS, **OLD)], (False, 0, False, False, True)),
    ("old and new", [rule(severity=70, **OLD), rule("R02", severity=30)], (True, 30, False, False, False)),
    ("protection", [rule(protection=True, **CALM)], (False, 40, True, False, False)),
    ("old protection", [rule(protection=True, **OLD)], (False, 0, True, False, True)),
    ("the gravest counts", [rule(**CALM), rule("R02", severity=70, **CALM)], (False, 70, False, False, False)),
    ("a report", [lead(protection=True, danger=True, answer=AnswerTime.MINUTES)], (False, 0, False, False, False)),
]  # fmt: skip


@pytest.mark.parametrize(("found", "said"), [row[1:] for row in EVIDENCE], ids=[row[0] for row in EVIDENCE])
def test_what_open_evidence_says(found: list[Floor], said: tuple[bool, int, bool, bool, bool]) -> None:
    one = opened(*found)
    assert (one.urgent, one.severity, one.protection, one.danger, one.only_history) == said
    done = present(talk(0, 0, "A", "B"), pieces=[piece(each) for each in found])
    nothing = (done.urgent, done.severity, done.protection, done.danger, done.only_history)
    assert nothing == (False, 0, False, False, False), "all of it is closed"


@pytest.mark.parametrize(
    ("model", "human", "only"),
    [
        (None, None, True),
        (ROUTINE, ROUTINE, True),
        (WATCH, None, False),
        (None, WATCH, False),
        (WATCH, ROUTINE, False),
        (ROUTINE, WATCH, False),
        (ROUTINE, None, True),
    ],
)
def test_only_old_sheets_are_known_where_neither_model_nor_person_says_more(
    model: int | None, human: int | None, only: bool
) -> None:
    assert present(*unnamed(human), pieces=[piece(rule(**OLD))], model=model).only_history is only


def test_each_key_is_shown_once_at_its_gravest_and_the_gravest_first() -> None:
    first, again = rule("R01", PRIORITY, severity=30), rule("R01", CRISIS, severity=90)
    between = rule("R03", PRIORITY, severity=60)
    one = opened(first, between, again)
    assert [(each.id, each.severity) for each in one.floors] == [("R01", 90), ("R03", 60)]
    assert len(one.open) == 3


def test_what_is_missing_is_said_while_it_is_open() -> None:
    pieces = [piece(rule(level=CRISIS, severity=90)), piece(rule("R02", CRISIS, -5))]
    assert present(pieces=pieces).lacks is None
    named = talk(0, assessed=(pieces[1].key,))
    assert present(named, pieces=pieces).lacks == "second_person"
    assert present(talk(0, 0, "A", "B"), pieces=pieces).lacks is None


@pytest.mark.parametrize(
    ("fields", "said", "undecided"),
    [
        ({"uncertainty": Uncertainty(0.1, 0.2, True)}, (), True),
        ({"uncertainty": Uncertainty(0.1, 0.2, False)}, (), False),
        ({}, (), False),
        ({"uncertainty": Uncertainty(0.1, 0.2, True)}, (talk(-30),), False),
        ({"uncertainty": Uncertainty(0.1, 0.2, True)}, (event(-30, WATCH),), False),
        ({"uncertainty": Uncertainty(0.1, 0.2, True)}, (event(-30, WATCH, "suspension"),), True),
    ],
)
def test_near_a_line_a_person_decides_until_one_has(fields: Any, said: tuple[Word, ...], undecided: bool) -> None:
    assert present(*said, model=WATCH, assessment=assessment("S-1", **fields)).undecided is undecided
    assert present(*said, model=WATCH).undecided is False
    raised = present(*said, model=WATCH, assessment=assessment("S-1", **fields), pieces=[piece()])
    assert raised.undecided is False


def test_who_is_suspended() -> None:
    assert present(assessment=assessment("S-1", suspended_since=day(-9))).suspended is True
    assert present(assessment=assessment("S-1")).suspended is False
    assert present().suspended is False


HANDLED: list[tuple[str, tuple[Word, ...], dict[str, Any], datetime, bool]] = [
    ("nobody has spoken", (), {}, NOW, False),
    ("nothing is due", (talk(0),), {}, NOW, True),
    ("no deadline", (talk(0, WATCH),), {}, NOW, True),
    ("due in a month", (talk(0, PRIORITY),), {}, NOW, True),
    ("due in seven days", (talk(0, PRIORITY),), {}, datetime.combine(day(36), end(0).timetz()), True),
    ("due in less", (talk(0, PRIORITY),), {}, datetime.combine(day(36), end(0).timetz()) + timedelta(minutes=1), False),
    ("daily", (talk(0, CRISIS),), {}, NOW, False),
    ("open evidence", (talk(0, assessed=()),), {"pieces": [piece(rule("R20", WATCH, 0, **CALM))]}, NOW, False),
    ("an open report", (talk(0, assessed=()),), {"pieces": [piece(lead())]}, NOW, False),
    ("the model, answered", (talk(0),), {"model": WATCH}, NOW, True),
    ("the model, since the talk", (talk(-1),), {"model": WATCH}, NOW, False),
    ("an event since the talk", (talk(-1), event(0, WATCH)), {}, NOW, False),
    ("an event, followed", (event(-1, WATCH), talk(0)), {}, NOW, True),
    ("a retest is no reason", (talk(-1, WATCH),), {"assessment": assessment("S-1", as_of=day(0), instruments=(),
     data_quality=DataQuality("low", (Retest("phq9", "stale", words("复测")),)))}, NOW, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "fields", "now", "handled"), [row[1:] for row in HANDLED], ids=[row[0] for row in HANDLED]
)
def test_who_was_seen_to(said: tuple[Word, ...], fields: dict[str, Any], now: datetime, handled: bool) -> None:
    assert present(*said, **fields).handled(now) is handled


SINCE = Task("visit", day(0), day(9), words("访"), since=day(-2))
PLAIN = Task("contact_unexcused", day(0), day(9), words("联系"))
CLASS = Task("class_visit", day(0), day(9), words("班"))
TASKS: list[tuple[str, tuple[Word, ...], tuple[Contact, ...], list[Task]]] = [
    ("nothing", (), (), [SINCE, PLAIN, CLASS]),
    ("a contact before", (), (contact(-3),), [SINCE, PLAIN, CLASS]),
    ("a contact on the day it came in", (), (contact(-2),), [SINCE, PLAIN, CLASS]),
    ("a contact on the day after", (), (contact(-1),), [PLAIN, CLASS]),
    ("a contact on the day", (), (contact(0),), [CLASS]),
    ("a contact afterwards", (), (contact(1),), []),
    ("a talk before", (talk(-3),), (), [SINCE, PLAIN, CLASS]),
    ("a talk on the day it came in", (talk(-2),), (), [SINCE, PLAIN, CLASS]),
    ("a talk on the day after", (talk(-1),), (), [PLAIN, CLASS]),
    ("a talk on the day", (talk(0),), (), [CLASS]),
    ("a blind talk", (talk(0, **AUDIT),), (), [SINCE, PLAIN, CLASS]),
    ("a talk that names nobody", (talk(0, by=None),), (), [SINCE, PLAIN, CLASS]),
    ("an event", (event(0, WATCH),), (), [SINCE, PLAIN, CLASS]),
    ("one of several", (talk(-9),), (contact(-8), contact(1)), []),
]  # fmt: skip


@pytest.mark.parametrize(("said", "contacts", "left"), [row[1:] for row in TASKS], ids=[row[0] for row in TASKS])
def test_which_tasks_are_left(said: tuple[Word, ...], contacts: tuple[Contact, ...], left: list[Task]) -> None:
    one = present(*said, contacts=contacts, assessment=assessment("S-1", tasks=(SINCE, PLAIN, CLASS)))
    assert list(one.tasks) == left
    assert list(one.to_contact) == [task for task in left if task is not CLASS]
    assert len([clock for clock in one.clocks if clock.source == "task"]) == len(one.to_contact)
    assert present(*said, contacts=contacts).tasks == ()


@pytest.mark.parametrize(("on", "since", "left"), [(-23, None, 1), (-26, None, 0), (0, -26, 0), (-26, -23, 1)])
def test_a_task_is_left_for_twenty_school_days(on: int, since: int | None, left: int) -> None:
    """The assessment is of Friday 20 November: Friday 23 October is 20 school days before, the Monday after it 19."""
    task = Task("visit", day(on), day(9), words("访"), since=None if since is None else day(since))
    assert len(present(assessment=assessment("S-1", tasks=(task,))).tasks) == left


def test_what_is_to_be_asked_is_left_until_a_talk_that_was_not_blind() -> None:
    said = tuple(Retest("phq9", why, words(why)) for why in ("critical_blank", "stale"))
    told = assessment("S-1", as_of=day(0), instruments=(), data_quality=DataQuality("low", said))
    for given, left in (((), 2), ((talk(0),), 2), ((talk(1),), 1), ((talk(1, **AUDIT),), 2), ((event(1),), 2)):
        one = present(*given, assessment=told)
        assert len(one.retests) == len([clock for clock in one.clocks if clock.source == "retest"]) == left
    assert present().retests == ()
    assert (present(talk(0)).seen_on, present(talk(0, by=None)).seen_on) == (day(0), None)


def test_a_task_of_a_report_waits_for_who_was_reached_after_it_was_here() -> None:
    told = contact(1).received_at
    for filed_at, left in [(None, 0), (told, 0), (told + timedelta(seconds=1), 1)]:
        visit = Task("visit", day(0), day(9), words("走访"), came=filed_at and Came(filed_at))
        assert len(present(contacts=(contact(1),), assessment=assessment("S-1", tasks=(visit,))).tasks) == left
        spoken = present(talk(1, received_at=told), assessment=assessment("S-1", tasks=(visit,)))
        assert len(spoken.tasks) == left, filed_at
