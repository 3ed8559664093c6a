"""Every queue: a student just inside of it and one just outside."""

from typing import Any

import pytest

from data_schemas.codes import Tier
from models.assessment import AnswerTime, DataQuality, Retest, Task, Uncertainty
from models.triage import BY_CODE, QUEUES, Present, Word, stands_in
from models.triage.clocks import Clock
from tests.factories import assessment, lead, words
from tests.triage_facts import (
    AUDIT,
    CRISIS,
    PRIORITY,
    ROUTINE,
    WATCH,
    at,
    contact,
    day,
    event,
    piece,
    present,
    rule,
    talk,
)

CALM: dict[str, Any] = {"answer": AnswerTime.TIER, "danger": False}
STRANGER: dict[str, Any] = {"stranger": True, "screened": True}


def one(*said: Word, **fields: Any) -> Present:
    """A screened student about whom nothing else is known."""
    return present(*said, **({"screened": True} | fields))


def told(**fields: Any) -> dict[str, Any]:
    return {"assessment": assessment("S-1", Tier.WATCH, **fields)}


RETEST = told(data_quality=DataQuality("low", (Retest("phq9", "stale", words("复测")),)))
ASK = told(
    as_of=day(0), instruments=(), data_quality=DataQuality("low", (Retest("phq9", "critical_blank", words("问")),))
)
CALL = told(tasks=(Task("visit", day(-1), day(1), words("访")),))
CLASS = told(tasks=(Task("class_visit", day(0), day(1), words("班")),))
NEAR, FAR = (told(uncertainty=Uncertainty(0.1, 0.3, near)) for near in (True, False))
AWAY = told(suspended_since=day(-9))

STANDS: list[tuple[str, Present, list[str]]] = [
    ("nothing known", one(), []),
    ("raised by the model", one(model=PRIORITY), []),
    ("urgent", one(pieces=[piece()]), ["immediate"]),
    ("not urgent", one(pieces=[piece(rule(**CALM))]), []),
    ("assessed", one(talk(0), pieces=[piece()]), []),
    ("an urgent stranger", one(pieces=[piece()], **STRANGER), ["immediate", "identity"]),
    ("confirmed", one(talk(0, CRISIS)), ["review"]),
    ("an event", one(event(0, CRISIS)), ["review"]),
    ("a confirmed stranger", one(talk(0, CRISIS), **STRANGER), ["review", "identity"]),
    ("found 重点", one(talk(0, PRIORITY)), []),
    ("lowered by two", one(talk(-1, CRISIS), talk(0, WATCH, "A", "B")), []),
    ("confirmed and urgent", one(talk(0, CRISIS, assessed=()), pieces=[piece()]), ["immediate", "review"]),
    ("a report", one(pieces=[piece(lead())]), ["leads"]),
    ("looked into", one(pieces=[piece(lead(known_on=day(-9)))], contacts=(contact(0),)), []),
    ("a report about a stranger", one(pieces=[piece(lead())], **STRANGER), ["leads", "identity"]),
    ("an old report", one(pieces=[piece(lead(history=True))]), ["leads"]),
    ("to contact", one(**CALL), ["contact"]),
    ("contacted", one(contacts=(contact(0),), **CALL), []),
    ("by class", one(**CLASS), []),
    ("a stranger to contact", one(**CALL, **STRANGER), ["identity"]),
    ("old", one(pieces=[piece(rule(history=True))]), ["history"]),
    ("old, assessed", one(talk(0), pieces=[piece(rule(history=True))]), []),
    ("old and new", one(pieces=[piece(rule(history=True)), piece(rule("R02"))]), ["immediate", "history"]),
    ("a stranger's old sheet", one(pieces=[piece(rule(history=True))], **STRANGER), ["history", "identity"]),
    ("retest", one(**RETEST), ["retest"]),
    ("to be asked", one(**ASK), ["retest"]),
    ("asked", one(talk(1), **ASK), []),
    ("asked by lot", one(talk(1, **AUDIT), **ASK), ["retest"]),
    ("a stranger's retest", one(**RETEST, **STRANGER), ["identity"]),
    ("not screened", one(screened=False), ["not_screened"]),
    ("an unscreened stranger", one(screened=False, stranger=True), ["identity"]),
    ("near a line", one(model=WATCH, **NEAR), ["needs_person"]),
    ("far from it", one(model=WATCH, **FAR), []),
    ("near, spoken with", one(talk(-9), model=WATCH, **NEAR), []),
    ("suspended", one(**AWAY), ["suspended"]),
    ("a suspended stranger", one(**AWAY, **STRANGER), ["identity"]),
    ("a stranger", one(**STRANGER), ["identity"]),
]  # fmt: skip


@pytest.mark.parametrize(("student", "codes"), [row[1:] for row in STANDS], ids=[row[0] for row in STANDS])
def test_in_which_queues_a_student_stands(student: Present, codes: list[str]) -> None:
    assert list(stands_in(student)) == codes


def test_every_queue_but_the_line_has_somebody_inside_and_outside() -> None:
    told_of = {queue.code for queue in QUEUES if queue.holds is not None}
    assert {code for _, _, codes in STANDS for code in codes} == told_of
    assert {queue.code for queue in QUEUES} - told_of == {queue.code for queue in QUEUES if queue.band == "line"}
    assert [queue.code for queue in QUEUES if queue.never_cut] == ["immediate", "review"]
    assert len(BY_CODE) == len(QUEUES) == len({queue.path for queue in QUEUES})
    for code, queue in BY_CODE.items():
        assert (queue.code, queue.path) == (code, "/" + code.replace("_", "-"))
        assert all((text.zh and text.en) for text in (queue.title, queue.about, queue.nobody))


WAITS: list[tuple[str, Present, bool]] = [
    ("一般", one(), False),
    ("一般 by a person", one(talk(0, ROUTINE)), False),
    ("关注", one(model=WATCH), True),
    ("重点", one(model=PRIORITY), True),
    ("by a person", one(talk(0, WATCH)), True),
    ("by evidence", one(pieces=[piece(rule(**CALM))]), True),
    ("danger by its tier alone", one(pieces=[piece(rule(level=CRISIS, **CALM))]), True),
    ("urgent", one(pieces=[piece()], model=PRIORITY), False),
    ("in review", one(event(0, CRISIS)), False),
    ("old sheets", one(pieces=[piece(rule(history=True))]), False),
    ("old sheets and the model", one(pieces=[piece(rule(history=True))], model=WATCH), True),
    ("a stranger", one(model=PRIORITY, **STRANGER), False),
    ("a report", one(pieces=[piece(lead())]), False),
    ("not screened, raised", one(model=WATCH, screened=False), True),
]


@pytest.mark.parametrize(("student", "waits"), [row[1:] for row in WAITS], ids=[row[0] for row in WAITS])
def test_who_waits_for_an_interview(student: Present, waits: bool) -> None:
    assert student.waits_for_interview is waits


@pytest.mark.parametrize("code", [queue.code for queue in QUEUES if queue.clock is not None])
def test_a_queue_shows_its_own_clock(code: str) -> None:
    own = {"leads": "lead", "contact": "task", "retest": "retest", "suspended": "suspension"}
    is_its = BY_CODE[code].clock
    assert is_its is not None
    for source in ("evidence", "lead", "task", "retest", "suspension", "model"):
        clock = Clock(source, words("问"), at(0), None, words("因"), urgent=code == "immediate")
        assert is_its(clock) is (code == "immediate" or source == own[code])
    assert code != "immediate" or not is_its(Clock("evidence", words("问"), at(0), None, words("因")))
