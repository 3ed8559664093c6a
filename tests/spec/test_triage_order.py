"""The order of work: each thing that decides it, one by one, and ties by the opaque id."""

from dataclasses import replace
from typing import Any

from models.triage import Present, by_deadline, in_order, rank_key, strengths_of
from models.triage.order import strengths
from tests.factories import assessment, floor
from tests.triage_facts import (
    CRISIS,
    NOW,
    PRIORITY,
    ROUTINE,
    TIER,
    WATCH,
    at,
    day,
    event,
    piece,
    present,
    talk,
)

BY_TIER = floor("phq9-total-15", TIER[PRIORITY], severity=0, evidence_on=day(-9), known_on=day(-9))


# In order: each stands before the next by one thing alone.
def ranked(student: str, tier: int = PRIORITY, severity: int = 0, changed: int = 0, **fields: Any) -> Present:
    found = [piece(replace(BY_TIER, severity=severity, tier=TIER[tier]))]
    said = assessment(student, changed_on=day(changed))
    plain: dict[str, Any] = {"pieces": found, "assessment": said, "margin": 0.0}
    return present(student_id=student, **(plain | fields))


def test_the_order_goes_by_tier_evidence_strength_change_wait_and_id() -> None:
    waits = [piece(replace(BY_TIER, known_on=day(-20)), at(-20))]
    order = [
        ranked("z", CRISIS, margin=-9.0),
        ranked("y", severity=9, margin=-8.0),
        ranked("x", severity=8, margin=5.0, changed=-9),
        ranked("w", margin=4.0, changed=-9),
        ranked("v", margin=1.0, changed=-8, pieces=waits),
        ranked("u", margin=1.0, changed=-8),
        ranked("t1", margin=1.0, changed=-9),
        ranked("t2", margin=1.0, changed=-9),
        ranked("s", margin=1.0, assessment=None),
        ranked("a", WATCH, 9, margin=9.0),
    ]
    strength = strengths_of(order)
    for mixed in (order, order[::-1], order[3:] + order[:3]):
        assert [one.student_id for one in in_order(mixed, strength, NOW)] == [one.student_id for one in order]
    plain = present(student_id="n", model=None)
    assert rank_key(plain, 0.5, NOW) == (-ROUTINE, 0, -0.5, 0, 0.0, "n")
    waiting = present(student_id="n", model=WATCH, assessment=assessment("n", changed_on=day(0)))
    assert waiting.clock is not None
    assert rank_key(waiting, 0.25, NOW) == (-1, 0, -0.25, -day(0).toordinal(), -waiting.clock.share(NOW), "n")


def test_strength_is_the_share_of_the_school_below() -> None:
    school = {"a": (1.0, 0.0), "b": (2.0, 0.0), "c": (2.0, 0.9), "d": (None, 0.9), "e": (None, 0.5)}
    assert strengths(school) == {"a": 1 / 6, "b": 4 / 6, "c": 4 / 6, "d": 0.8, "e": 0.5}
    assert strengths({}) == {}
    assert strengths_of([present(severity=0.5), present(student_id="S-2")]) == {"S-1": 0.75, "S-2": 0.25}


def test_a_queue_goes_by_deadline_and_those_without_one_last() -> None:
    order = [
        present(student_id="f", model=PRIORITY, model_since=at(-9)),
        present(student_id="e", model=PRIORITY, model_since=at(-1)),
        present(event(0, PRIORITY), student_id="d", model_since=None),
        present(talk(-9, WATCH), student_id="x", model=PRIORITY, model_since=None),
        present(talk(-9, WATCH), student_id="a"),
        present(talk(-9, WATCH), student_id="b"),
        present(talk(-8, WATCH), student_id="0"),
        present(student_id="z", model=PRIORITY, model_since=None),
        present(student_id="k", model=WATCH, model_since=None),
        present(student_id="m", model=WATCH, model_since=None),
        present(student_id="c"),
    ]
    for mixed in (order, order[::-1], order[4:] + order[:4]):
        assert [one.student_id for one in by_deadline(mixed)] == [one.student_id for one in order]
    same = [
        present(student_id="b", model=PRIORITY),
        present(student_id="a", pieces=[piece(BY_TIER, at(0))], model=None),
    ]
    assert [one.student_id for one in by_deadline(same)] == ["a", "b"], "one deadline, one tier: by id"
