"""Which evidence is open. A table over every way in which a word may meet a piece."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from models.floors.concerns import source_of
from models.triage import PAGE, Contact, Piece, Word
from models.triage.evidence import SECOND_PERSON, assesses, standings
from models.triage.facts import same_record
from tests.factories import lead
from tests.triage_facts import AUDIT, CRISIS, PRIORITY, ROUTINE, WATCH, at, contact, day, event, piece, rule, talk

KEY = rule().evidence
OTHER = rule("R02").evidence
NAMED: dict[str, Any] = {"assessed": (KEY,)}
DANGER = piece(rule(level=CRISIS))

# A piece of day -9 that came in at eight that morning: which words assess it?
ASSESSES: list[tuple[str, Word, dict[str, Any], bool]] = [
    ("no list, a later day", talk(-8), {}, True),
    ("no list, the same day", talk(-9), {}, False),
    ("no list, before", talk(-10), {}, False),
    ("an empty list", talk(0, assessed=()), {}, False),
    ("a list of others", talk(0, assessed=(OTHER,)), {}, False),
    ("named", talk(0, **NAMED), {}, True),
    ("named among others", talk(0, assessed=(OTHER, KEY)), {}, True),
    ("named on the same day", talk(-9, **NAMED), {}, True),
    ("named at the moment of receipt", talk(-9, received_at=at(-9), **NAMED), {}, True),
    ("named a minute before receipt", talk(-9, received_at=at(-9, 7, 59), **NAMED), {}, False),
    ("named, held the day before it", talk(-10, received_at=at(0), **NAMED), {}, False),
    ("named by two, held long before it", talk(-20, 0, "A", "B", received_at=at(0), **NAMED), {}, False),
    ("blind without a list", talk(0, **AUDIT), {}, False),
    ("blind and named", talk(0, **AUDIT, **NAMED), {}, True),
    ("blind with an empty list", talk(0, assessed=(), **AUDIT), {}, False),
    ("nobody's name", talk(0, by=None), {}, False),
    ("nobody's name, named", talk(0, by=None, **NAMED), {}, False),
    ("a second name alone", talk(0, by=None, second="B"), {}, False),
    ("an event", event(0, interviewer="A"), {}, False),
    ("an event that names it", event(0, interviewer="A", **NAMED), {}, False),
    # On file only later: nobody could have seen it.
    ("filed before the word came in", talk(0), {"filed_at": at(0, 11)}, True),
    ("filed as the word came in", talk(0), {"filed_at": at(0, 12)}, True),
    ("filed after the word came in", talk(0), {"filed_at": at(0, 12, 1)}, False),
    ("filed before the word came in, named", talk(0, **NAMED), {"filed_at": at(0, 11)}, True),
    ("filed as the word came in, named", talk(0, **NAMED), {"filed_at": at(0, 12)}, True),
    ("filed after the word came in, named", talk(0, **NAMED), {"filed_at": at(0, 12, 1)}, False),
    ("received on the day of the talk", talk(0), {"received": at(0, 0, 1)}, False),
    ("received late the evening before", talk(0), {"received": at(-1, 23, 59)}, True),
    ("received after the word, named", talk(0, **NAMED), {"received": at(0, 12, 1)}, False),
    ("received as the word, named", talk(0, **NAMED), {"received": at(0, 12)}, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "fields", "expected"), [row[1:] for row in ASSESSES], ids=[row[0] for row in ASSESSES]
)
@pytest.mark.parametrize("level", [WATCH, PRIORITY, CRISIS])
def test_which_word_assesses_a_piece(word: Word, fields: dict[str, Any], expected: bool, level: int) -> None:
    one = piece(rule(level=level), **fields)
    assert assesses(word, one) is expected
    (standing,) = standings([one], [word])
    assert standing.is_open is (not expected or level == CRISIS)
    assert standing.assessed_by == ((word,) if expected else ())
    assert standing.lacks == (SECOND_PERSON if expected and level == CRISIS else None)
    assert standing.closed_by == (word if expected and level != CRISIS else None)


@pytest.mark.parametrize(("known", "received", "expected"), [(-9, -9, -9), (-9, -7, -7), (-7, -9, -7)])
def test_a_piece_is_known_when_it_is_told_and_here(known: int, received: int, expected: int) -> None:
    assert piece(rule(known_on=day(known)), at(received, 0, 30)).known_on == day(expected)


BOTH = talk(0, 0, "A", "B", **NAMED)
# 危机: the words and which of them closes it.
CRISES: list[tuple[str, list[Word], Word | None]] = [
    ("one word by one", [talk(0, **NAMED)], None),
    ("one word by one who signed twice", [talk(0, 0, "A", "A", **NAMED)], None),
    ("one word by two", [BOTH], BOTH),
    ("a list-less word by two", [talk(0, 0, "A", "B")], talk(0, 0, "A", "B")),
    ("a list-less word by two of the same day", [talk(-9, 0, "A", "B")], None),
    ("a blind word by two without a list", [talk(0, 0, "A", "B", **AUDIT)], None),
    ("by two, of another piece", [talk(0, 0, "A", "B", assessed=(OTHER,))], None),
    ("two words by two, both naming it", [talk(-1, **NAMED), talk(0, 0, "B", **NAMED)], talk(0, 0, "B", **NAMED)),
    ("two words by one, both naming it", [talk(-1, **NAMED), talk(0, **NAMED)], None),
    ("two list-less words by two", [talk(-1), talk(0, 0, "B")], None),
    ("one with a list, one without", [talk(-1, **NAMED), talk(0, 0, "B")], None),
    ("one without a list, one with", [talk(-1), talk(0, 0, "B", **NAMED)], None),
    ("two naming it, a list-less one after", [talk(-2, **NAMED), talk(-1, 0, "B", **NAMED), talk(0, 0, "C")],
     talk(-1, 0, "B", **NAMED)),
    ("three, one of them by two", [talk(-2, **NAMED), talk(-1, 0, "A", "B"), talk(0, **NAMED)], talk(-1, 0, "A", "B")),
    ("the newer of two by two", [talk(-2, 0, "A", "B"), talk(-1, 0, "C", "D")], talk(-1, 0, "C", "D")),
    ("two naming it, one blind", [talk(-1, **NAMED, **AUDIT), talk(0, 0, "B", **NAMED)], talk(0, 0, "B", **NAMED)),
]  # fmt: skip


@pytest.mark.parametrize(("words", "closing"), [row[1:] for row in CRISES], ids=[row[0] for row in CRISES])
def test_danger_takes_two_persons(words: list[Word], closing: Word | None) -> None:
    (standing,) = standings([DANGER], words)
    assert standing.closed_by == closing
    assert standing.is_open is (closing is None)
    assert standing.assessed_by == tuple(word for word in words if assesses(word, DANGER))
    assert standing.lacks == (SECOND_PERSON if closing is None and standing.assessed_by else None)
    (lower,) = standings([piece()], words)
    assert lower.closed_by == (lower.assessed_by[-1] if lower.assessed_by else None)
    assert lower.lacks is None


def report(known: int, **fields: Any) -> Piece:
    return piece(lead(evidence_on=day(known), known_on=day(known)), **fields)


LEADS: list[tuple[list[Contact], list[Word], Contact | Word | None]] = [
    ([], [], None),
    ([contact(-9)], [], None),
    ([contact(-10)], [], None),
    ([contact(-8)], [], contact(-8)),
    ([contact(-9), contact(-8), contact(0)], [], contact(-8)),
    ([contact(-9)], [talk(-8)], talk(-8)),
    ([contact(-8)], [talk(0, assessed=(lead(evidence_on=day(-9)).evidence,))],
     talk(0, assessed=(lead(evidence_on=day(-9)).evidence,))),
    ([contact(-8)], [talk(0, assessed=())], contact(-8)),
    ([], [talk(-9)], None),
]  # fmt: skip


@pytest.mark.parametrize(("contacts", "words", "closing"), LEADS)
def test_a_report_is_closed_by_a_contact_on_a_later_day_or_by_a_talk(
    contacts: list[Contact], words: list[Word], closing: Contact | Word | None
) -> None:
    (standing,) = standings([report(-9)], words, contacts)
    assert (standing.closed_by, standing.is_open, standing.lacks) == (closing, closing is None, None)


def test_a_contact_closes_no_report_that_was_forwarded_after_it() -> None:
    told = contact(-8).received_at
    for filed_at, is_open in [(told - timedelta(seconds=1), False), (told, False), (told + timedelta(seconds=1), True)]:
        (standing,) = standings([report(-9, filed_at=filed_at)], [], [contact(-8)])
        assert standing.is_open is is_open, filed_at
    again = [contact(-8), contact(0)]
    (standing,) = standings([report(-9, filed_at=at(-2))], [], again)
    assert standing.closed_by == contact(0)


@pytest.mark.parametrize("level", [WATCH, PRIORITY, CRISIS])
def test_a_contact_closes_nothing_but_a_report(level: int) -> None:
    (standing,) = standings([piece(rule(level=level))], [], [contact(-8), contact(0)])
    assert (standing.closed_by, standing.assessed_by, standing.lacks) == (None, (), None)


@pytest.mark.parametrize("word", [talk(0, **NAMED), talk(0, 0, "A", "B", **NAMED)])
def test_what_was_filed_again_as_graver_after_a_word_is_open(word: Word) -> None:
    first = piece(rule(level=PRIORITY))
    again = piece(rule(level=PRIORITY, severity=60), at(0, 13), filed_at=at(0, 13))
    graver, before = standings([first, again], [word])
    assert (graver.piece, graver.is_open, before.piece, before.is_open) == (again, True, first, False)


def test_evidence_stands_gravest_first() -> None:
    order = [
        piece(rule("R11", CRISIS, severity=1)),
        piece(rule("R02", PRIORITY, severity=70)),
        piece(rule("R03", PRIORITY, -5, severity=40)),
        piece(rule("R01", PRIORITY, -9, severity=40, evidence="a")),
        piece(rule("R01", PRIORITY, -9, severity=40, evidence="b"), at(-8)),
        piece(rule("R01", PRIORITY, -9, severity=40, evidence="b"), at(-7)),
        piece(rule("R20", WATCH, 0, severity=90)),
        piece(lead(evidence_on=day(0), known_on=day(0))),
    ]
    for n in range(len(order)):
        turned = order[n:] + order[:n]
        for mixed in (turned, turned[::-1]):
            assert [one.piece for one in standings(mixed, [])] == order


HISTORIES = [
    [talk(-1, **NAMED), talk(0, 0, "B", **NAMED)],
    [talk(-1), talk(0, 0, "A", "B", **AUDIT), event(0)],
    [talk(-9, 0, "A", "B"), talk(0, 0, "B", assessed=())],
    [talk(-8, 0, "A", "B"), talk(-9, **NAMED)],
]


@pytest.mark.parametrize("words", HISTORIES)
def test_pieces_together_stand_as_each_alone(words: list[Word]) -> None:
    pieces = [DANGER, piece(), piece(rule("R02", CRISIS, -1)), report(-9), piece(rule("R20", WATCH, 0))]
    alone = {id(one): standings([one], words, [contact(-8)])[0] for one in pieces}
    for order in permutations(pieces):
        for standing in standings(order, words, [contact(-8)]):
            assert standing == alone[id(standing.piece)]


@pytest.mark.parametrize("level", [ROUTINE, WATCH, PRIORITY, CRISIS])
@pytest.mark.parametrize("second", [None, "B"])
def test_no_list_less_or_blind_word_closes_evidence_of_its_own_day(level: int, second: str | None) -> None:
    for found in (rule(level=PRIORITY), rule(level=CRISIS), replace(rule(level=WATCH), history=True), lead()):
        one = piece(replace(found, evidence_on=day(0), known_on=day(0)))
        told = [talk(0, level, "A", second), talk(0, level, "C", second, **AUDIT), talk(1, level, "D", second, **AUDIT)]
        assert standings([one], told)[0].is_open


def test_a_contact_of_a_page_closes_no_report() -> None:
    called = Contact(day(0), at(0, 15), "guardian")
    assert not standings([report(-1)], [], [called])[0].is_open
    assert standings([report(-1)], [], [replace(called, door=PAGE)])[0].is_open


def test_who_reported_tells_reports_apart() -> None:
    events = np.array([None, None, None, "E-1", "E-2"], dtype=object)
    sources = {"source": np.array([0, 9, -1, 9, 9]), "source_event_id": events}
    told = [source_of(sources, row) for row in range(5)]
    assert told[:3] == ["school", "letterbox", ""]
    assert len(set(told)) == 5, "an id tells one report from another of the same source"
    assert told[3].startswith("letterbox#")
    assert "E-1" not in told[3], "the id of another system stays there"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a", "a", True),
        ("a", "b", False),
        (None, "b", True),
        ("a", None, True),
        (None, None, True),
        ("page:1", None, False),
        (None, "page:1", False),
        ("page:1", "page:1", True),
        ("page:1", "page:2", False),
    ],
)
def test_what_was_filed_without_a_record_may_rest_on_any(one: str | None, other: str | None, same: bool) -> None:
    assert same_record(one, other) is same


@pytest.mark.parametrize(
    ("file", "held", "listed", "closes"),
    [
        ("S (B)", -3, None, True),  # the same id: the school knew of it as that student's
        ("X (B)", -3, None, False),
        ("X (B)", 0, None, False),
        ("X (B)", 1, None, True),
        ("X (B)", -3, (KEY,), True),  # somebody says so
    ],
)
def test_a_talk_told_late_has_not_assessed_what_a_person_joined_since(
    file: str, held: int, listed: Any, closes: bool
) -> None:
    """A newer export of an old interview comes in after somebody found two ids to be one student."""
    apart = piece(filed_at=at(-9), file=file, joined_at=at(0), joined_to="S")
    told = talk(held, assessed=listed, received_at=at(2), recorded_on=day(2), file="S")
    assert assesses(told, apart) is closes


def test_when_evidence_was_in_a_file_is_told_of_its_own_the_one_it_was_joined_to_and_no_other() -> None:
    apart = piece(received=at(-2), filed_at=at(-1), file="S (B)", joined_at=at(0), joined_to="S")
    first = piece(received=at(-2), filed_at=at(-1), file="S (B)").here("S (B)")
    assert [apart.here(file) for file in ("S (B)", "S", "S (C)")] == [first, at(0), None]
