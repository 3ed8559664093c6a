"""Which of a student's words are in force, whatever order they came in, and what they add up to."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from models.triage import Word
from models.triage.words import asked_on, confirmed_on, counts_on, human_level, in_force, raised_by_event, seen_on
from tests.triage_facts import AUDIT, CRISIS, PRIORITY, ROUTINE, WATCH, at, day, event, talk

PAGE: dict[str, Any] = {"door": "page"}
ROW: dict[str, Any] = {"door": "screening"}


def named(name: str, on: int = 0, level: int = ROUTINE, by: str | None = "A", **fields: Any) -> Word:
    return talk(on, level, by, word_id=name, **fields)


def told(n: int) -> dict[str, Any]:
    """Recorded and received on a later day than it was observed."""
    return {"recorded_on": day(n), "received_at": at(n, 12)}


FORCE: list[tuple[str, list[Word], list[str]]] = [
    ("nothing", [], []),
    ("one", [named("a")], ["a"]),
    # By identity: same kind, day and first interviewer; what was recorded last counts.
    ("came again later", [named("a", level=2), named("b", level=0, **told(1))], ["b"]),
    ("a row recorded later", [named("a", **told(1), **ROW), named("b", received_at=at(2), **ROW)], ["a"]),
    ("sent: it came last, whatever day it states", [named("a", **told(1)), named("b", received_at=at(2))], ["b"]),
    ("sent an hour later for yesterday", [named("a", **told(1)), named("b", level=3, received_at=at(1, 13))], ["b"]),
    ("sent at once: the day it states", [named("a", **told(1)), named("b", level=3, received_at=at(1, 12))], ["a"]),
    ("sent after a row of that day", [named("a", **ROW), named("b", received_at=at(0, 13))], ["b"]),
    ("sent before a row of a later day", [named("a", **told(1), **ROW), named("b", received_at=at(0, 13))], ["a"]),
    ("sent after a row, for a day before", [named("a", **told(1), **ROW), named("b", received_at=at(2))], ["b"]),
    ("same day recorded, came in later", [named("a", level=2), named("b", received_at=at(0, 13))], ["b"]),
    ("same moment: the graver", [named("a", level=2), named("b", level=1)], ["a"]),
    ("same moment and level: one person", [named("a"), named("b", second="B")], ["a"]),
    ("same moment and level: one person, other names", [named("b"), named("a", second="B")], ["b"]),
    ("the second is the first, so it is one person", [named("z", second="A"), named("a", second="B")], ["z"]),
    ("level goes before persons", [named("a", level=2, second="B"), named("b", level=1)], ["a"]),
    ("nothing tells them apart: the id does", [named("a"), named("b")], ["b"]),
    ("three times", [named("a", **told(1)), named("b", **told(3)), named("c", **told(2))], ["b"]),
    ("no day of recording: observed", [named("a", recorded_on=None), named("b", **told(1))], ["b"]),
    # What is no correction by identity.
    ("another day", [named("a"), named("b", 1)], ["a", "b"]),
    ("another interviewer", [named("a"), named("b", by="B")], ["a", "b"]),
    ("another kind", [named("a"), named("b", kind="referral")], ["a", "b"]),
    ("without a name", [named("a", by=None), named("b", by=None, **told(1))], ["a", "b"]),
    ("a name after none", [named("a", by=None), named("b", **told(1))], ["a", "b"]),
    ("the second person does not tell", [named("a", second="B"), named("b", second="C", **told(1))], ["b"]),
    # By name.
    ("by name", [named("a", level=2), named("b", corrects="a", **told(1))], ["b"]),
    ("by name, of another day and person", [named("a", -3), named("b", by="B", corrects="a")], ["b"]),
    ("by name, though recorded before", [named("a", **told(1)), named("b", corrects="a")], ["b"]),
    ("by name, that alone", [named("a"), named("b", **told(1)), named("c", corrects="a", **told(2))], ["b", "c"]),
    ("by name, unnamed", [named("a", by=None), named("b", by=None, corrects="a", **told(1))], ["b"]),
    ("a chain", [named("a"), named("b", corrects="a"), named("c", corrects="b")], ["c"]),
    ("a circle", [named("a", by="B", corrects="b"), named("b", by="C", corrects="a"), named("c", corrects="a"),
                  named("d", **told(1))], ["d"]),
    ("what is not there", [named("a"), named("b", corrects="x", **told(1))], ["a", "b"]),
    ("a newer export after a correction", [named("a", corrects="x"), named("b", **told(1))], ["b"]),
    ("a chain that ends first", [named("a", **told(2)), named("b", corrects="a"), named("c", corrects="b")], ["c"]),
    ("what is corrected took a place", [named("a"), named("b", **told(1)), named("c", 5, corrects="b")], ["c"]),
    # The page: itself alone, by name only.
    ("page twice", [named("a", **PAGE), named("b", **PAGE, **told(1))], ["a", "b"]),
    ("an import after a page", [named("a", **PAGE), named("b", **told(1))], ["a", "b"]),
    ("a page after an import", [named("a"), named("b", **PAGE, **told(1))], ["a", "b"]),
    ("page by name", [named("a", **PAGE), named("b", **PAGE, corrects="a")], ["b"]),
    ("an import beside a page", [named("a", **PAGE), named("b", **told(1)), named("c", **told(2))], ["a", "c"]),
]  # fmt: skip


@pytest.mark.parametrize(("words", "left"), [row[1:] for row in FORCE], ids=[row[0] for row in FORCE])
def test_which_words_are_in_force_whatever_order_they_came_in(words: list[Word], left: list[str]) -> None:
    for order in permutations(words):
        assert sorted(word.word_id for word in in_force(order)) == left


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ([named("a", 1), named("b", 0, by="B")], ["b", "a"]),
        ([named("a", received_at=at(0, 14)), named("b", by="B", received_at=at(0, 13))], ["b", "a"]),
        ([named("a", recorded_on=day(3)), named("b", by="B", received_at=at(0, 13))], ["a", "b"]),
        ([named("b"), named("a", by="B", level=3)], ["a", "b"]),
    ],
)
def test_words_in_force_stand_by_day_then_arrival_then_id(words: list[Word], order: list[str]) -> None:
    for each in permutations(words):
        assert [word.word_id for word in in_force(each)] == order


LEVELS: list[tuple[list[Word], int]] = [
    ([], -1),
    ([talk(0, ROUTINE)], ROUTINE),
    ([talk(0, ROUTINE), talk(0, WATCH, "B")], WATCH),
    ([talk(-1, PRIORITY), talk(0, ROUTINE)], ROUTINE),
    ([talk(-1, ROUTINE), talk(0, PRIORITY, **AUDIT)], PRIORITY),
    ([talk(-1, PRIORITY), talk(0, WATCH, **AUDIT)], PRIORITY),
    ([talk(0, ROUTINE, **AUDIT)], -1),
    ([talk(0, WATCH, **AUDIT)], WATCH),
    ([talk(0, WATCH, None)], WATCH),
    ([talk(0, ROUTINE, None)], -1),
    ([talk(0, ROUTINE), talk(0, PRIORITY, "B", **AUDIT)], PRIORITY),
    ([talk(-1, CRISIS), talk(0, WATCH)], CRISIS),
    ([talk(-1, CRISIS), talk(0, WATCH, "A", "A")], CRISIS),
    ([talk(-1, CRISIS), talk(0, WATCH, "A", "B")], PRIORITY),
    # Who was in 危机 is 重点 for half a year, and until somebody then finds less.
    ([talk(-183, CRISIS), talk(-9, ROUTINE, "A", "B"), talk(0, ROUTINE)], ROUTINE),
    ([talk(-182, CRISIS), talk(-9, ROUTINE, "A", "B"), talk(0, ROUTINE)], PRIORITY),
    ([talk(-183, CRISIS), talk(-9, ROUTINE, "A", "B"), talk(0, ROUTINE, None)], PRIORITY),
    ([talk(-183, CRISIS), talk(-9, ROUTINE, "A", "B"), talk(0, ROUTINE, **AUDIT)], PRIORITY),
    ([talk(-999, CRISIS), talk(-900, ROUTINE, "A", "B")], PRIORITY),
    ([talk(-1, CRISIS), talk(0, WATCH), talk(0, ROUTINE, "B")], CRISIS),
    ([talk(-1, CRISIS), talk(0, WATCH, "A", "B", **AUDIT)], CRISIS),
    ([talk(-1, CRISIS), talk(0, WATCH, None, "B")], CRISIS),
    ([talk(-1, CRISIS), talk(0, WATCH, "A", "B"), talk(0, CRISIS, "C")], CRISIS),
    ([talk(-1, CRISIS), talk(0, ROUTINE, "A", "B"), talk(0, PRIORITY, "C")], PRIORITY),
    ([talk(-2, CRISIS), talk(-1, ROUTINE, "A", "B"), event(0, WATCH)], PRIORITY),
    ([event(0, PRIORITY), talk(0, WATCH)], PRIORITY),
    ([event(0, ROUTINE)], -1),
    ([event(-1, WATCH), event(0, PRIORITY, "referral"), event(1, WATCH)], PRIORITY),
    ([event(0, CRISIS, "suspension")], -1),
    ([talk(-1, WATCH), event(0, CRISIS, "suspension")], WATCH),
]


@pytest.mark.parametrize(("words", "level"), LEVELS)
def test_the_tier_that_words_set(words: list[Word], level: int) -> None:
    for order in permutations(words):
        assert human_level(in_force(order)) == level


SPOKEN: list[tuple[list[Word], date | None, date | None, date | None]] = [
    # words, seen on, asked on, confirmed on
    ([], None, None, None),
    ([talk(0), talk(-3)], day(0), day(0), None),
    ([talk(0, **AUDIT), talk(-3)], day(0), day(-3), None),
    ([talk(0, CRISIS, None)], None, None, day(0)),
    ([talk(-3, CRISIS, **AUDIT)], day(-3), None, day(-3)),
    ([event(-3), event(-1), event(0, PRIORITY)], None, None, day(-1)),
    ([event(0, CRISIS, "suspension", interviewer="A")], None, None, None),
    ([talk(-5, CRISIS), talk(-4, WATCH, "A", "B")], day(-4), day(-4), day(-5)),
]  # fmt: skip


@pytest.mark.parametrize(("words", "seen", "asked", "confirmed"), SPOKEN)
def test_who_was_spoken_with_and_when(
    words: list[Word], seen: date | None, asked: date | None, confirmed: date | None
) -> None:
    assert (seen_on(words), asked_on(words), confirmed_on(words)) == (seen, asked, confirmed)


RAISED: list[tuple[str, list[Word], Word | None]] = [
    ("nothing", [], None),
    ("an event", [event(0, WATCH)], event(0, WATCH)),
    ("of level 0", [event(0, ROUTINE)], None),
    ("a later event of level 0 answers nothing", [event(-1, CRISIS), event(0, ROUTINE)], event(-1, CRISIS)),
    ("the gravest, not the newest", [event(-1, CRISIS), event(0, WATCH)], event(-1, CRISIS)),
    ("the gravest", [event(-1, WATCH), event(0, PRIORITY, "referral")], event(0, PRIORITY, "referral")),
    ("of two as grave the first told", [event(-1, PRIORITY), event(0, PRIORITY)], event(-1, PRIORITY)),
    ("an interview that names nobody", [talk(0, PRIORITY, None)], talk(0, PRIORITY, None)),
    ("a talk is none", [talk(0, CRISIS)], None),
    ("a blind talk is none", [talk(0, PRIORITY, **AUDIT)], None),
    ("a suspension is none", [event(0, CRISIS, "suspension")], None),
    ("followed on the next day", [event(-1, CRISIS), talk(0, CRISIS)], None),
    ("a talk of the same day may have been before", [event(0, CRISIS), talk(0, CRISIS)], event(0, CRISIS)),
    ("one followed, one not", [event(-3, CRISIS), talk(-1, WATCH, "A", "B"), event(0, WATCH)], event(0, WATCH)),
]


@pytest.mark.parametrize(("words", "found"), [row[1:] for row in RAISED], ids=[row[0] for row in RAISED])
def test_what_raises_the_tier_and_waits_for_a_talk(words: list[Word], found: Word | None) -> None:
    for order in permutations(words):
        assert raised_by_event(order) == found


def test_a_word_has_the_persons_that_it_names_each_once() -> None:
    rows = [("A", None, {"A"}), ("A", "A", {"A"}), ("A", "B", {"A", "B"}), (None, "B", set()), (None, None, set())]
    for first, second, persons in rows:
        assert talk(0, 0, first, second).persons == persons


def test_what_is_known_of_a_word_and_when() -> None:
    assert talk(0, recorded_on=day(2)).known_on == day(2)
    assert talk(0, recorded_on=None).known_on == day(0)
    kinds = [talk(), talk(by=None), event(), event(interviewer="A")]
    assert [one.is_interview for one in kinds] == [True, False, False, False]
    reasons = [talk(selection_reason=reason).blind for reason in ("audit", "ranked", "concern", "floor", None)]
    assert reasons == [True, False, False, False, False]
    assert timedelta(0) == talk().received_at.utcoffset() - timedelta(hours=8)  # type: ignore[operator]


def test_an_event_that_became_known_after_a_talk_is_not_settled_by_it() -> None:
    """Two persons found nothing; days later somebody tells of an attempt of the day before that talk."""
    held = named("a", 2, ROUTINE, second="B")
    for more in ({"door": "outcomes", "recorded_on": day(5)}, {**ROW, "recorded_on": day(5)}):
        told_later = named("e", 1, CRISIS, None, kind="crisis_event", received_at=at(5), **more)
        assert human_level([held, told_later]) == CRISIS, more
        assert raised_by_event([held, told_later]) == told_later
        assert human_level([held, told_later, named("b", 6, ROUTINE, second="B")]) == PRIORITY
        assert human_level([held, told_later, named("b", 5, ROUTINE, second="B")]) == CRISIS, "of the same day"
    known_then = named("e", 1, CRISIS, None, kind="crisis_event", **ROW, recorded_on=day(1))
    assert human_level([held, known_then]) == PRIORITY, "the talk knew of it"


def test_a_newer_export_without_days_of_record_takes_the_place_of_the_older_one() -> None:
    """It came later; that its rows do not say when they were recorded does not make them older."""
    both = named("a", second="B", recorded_on=day(3), received_at=at(4), **ROW)
    alone = named("b", recorded_on=None, received_at=at(5), **ROW)
    for words in permutations([both, alone]):
        assert [one.word_id for one in in_force(words)] == ["b"]
    together = named("b", recorded_on=None, received_at=at(4), **ROW)
    for words in permutations([both, together]):
        assert [one.word_id for one in in_force(words)] == ["b"], "the more careful one holds"


LATE: dict[str, Any] = {"received_at": at(2, 9), "recorded_on": day(0)}  # of day 0, and told on day 2
TOLD_LATE: list[tuple[str, Word, int]] = [
    ("an event that came in after the talk", event(0, PRIORITY, **LATE), PRIORITY),
    ("a referral", event(0, PRIORITY, kind="referral", **LATE), PRIORITY),
    ("危机 that two persons had not heard of", event(0, CRISIS, **LATE), CRISIS),
    ("a routine talk", talk(0, PRIORITY, word_id="lot", **AUDIT, **LATE), PRIORITY),
    ("at the moment of the talk's record", event(0, PRIORITY, received_at=at(1, 12), recorded_on=day(0)), ROUTINE),
]


@pytest.mark.parametrize(("word", "level"), [row[1:] for row in TOLD_LATE], ids=[row[0] for row in TOLD_LATE])
def test_a_talk_settles_nothing_that_came_in_after_it(word: Word, level: int) -> None:
    """However early it happened: whoever held the talk had not heard of it."""
    held = talk(1, ROUTINE, "A", "B")
    assert human_level([held, word]) == level
    if not word.is_interview:
        assert (raised_by_event([held, word]) == word) is (level > ROUTINE)
    later = talk(3, ROUTINE, "A", "B")
    assert human_level([held, word, later]) == (PRIORITY if word.level == CRISIS else ROUTINE)
    assert raised_by_event([held, word, later]) is None


def test_a_withdrawn_word_may_be_corrected_and_corrects_nothing() -> None:
    gone = named("gone", level=CRISIS, withdrawn=True, **ROW)
    assert [word.word_id for word in in_force([gone, named("sent", received_at=at(0, 15))])] == ["sent"]
    assert [word.word_id for word in in_force([gone, named("sent", 1, corrects="gone")])] == ["sent"]
    later = named("later", level=ROUTINE, withdrawn=True, received_at=at(1), recorded_on=day(1))
    by_name = named("by name", 1, by="B", withdrawn=True, corrects="said")
    for one in (later, by_name):
        left = in_force([named("said", level=PRIORITY), one])
        assert [(word.word_id, word.persons) for word in left if word.word_id != "said"] == [(one.word_id, frozenset())]
        assert human_level(left) == PRIORITY


@pytest.mark.parametrize(
    ("word", "on"),
    [
        (talk(0, recorded_on=day(2)), 0),
        (talk(0, recorded_on=day(2), **AUDIT), 2),
        (talk(0, PRIORITY, None, recorded_on=day(2)), 2),
        (event(0, recorded_on=day(2)), 2),
        (event(0, recorded_on=day(0)), 0),
    ],
    ids=["a talk told late", "a routine one", "nobody answers for it", "an event", "an event told at once"],
)
def test_a_talk_counts_on_its_day_and_all_else_from_when_it_was_known(word: Word, on: int) -> None:
    assert counts_on(word) == day(on)
