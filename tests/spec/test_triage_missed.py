"""How many with need are expected below the line: routine talks in force, an interval, and from how many on."""

from typing import Any

import pytest
from scipy.stats import beta

from models.triage import Word
from models.triage.missed import Missed, expected_missed
from tests.triage_facts import AUDIT, CRISIS, PRIORITY, ROUTINE, WATCH, at, day, event, talk


def talks(n: int, level: int = ROUTINE) -> list[list[Word]]:
    """One routine talk with each of `n` students."""
    return [[talk(0, level, **AUDIT)] for _ in range(n)]


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
    assert expected_missed([*talks(29), [word]], 100) == Missed(29, 0)


def test_a_corrected_talk_counts_once_and_as_corrected() -> None:
    later: dict[str, Any] = {"word_id": "again", "recorded_on": day(1), "received_at": at(1)}
    corrected = [talk(0, PRIORITY, **AUDIT), talk(0, ROUTINE, **AUDIT, **later)]
    said = expected_missed([*talks(29), corrected], 100)
    assert (said.talks, said.found) == (30, 0)
    assert expected_missed([*talks(28), corrected], 100).value is None
    two = [talk(-7, PRIORITY, **AUDIT), talk(0, ROUTINE, **AUDIT)]
    assert expected_missed([*talks(28), two], 100).talks == 30
