"""Whom the crisis clock rings, and when: from what is so, who is on duty, what was rung, and the time. Wednesday is
2026-11-18."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_schemas.codes import DutyRole, Tier
from data_schemas.duty import DutySpan
from models.assessment import AnswerTime, Floor
from models.crisis_policy import CrisisPolicy
from models.duty import Duty, OnDuty, make_duty
from models.ringing import AGAIN, CHECK, DAY_END, FIRST, NEXT, Ring, Rung, last_day_end, rings_due
from models.triage import Attempt, CaseFacts, Piece, Present
from tests.factories import floor, lead
from tests.triage_facts import CRISIS, POLICY, SCHOOL, at, day, facts, piece, rule, shown, talk

COUNSELOR, DEPUTY, PRINCIPAL, CENTRE, ON_CALL = DutyRole
MINUTE = timedelta(minutes=1)
SPANS = [
    ("王老师", COUNSELOR, at(0, 8), at(0, 17)),
    ("赵老师", ON_CALL, at(0, 17), at(1, 8)),
    ("李校长", DEPUTY, at(0, 0), at(2, 0)),
    ("陈校长", PRINCIPAL, at(0, 0), at(2, 0)),
    ("中心", CENTRE, at(0, 0), at(2, 0)),
]
ROSTER = make_duty([DutySpan("school-01", who, role, "138", start, end) for who, role, start, end in SPANS])
NOBODY = make_duty([])


def danger(hour: int = 10, minute: int = 0, rule_id: str = "R02", **fields: object) -> Piece:
    on = day(0)
    return piece(floor(rule_id, evidence_on=on, known_on=on, **fields), at(0, hour, minute))


def student(*pieces: Piece, **fields: object) -> Present:
    return shown(facts(pieces=pieces or (danger(),), **fields))  # type: ignore[arg-type]


def due(one: Present, now: datetime, rung: Sequence[Rung] = (), duty: Duty = ROSTER) -> list[Ring]:
    people = duty.people_at(now)
    return rings_due(one, "school-01", rung, people, duty, SCHOOL, POLICY, now)


def night(one: Present, start: datetime, minutes: int, duty: Duty = ROSTER) -> list[tuple[int, str, str | None]]:
    """Everything that rings within so many minutes, looked at each minute: after how many, why, and whom."""
    rung: list[Rung] = []
    found = []
    for passed in range(minutes + 1):
        now = start + passed * MINUTE
        rings = due(one, now, rung, duty)
        rung += [Rung(ring.step, ring.role, now) for ring in rings]
        found += [(passed, ring.step.code, ring.person and ring.person.name) for ring in rings]
    return found


def test_one_after_the_other_until_all_and_then_all_again() -> None:
    assert night(student(), at(0, 10), 61) == [
        (0, "first", "王老师"),
        (10, "next", "李校长"),
        (20, "next", "陈校长"),
        (30, "next", "中心"),
        *((60, "again", name) for name in ("王老师", "李校长", "陈校长", "中心")),
    ]


def test_at_night_the_person_on_call_is_rung_at_once() -> None:
    assert night(student(danger(22)), at(0, 22), 20) == [
        (0, "first", "赵老师"),
        (10, "next", "李校长"),
        (20, "next", "陈校长"),
    ]


def test_without_a_roster_roles_are_rung() -> None:
    rings = due(student(), at(0, 10), duty=NOBODY)
    assert [(ring.step, ring.role, ring.person) for ring in rings] == [(FIRST, COUNSELOR, None)]
    assert [name for _, _, name in night(student(), at(0, 10), 60, NOBODY)] == [None] * 8


def test_a_deputy_who_stands_in_is_not_rung_twice() -> None:
    only = make_duty([DutySpan("school-01", "李校长", DEPUTY, None, at(0, 8), at(0, 17))])
    rings = night(student(), at(0, 10), 20, only)
    assert rings == [(0, "first", "李校长"), (10, "next", None), (20, "next", None)]


def test_after_a_standstill_each_still_has_the_time_to_answer() -> None:
    late = at(0, 12)
    assert [step for _, step, _ in night(student(), late, 10)] == ["first", "next"]


TIMES: list[tuple[str, Floor, bool]] = [
    ("minutes", rule(level=CRISIS, on=0, answer=AnswerTime.MINUTES), True),
    ("minutes, a rule nobody has heard of", rule("X99", CRISIS, 0, answer=AnswerTime.MINUTES), True),
    ("at once, then as the tier says", rule(on=0, answer=AnswerTime.RESPOND), True),
    ("the same day", rule(on=0, answer=AnswerTime.SAME_DAY), False),
    ("the next day", rule(on=0, answer=AnswerTime.NEXT_DAY), False),
    ("ask", rule(on=0, answer=AnswerTime.ASK), False),
    ("as the tier says", rule(level=CRISIS, on=0, answer=AnswerTime.TIER), False),
    ("an old sheet", rule(level=CRISIS, on=0, answer=AnswerTime.MINUTES, history=True), False),
    ("a lead", lead(answer=AnswerTime.MINUTES, evidence_on=day(0), known_on=day(0)), False),
]


@pytest.mark.parametrize(("found", "rings"), [row[1:] for row in TIMES], ids=[row[0] for row in TIMES])
def test_the_answer_time_says_what_rings_and_no_rules_name(found: Floor, rings: bool) -> None:
    one = student(piece(found, at(0, 10)))
    assert [ring.step for ring in due(one, at(0, 10, 1))] == ([FIRST] if rings else [])


def spoken(hour: int) -> Attempt:
    return Attempt(day(0), at(0, hour), "A", True)


def test_what_is_only_answered_rings_no_more_and_is_no_check() -> None:
    one = student(piece(rule(on=0, answer=AnswerTime.RESPOND), at(0, 10)), case=CaseFacts((("", at(0, 11)),)))
    assert due(one, at(0, 18)) == [], "neither after the hour nor at the day's end"
    assert (one.urgent, one.unanswered, one.unchecked) == (False, (), ())
    assert one.clock is not None
    assert not one.clock.urgent


ANSWERS = [
    ("taken on since", {"case": CaseFacts((("", at(0, 11)),))}, False),
    ("taken on before", {"case": CaseFacts((("", at(0, 9)),))}, True),
    ("spoken with since", {"attempts": (spoken(11),)}, False),
    ("tried in vain", {"attempts": (replace(spoken(11), reached=False),)}, True),
    ("a guardian reached", {"attempts": (replace(spoken(11), with_student=False),)}, True),
]


@pytest.mark.parametrize(("fields", "rings"), [row[1:] for row in ANSWERS], ids=[str(row[0]) for row in ANSWERS])
def test_a_named_person_who_takes_it_on_ends_the_ringing(fields: dict[str, object], rings: bool) -> None:
    rung = [Rung(FIRST, COUNSELOR, at(0, 10))]
    assert bool(due(student(**fields), at(0, 10, 59), rung)) is rings


def test_one_person_who_assessed_it_by_name_has_answered() -> None:
    one = danger()
    said = talk(0, 1, assessed=(one.key,), received_at=at(0, 11))
    assert due(shown(facts(said, pieces=(one,))), at(0, 11, 1), [Rung(FIRST, COUNSELOR, at(0, 10))]) == []


def test_what_comes_in_after_an_answer_rings_anew_with_ids_of_its_own() -> None:
    taken = {"case": CaseFacts((("", at(0, 10, 5)),))}
    (first,) = due(student(), at(0, 10))
    rung = [Rung(first.step, first.role, at(0, 10))]
    (again,) = due(student(danger(), danger(10, 30, "R11"), **taken), at(0, 10, 30), rung)
    assert (again.step, again.rules) == (FIRST, ("R11",))
    assert again.ring_id != first.ring_id


def test_more_evidence_while_it_rings_starts_nothing_over() -> None:
    rung = [Rung(FIRST, COUNSELOR, at(0, 10))]
    rings = due(student(danger(), danger(10, 5, "R11")), at(0, 10, 10), rung)
    assert [(ring.step, ring.role, ring.rules) for ring in rings] == [(NEXT, DEPUTY, ("R02", "R11"))]


def test_the_same_ring_has_the_same_id_and_another_has_another() -> None:
    (one,), (same,) = due(student(), at(0, 10)), due(student(), at(0, 10, 7))
    assert one.ring_id == same.ring_id
    others = {replace(one, **{name: value}).ring_id for name, value in
              (("school_id", "B"), ("student_id", "S-2"), ("of", at(1)), ("step", NEXT), ("role", DEPUTY),
               ("turn", 1))}  # fmt: skip
    assert len(others | {one.ring_id}) == 7


def test_each_time_that_all_are_called_again_has_ids_of_its_own() -> None:
    """A receiver that drops what it has seen would drop the second call otherwise."""
    rung: list[Rung] = []
    ids = []
    for passed in range(0, 122):
        now = at(0, 10) + timedelta(minutes=passed)
        rings = due(student(), now, rung)
        rung += [Rung(ring.step, ring.role, now) for ring in rings]
        ids += [ring.ring_id for ring in rings]
    assert [ring.step for ring in rung].count(AGAIN) == 3 * 4
    assert len(set(ids)) == len(ids)


def test_taken_on_and_not_checked_within_the_hour_rings_once_more() -> None:
    one = student(case=CaseFacts((("", at(0, 10, 5)),)))
    rung = [Rung(FIRST, COUNSELOR, at(0, 10))]
    assert due(one, at(0, 11), rung) == []
    late = due(one, at(0, 11, 1), rung)
    assert [(ring.step, ring.person and ring.person.name) for ring in late] == [(CHECK, "王老师"), (CHECK, "李校长")]
    assert due(one, at(0, 11, 2), [*rung, Rung(CHECK, COUNSELOR, at(0, 11, 1))]) == []


@pytest.mark.parametrize("second", [danger(10, 30, "R11"), danger(11, 1, "R11"), danger(12, 0, "R11")])
def test_what_is_late_after_a_ring_for_something_else_rings_by_itself(second: Piece) -> None:
    one = student(danger(), second, case=CaseFacts((("", at(0, 12, 5)),)))
    rung = [Rung(FIRST, COUNSELOR, at(0, 10)), Rung(CHECK, COUNSELOR, at(0, 11, 1))]
    hour = second.received_at + timedelta(hours=1)
    assert [ring.step for ring in due(one, hour, rung)] == []
    late = due(one, hour + MINUTE, rung)
    assert [(ring.step, ring.of) for ring in late] == [(CHECK, second.received_at)] * 2
    assert due(one, hour + 2 * MINUTE, [*rung, Rung(CHECK, COUNSELOR, hour + MINUTE)]) == []


def test_what_came_in_as_school_ended_is_of_that_day() -> None:
    one = student(piece(rule(on=0, answer=AnswerTime.SAME_DAY), at(0, 17)))
    assert [ring.step for ring in due(one, at(0, 17))] == [DAY_END]


def test_the_hour_runs_while_somebody_is_on_duty() -> None:
    only = make_duty([DutySpan("school-01", "王老师", COUNSELOR, None, at(n, 8), at(n, 17)) for n in (0, 1)])
    one = student(danger(16, 30), case=CaseFacts((("", at(0, 16, 35)),)))
    checks = [passed for passed, step, _ in night(one, at(0, 16, 30), 18 * 60, only) if step == "check"]
    assert checks == [16 * 60 + 1, 16 * 60 + 1]


def test_who_is_not_checked_when_school_ends_rings_the_principal_once_a_day() -> None:
    one = student(piece(rule(on=0, answer=AnswerTime.SAME_DAY), at(0, 10)))
    assert due(one, at(0, 16, 59)) == []
    (ring,) = due(one, at(0, 17))
    assert (ring.step, ring.role, ring.person and ring.person.name) == (DAY_END, PRINCIPAL, "陈校长")
    rung = [Rung(DAY_END, PRINCIPAL, at(0, 17))]
    assert due(one, at(1, 16, 59), rung) == []
    assert [ring.step for ring in due(one, at(1, 17), rung)] == [DAY_END]


def test_what_came_in_after_school_ended_is_of_the_next_days_list() -> None:
    one = student(piece(rule(on=0, answer=AnswerTime.SAME_DAY), at(0, 18)))
    assert due(one, at(0, 18, 30)) == []
    assert [ring.step for ring in due(one, at(1, 17))] == [DAY_END]


def test_a_clock_that_stood_still_when_school_ended_rings_when_it_goes_again() -> None:
    one = student(piece(rule(on=0, answer=AnswerTime.SAME_DAY), at(0, 10)))
    assert [ring.step for ring in due(one, at(1, 7))] == [DAY_END]


@pytest.mark.parametrize(
    ("now", "ended"),
    [
        (at(0, 16, 59), at(-1, 17)),
        (at(0, 17), at(0, 17)),
        (at(3, 12), at(2, 17)),  # on a Saturday the Friday's
        (at(5, 9), at(2, 17)),
        (datetime(2000, 1, 1, tzinfo=at(0).tzinfo), None),
        # the calendar begins with days off: of no school day before is anything known
        (datetime(2010, 1, 3, 18, tzinfo=at(0).tzinfo), None),
        (datetime(2010, 1, 4, 18, tzinfo=at(0).tzinfo), datetime(2010, 1, 4, 17, tzinfo=at(0).tzinfo)),
    ],
)
def test_the_last_school_day_that_is_over(now: datetime, ended: datetime | None) -> None:
    assert last_day_end(now, SCHOOL, CrisisPolicy()) == ended


def test_who_stands_behind_the_roster_is_called_where_nobody_has_a_turn() -> None:
    head = OnDuty("陈校长", PRINCIPAL, "139")
    people = make_duty([], (head,)).people_at(at(0, 22))
    rung = [Rung(FIRST, COUNSELOR, at(0, 22)), Rung(NEXT, DEPUTY, at(0, 22, 10))]
    (ring,) = rings_due(student(danger(22)), "school-01", rung, people, NOBODY, SCHOOL, POLICY, at(0, 22, 20))
    assert (ring.role, ring.person) == (PRINCIPAL, head)


@given(
    came=st.lists(st.integers(0, 180), min_size=1, max_size=3),
    looks=st.lists(st.integers(0, 240), min_size=1, max_size=30),
    answered=st.none() | st.integers(0, 240),
)
def test_however_often_it_looks_nobody_is_rung_twice_and_no_one_is_forgotten(
    came: list[int], looks: list[int], answered: int | None
) -> None:
    """Whatever the moments of looking: each ring has an id of its own; what is unanswered has rung; nothing rings for
    what is answered."""
    start = at(0, 9)
    pieces = tuple(danger(9 + n // 60, n % 60, f"R{place:02}") for place, n in enumerate(came))
    rung: list[Rung] = []
    ids: list[str] = []
    for passed in sorted(looks):
        now = start + passed * MINUTE
        taken = start + answered * MINUTE if answered is not None and answered <= passed else None
        here = tuple(one for one in pieces if one.received_at <= now)
        one = shown(facts(pieces=here, case=CaseFacts((("", taken),) if taken is not None else ())))
        rings = [ring for ring in due(one, now, rung) if ring.step in (FIRST, NEXT, AGAIN)]
        assert not (rings and not one.unanswered)
        rung += [Rung(ring.step, ring.role, now) for ring in rings]
        ids += [ring.ring_id for ring in rings]
        for standing in one.unanswered:
            assert any(ring.at >= standing.piece.received_at for ring in rung) or len(one.unanswered) > 1
    assert len(set(ids)) == len(ids)


def test_the_model_rings_nobody() -> None:
    assert due(shown(facts(model=CRISIS)), at(0, 17)) == []
    assert Tier.CRISIS.ord == CRISIS
