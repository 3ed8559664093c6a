"""What holds of any facts about a student: more evidence never lowers, no careless word closes, time does nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models.triage import Piece, Present, StudentFacts, Word, in_force, plan_week, present_of, stands_in, strengths_of
from tests.factories import lead
from tests.triage_facts import (
    AUDIT,
    NOW,
    POLICY,
    SCHOOL,
    TIER,
    at,
    contact,
    day,
    event,
    facts,
    piece,
    rule,
    shown,
    talk,
)

DAYS = st.integers(-12, 0)
LEVELS = st.integers(0, 3)


@st.composite
def one_piece(draw: st.DrawFn) -> Piece:
    on, name = draw(DAYS), draw(st.sampled_from(["R01", "R02", "R03"]))
    if draw(st.integers(0, 4)) == 0:
        found = lead(evidence_on=day(on), known_on=day(on))
    else:
        found = rule(name, draw(LEVELS), on, severity=draw(st.integers(0, 2)), history=draw(st.booleans()))
    late = timedelta(hours=draw(st.integers(0, 40)))
    return piece(found, at(on) + late, filed_at=draw(st.sampled_from([None, at(on) + late, at(0)])))


@st.composite
def one_word(draw: st.DrawFn, pieces: list[Piece]) -> Word:
    on, level = draw(DAYS), draw(LEVELS)
    if draw(st.integers(0, 4)) == 0:
        return event(on, level, draw(st.sampled_from(["crisis_event", "referral", "suspension"])))
    by, second = draw(st.sampled_from(["A", "B", None])), draw(st.sampled_from([None, "A", "B"]))
    keys = st.lists(st.sampled_from([each.key for each in pieces] or ["none"]), max_size=2)
    assessed = draw(st.none() | keys.map(tuple))
    lots: dict[str, Any] = AUDIT if draw(st.booleans()) else {}
    name = f"w{draw(st.integers(0, 10**9))}"
    door = draw(st.sampled_from(["page", "screening"]))
    return talk(on, level, by, second, assessed=assessed, word_id=name, door=door, **lots)


@st.composite
def anybody(draw: st.DrawFn, name: str = "S-1") -> StudentFacts:
    pieces = draw(st.lists(one_piece(), max_size=4))
    told = draw(st.lists(one_word(pieces), max_size=4, unique_by=lambda word: word.word_id))
    reached = tuple(contact(n) for n in draw(st.lists(DAYS, max_size=2)))
    model = draw(st.none() | st.integers(0, 2))
    return facts(*told, pieces=pieces, contacts=reached, model=model, student_id=name, severity=draw(st.floats(0, 1)))


def opened(one: Present) -> list[Piece]:
    return [standing.piece for standing in one.evidence if standing.is_open]


@given(st.integers(0, 4).flatmap(lambda n: st.tuples(*[anybody(f"S-{each}") for each in range(n)])))
def test_a_school_is_told_as_each_student_alone(school: tuple[StudentFacts, ...]) -> None:
    assert present_of(school, POLICY, SCHOOL) == [shown(one) for one in school]
    assert present_of(school[::-1], POLICY, SCHOOL) == [shown(one) for one in school[::-1]]


@given(anybody())
def test_the_order_in_which_facts_came_changes_nothing(one: StudentFacts) -> None:
    turned = replace(one, words=one.words[::-1], pieces=one.pieces[::-1])
    before, after = shown(one), shown(turned)
    assert in_force(one.words) == in_force(turned.words)
    assert (before.tier, before.source, before.words) == (after.tier, after.source, after.words)
    assert sorted(map(repr, opened(before))) == sorted(map(repr, opened(after)))
    assert [clock.by for clock in before.clocks] == [clock.by for clock in after.clocks]
    assert stands_in(before) == stands_in(after)


@given(anybody(), one_piece())
def test_more_evidence_never_lowers_the_tier_or_closes_any(one: StudentFacts, more: Piece) -> None:
    before, after = shown(one), shown(replace(one, pieces=(*one.pieces, more)))
    assert after.tier.ord >= before.tier.ord
    left = opened(after)
    for each in opened(before):
        left.remove(each)
    assert left in ([], [more])


@given(anybody(), LEVELS, st.sampled_from([None, "B"]), DAYS)
def test_no_careless_word_closes_evidence(one: StudentFacts, level: int, second: str | None, on: int) -> None:
    """Without a list none of the same day or later; blind, empty or unnamed none at all."""
    before = opened(shown(one))
    plain: dict[str, Any] = {"word_id": "more", "door": "page"}
    told = [
        talk(on, level, "C", second, **plain),
        talk(on, level, "C", second, **plain, **AUDIT),
        talk(on, level, "C", second, assessed=(), **plain),
        talk(on, level, None, second, assessed=tuple(each.key for each in before), **plain),
        event(on, level, word_id="more"),
    ]
    for n, word in enumerate(told):
        left = opened(shown(replace(one, words=(*one.words, word))))
        assert all(each in left for each in before if n > 0 or each.known_on >= word.observed_on)


@given(anybody())
def test_the_tier_is_at_least_what_is_open_and_what_the_model_says(one: StudentFacts) -> None:
    now = shown(one)
    assert now.tier.ord >= max((each.piece.floor.tier.ord for each in now.open), default=0)
    assert now.tier.ord >= (one.model_tier or TIER[0]).ord
    assert now.tier is not TIER[3] or now.source != "model"
    assert now.clock is not None or not (now.open or now.leads or now.in_review)
    assert [each.id for each in now.floors[:1]] == [each.piece.floor.id for each in now.open[:1]]


@given(st.tuples(*[anybody(f"S-{n}") for n in range(4)]), st.integers(0, 400), st.integers(1, 10), st.booleans())
def test_time_closes_nothing_and_everybody_keeps_one_place(
    school: tuple[StudentFacts, ...], days: int, slots: int, by_model: bool
) -> None:
    everyone = present_of(school, POLICY, SCHOOL)
    strength = strengths_of(everyone)
    for now in (NOW, NOW + timedelta(days=days)):
        week = plan_week(everyone, strength, "school-01", slots, by_model, POLICY, now)
        stand = [one.student_id for one, _ in week.line] + [one.student_id for one in week.below]
        assert len(stand) == len(set(stand))
        assert len(week.line) <= slots
        for one, place in week.line:
            assert True not in (one.urgent, one.in_review, one.only_history, one.facts.stranger)
            assert (place == "audit") == (one.student_id in week.blind)
        assert 0 <= week.unmet <= len(week.below)
    assert present_of(school, POLICY, SCHOOL) == everyone
