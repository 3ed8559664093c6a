"""How many with need are expected below the line: routine talks in force, an interval, and from how many on."""

from dataclasses import replace
from typing import Any

import pytest
from scipy.stats import beta

from models.triage import Piece, Word
from models.triage.missed import Missed, Spoken, expected_missed
from tests.factories import lead
from tests.triage_facts import AUDIT, CRISIS, PRIORITY, ROUTINE, WATCH, at, day, event, piece, rule, talk


def talks(n: int, level: int = ROUTINE) -> list[Spoken]:
    """One routine talk with each of `n` students."""
    return [Spoken([talk(0, level, **AUDIT)]) for _ in range(n)]


@pytest.mark.parametrize("found", [0, 1, 29])
def test_too_few_talks_are_no_estimate(found: int) -> None:
    held = talks(29 - found) + talks(found, PRIORITY)
    assert expected_missed(held, 900) == Missed(29, found, 30, None, None, None)


@pytest.mark.parametrize(("n", "found"), [(30, 0), (30, 1), (30, 15), (30, 29), (30, 30), (31, 1), (60, 2)])
def test_the_estimate_has_an_interval(n: int, found: int) -> None:
    said = expected_missed(talks(n - found) + talks(found, PRIORITY), 900)
    low, high = beta(found + 0.5, n - found + 0.5).ppf([0.025, 0.975])
    assert (said.talks, said.found, said.needed, said.value) == (n, found, 30, 900 * found / n)
    assert said.low == pytest.approx(900 * (low if found else 0))
    assert said.high == pytest.approx(900 * (high if found < n else 1))
    assert expected_missed(talks(n), 0).high == 0


@pytest.mark.parametrize(("level", "found"), [(ROUTINE, 0), (WATCH, 0), (PRIORITY, 30), (CRISIS, 30)])
def test_need_is_priority_or_more(level: int, found: int) -> None:
    assert expected_missed(talks(30, level), 100).found == found


UNCOUNTED = [
    talk(0, PRIORITY),
    talk(0, PRIORITY, None, **AUDIT),
    event(0, PRIORITY, **AUDIT),
    talk(0, PRIORITY, selection_reason="concern"),
]


@pytest.mark.parametrize("word", UNCOUNTED)
def test_only_routine_talks_by_a_named_person_count(word: Word) -> None:
    assert expected_missed([*talks(29), Spoken([word])], 100) == Missed(29, 0)


def test_a_corrected_talk_counts_once_and_as_corrected() -> None:
    later: dict[str, Any] = {"word_id": "again", "recorded_on": day(1), "received_at": at(1)}
    corrected = Spoken([talk(0, PRIORITY, **AUDIT), talk(0, ROUTINE, **AUDIT, **later)])
    said = expected_missed([*talks(29), corrected], 100)
    assert (said.talks, said.found) == (30, 0)
    assert expected_missed([*talks(28), corrected], 100).value is None
    two = Spoken([talk(-7, PRIORITY, **AUDIT), talk(0, ROUTINE, **AUDIT)])
    assert expected_missed([*talks(28), two], 100).talks == 30


HELD = talk(0, PRIORITY, **AUDIT)
OPEN, KEY = piece(), rule().evidence
# What was filed and said beside a routine talk, and whether the talk was blind.
BLIND: list[tuple[str, list[Piece], list[Word], bool]] = [
    ("nothing on file", [], [], True),
    ("open for days", [OPEN], [], False),
    ("danger, one person so far", [piece(rule(level=CRISIS))], [talk(-1, 0, "B", assessed=(KEY,))], False),
    ("closed before", [OPEN], [talk(-1, 0, "B", assessed=(KEY,))], True),
    ("closed by the talk itself", [OPEN], [], False),
    ("closed after it", [OPEN], [talk(1, 0, "B", assessed=(KEY,))], False),
    ("came the same morning", [piece(rule(on=0), at(0, 9), filed_at=at(0, 9))], [], False),
    ("filed after it was told", [piece(rule(on=0), at(0, 13), filed_at=at(0, 13))], [], True),
    ("an old sheet that came after it", [piece(rule(), at(1), filed_at=at(1))], [], True),
    ("known on a later day, of one dataset", [piece(rule(on=-9, known_on=day(1)), filed_at=at(0, 12))], [], True),
    ("a report that opens no tier", [piece(lead(evidence_on=day(-9), known_on=day(-9)))], [], True),
]


@pytest.mark.parametrize(("pieces", "words", "blind"), [row[1:] for row in BLIND], ids=[row[0] for row in BLIND])
@pytest.mark.parametrize("named", [None, (KEY,)])
def test_a_talk_over_open_evidence_was_not_blind(
    pieces: list[Piece], words: list[Word], blind: bool, named: tuple[str, ...] | None
) -> None:
    one = Spoken([*words, replace(HELD, assessed=named)], pieces)
    said = expected_missed([*talks(29), one], 100)
    assert (said.talks, said.found) == ((30, 1) if blind else (29, 0))


def test_talks_of_before_the_time_that_is_asked_for_are_left_out() -> None:
    assert expected_missed(talks(30), 100, day(0)).talks == 30
    assert expected_missed(talks(30), 100, day(1)).talks == 0


def test_evidence_that_came_at_the_moment_of_the_talk_was_open() -> None:
    said = talk(0, PRIORITY, **AUDIT)
    there = piece(rule(on=0), said.received_at)
    assert expected_missed([*talks(29), Spoken([said], [there])], 100) == Missed(29, 0)
