"""People's words in the obvious model: histories worked out by hand."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.obvious_cases import INTENT, R02, SCHOOL, after, day, event, on, report, screen, sheet, talk
from tests.obvious_facts import Drawn, Enrolled, Fact, Found, Reached, Since, Withdrawn


def test_danger_that_two_people_find_stands_at_once() -> None:
    """Screened with item 9 = 2, then two people find danger: 危机 by a person, in the band of confirmed crises."""
    said = after(sheet(2), screen(26), talk(27, 3, "I1 I2", selection_reason="floor"))
    assert (said["tier"], said["source"], said["confirmed"], said["open"]) == ("crisis", "human", True, [])
    assert {"review", "list"} <= said["queues"]


def test_a_crisis_event_raises_as_its_level_says() -> None:
    before, said = after(sheet(0), screen(26)), after(sheet(0), screen(26), event(27, 3))
    assert (before["tier"], said["tier"], said["source"], said["confirmed"]) == ("routine", "crisis", "human", True)
    assert after(sheet(0), screen(26), event(27, 2, "referral"))["tier"] == "priority"


def test_a_correction_from_two_people_to_one_opens_the_danger_again() -> None:
    two, one = talk(27, 1, "I1 I2"), talk(27, 1, "I1", hour=14)
    assert after(sheet(2), screen(26), two)["open"] == []
    said = after(sheet(2), screen(26), two, one)
    assert (said["tier"], said["open"], said["missing"]) == ("crisis", [R02], {R02: "second person"})
    assert said["clocks"] == {R02: Since(day(18), on(18, 10))}, "the clock has run since the receipt"


@pytest.mark.parametrize(
    ("word", "left_open"),
    [
        (talk(20, 1), [INTENT]),
        (talk(20, 1, "I1 I2"), [INTENT]),
        (talk(20, 1, "I1 I2", hour=17), [INTENT]),
        (talk(21, 1, "I1 I2"), []),
        (talk(21, 1, "I1"), [INTENT]),
        (talk(21, 1, "I1 I1"), [INTENT]),
        (talk(21, 1, ""), [INTENT]),
        (talk(21, 0, "I1 I2", selection_reason="audit"), [INTENT]),
        (talk(21, 1, "I1 I2", assessed=()), [INTENT]),
        (talk(21, 1, "I1 I2", door="page", assessed=None), [INTENT]),
        (talk(20, 1, "I1 I2", hour=17, door="page", assessed=(INTENT,)), []),
        (talk(20, 1, "I1 I2", assessed=(INTENT,)), [INTENT]),
        (talk(20, 1, "I1", hour=17, door="page", assessed=(INTENT,)), [INTENT]),
        (talk(21, 0, "I1 I2", selection_reason="audit", assessed=(INTENT,)), []),
        (talk(21, 2, "I1 I2", kind="referral"), [INTENT]),
    ],
)
def test_what_a_word_closes(word: Found, left_open: list[str]) -> None:
    """Intent was reported at three in the afternoon of the 20th; whatever the word, it leaves no clock restarted."""
    facts = sorted([report("suicide_intent"), word], key=lambda fact: fact.at)
    said = after(*facts)
    assert said["open"] == left_open
    assert said["clocks"] == dict.fromkeys(left_open, Since(day(20), on(20, 15)))


def test_only_what_is_named_is_closed() -> None:
    named = talk(21, 1, door="page", assessed=("R10:self_harm:2026-11-20",))
    said = after(report("self_harm"), report("threat_to_others", hour=16), named)
    assert said["open"] == ["R14:threat_to_others:2026-11-20"]
    assert said["missing"] == {"R14:threat_to_others:2026-11-20": "a named person"}


def test_a_correction_of_a_correction_does_not_bring_the_first_back() -> None:
    first = talk(21, 1, "I1 I2", door="page", assessed=(INTENT,))
    second = talk(21, 1, "I1 I2", door="page", hour=12, assessed=(), corrects=first.name)
    third = talk(21, 2, "I1", door="page", hour=13, assessed=(INTENT,), corrects=second.name)
    assert after(report("suicide_intent"), first)["open"] == []
    assert after(report("suicide_intent"), first, second)["open"] == [INTENT]
    said = after(report("suicide_intent"), first, second, third)
    assert said["missing"] == {INTENT: "second person"}


def test_of_what_is_sent_the_later_arrival_counts_whatever_day_it_states() -> None:
    first, later = talk(21, 0), talk(21, 3, "I1 I2", hour=12, recorded_on=day(20))
    assert after(first, later)["tier"] == "crisis"
    rows = [replace(one, door="import", recorded_on=day(on)) for one, on in ((first, 21), (later, 20))]
    assert after(*rows, screen(22))["tier"] == "routine", "rows of a file go by the day recorded"


def test_two_talks_of_a_day_on_the_page_are_two() -> None:
    words = [talk(21, 2, door="page", assessed=()), talk(21, 1, door="page", hour=12, assessed=())]
    assert after(*words)["tier"] == "priority"
    assert after(*[talk(21, 2), talk(21, 1, hour=12)])["tier"] == "watch", "by the API the later one counts"


LEVEL_CASES = [
    ([talk(20, 2), talk(21, 1)], 1),
    ([talk(20, 2), talk(20, 1, "I3")], 2),
    ([talk(20, 3, "I1"), talk(21, 0, "I1")], 3),
    ([talk(20, 3, "I1"), talk(20, 0, "I3 I4")], 3),
    ([talk(20, 3, "I1"), talk(21, 1, "I1 I2")], 2),
    ([talk(20, 3, "I1"), talk(21, 1, "I1 I2"), talk(22, 2, "I1")], 2),
    ([talk(20, 3, ""), talk(21, 0, "I1")], 3),
    ([talk(20, 2, ""), talk(21, 0, "I1")], 0),
    ([talk(20, 2, ""), talk(20, 0, "I1")], 2),
    ([talk(20, 3, ""), talk(20, 0, "I1 I2")], 3),
    ([talk(20, 2, ""), talk(20, 1, "", hour=12)], 2),
    ([talk(20, 2), talk(21, 0, selection_reason="audit")], 2),
    ([talk(20, 1), talk(21, 2, selection_reason="audit")], 2),
    ([talk(20, 3), talk(21, 0, "I1 I2", selection_reason="audit")], 3),
    ([event(20, 3), talk(21, 1, "I1")], 3),
    ([event(20, 3), talk(21, 1, "I1 I2")], 2),
    ([event(20, 2, "referral"), talk(20, 0)], 2),
    ([event(20, 2, "referral"), talk(21, 0)], 0),
    ([talk(20, 2, kind="referral"), talk(20, 0, hour=12)], 2),
    ([talk(20, 1), talk(21, 0, "")], 1),
]


@pytest.mark.parametrize(("words", "level"), LEVEL_CASES)
def test_the_level_that_people_give(words: list[Found], level: int) -> None:
    said = after(*words)
    assert said["tier"] == ["routine", "watch", "priority", "crisis"][level]
    assert ("review" in said["queues"]) == (level == 3)


def test_time_closes_nothing() -> None:
    assert after(report("suicide_intent"), at=datetime(2031, 1, 1))["open"] == [INTENT]


@pytest.mark.parametrize(
    ("looked", "waits"),
    [
        ([], True),
        ([talk(20, 0, hour=17)], True),
        ([talk(21, 0)], False),
        ([Reached(on(21), "api", "Q", SCHOOL, day(20))], True),
        ([Reached(on(21), "api", "Q", SCHOOL, day(21), "guardian")], False),
        ([talk(20, 0, hour=17, assessed=("lead:bullying:2026-11-20",))], False),
    ],
)
def test_a_lead_waits_until_somebody_has_looked(looked: list[Fact], waits: bool) -> None:
    said = after(report("bullying"), report("bullying", hour=16), *looked)
    assert (said["leads"], "leads" in said["queues"]) == (["lead:bullying:2026-11-20"] * waits, waits)
    assert (said["tier"], said["open"]) == ("routine", [])
    assert after(report("transfer"))["queues"] == frozenset(), "a fact of the roster is no entry"


@pytest.mark.parametrize(
    ("then", "blind"),
    [
        ([], True),
        ([talk(26, 0, selection_reason="audit")], False),
        ([report("mood_abnormal", at=26)], True),
        ([report("manual", at=26)], True),
        ([report("self_harm", at=26)], False),
        ([report("self_harm", at=26), talk(27, 0)], False),
    ],
)
def test_blind_from_the_lot_until_the_talk_unless_there_is_danger(then: list[Fact], blind: bool) -> None:
    assert after(Drawn(on(25), "Q", SCHOOL), *then)["blind"] is blind


@pytest.mark.parametrize(
    ("level", "also", "tier", "left_open"),
    [
        (0, [], "crisis", [R02]),
        (3, [], "crisis", [R02]),
        (0, [talk(20, 0, "I1 I2", hour=13, school=SCHOOL)], "routine", []),
        (0, [screen(23)], "routine", []),
    ],
)
def test_a_word_of_a_run_that_was_withdrawn(level: int, also: list[Fact], tier: str, left_open: list[str]) -> None:
    """It closes nothing unless somebody else has brought it as well, and may still raise."""
    wrong = talk(20, level, "I1 I2", door="import", school=SCHOOL)
    facts = sorted([sheet(2), screen(19), wrong, screen(22), *also], key=lambda fact: fact.at)
    assert after(*facts)["open"] == []
    said = after(*facts, Withdrawn(on(24), "run-22"))
    assert (said["tier"], said["open"], "review" in said["queues"]) == (tier, left_open, level == 3)


def test_nobody_is_blind_over_danger_that_stood_before_the_lot() -> None:
    assert after(report("self_harm"), Drawn(on(25), "Q", SCHOOL))["blind"] is False


def test_a_talk_at_one_school_settles_no_event_that_another_filed_of_a_stranger() -> None:
    """Two persons of sch-2 find their Z well; at sch-1, whose roster has Z only later, there was an event before."""
    there = Enrolled(on(1), "Z", "sch-2")
    told = replace(event(20, 3), student="Z", school=SCHOOL)
    well = replace(talk(22, 0, "I1 I2"), student="Z", school="sch-2")
    facts = [there, screen(19, ("sch-2",)), told, well]
    assert after(*facts, student="Z", school="sch-2")["tier"] == "routine"
    moved = [Enrolled(on(23), "Z", SCHOOL), replace(there, at=on(23), left_on=day(22)), screen(24, (SCHOOL, "sch-2"))]
    assert after(*facts, *moved, student="Z")["tier"] == "crisis", "nobody had heard of it"
    later = replace(talk(25, 0, "I1 I2"), student="Z", school=SCHOOL)
    assert after(*facts, *moved, later, student="Z")["tier"] == "priority"
