"""Which evidence is open: what no named person has assessed, by name.

A word that lists what it assessed closes that and nothing else. One that came without a list, by import or a platform,
assessed what was known of the student before the day it was held on began, unless it was a blind routine talk. Neither
has assessed what was not in its own file when the word came in, nor what is of a later day than the talk. 危机 takes
two persons. Nothing else closes: no time, no score, no missing value. Since only words in force count, a correction
takes back what the corrected record had closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from data_schemas.codes import Tier
from models.triage.facts import PAGE, Contact, Piece, StudentFacts, Word

SECOND_PERSON = "second_person"


@dataclass(frozen=True)
class Standing:
    """A piece of evidence as it stands: open while `closed_by` is None. `assessed_by` are the words that assessed it
    so far. A lead is also closed by a contact on a later day than it was known, if it was on
    file when that came in. `lacks` says what is missing to close
    it ("second_person") where somebody has assessed it."""

    piece: Piece
    assessed_by: tuple[Word, ...] = ()
    closed_by: Word | Contact | None = None
    lacks: str | None = None

    @property
    def is_open(self) -> bool:
        return self.closed_by is None


def standings(pieces: Sequence[Piece], words: Sequence[Word], contacts: Sequence[Contact] = ()) -> list[Standing]:
    """Each piece as it stands, the gravest first; `words` are in force."""
    found = [_standing(piece, words, contacts) for piece in pieces]
    return sorted(found, key=_gravest)


def _standing(piece: Piece, words: Sequence[Word], contacts: Sequence[Contact]) -> Standing:
    assessed = tuple(word for word in words if assesses(word, piece))
    if not assessed:
        return Standing(piece, closed_by=next((contact for contact in contacts if _looks_at(contact, piece)), None))
    if piece.floor.tier is not Tier.CRISIS:
        return Standing(piece, assessed, assessed[-1])
    closing = next((word for word in reversed(assessed) if len(word.signed) > 1), None)
    named = [word for word in assessed if word.assessed is not None]
    if closing is None and len(frozenset().union(*(word.signed for word in named))) > 1:
        closing = named[-1]  # two persons, each with a record of the same evidence
    return Standing(piece, assessed, closing, None if closing is not None else SECOND_PERSON)


def assesses(word: Word, piece: Piece) -> bool:
    """Whether a word in force is an assessment of this piece, by one person or more."""
    if not word.is_interview:
        return False
    here = piece.here(word.file)
    if here is None or here > word.received_at or piece.floor.evidence_on > word.observed_on:
        return False
    if word.assessed is not None:
        return piece.key in word.assessed
    return not word.blind and piece.known_in(word.file) < word.observed_on


def taken_on(facts: StudentFacts, standing: Standing) -> bool:
    """Whether somebody has taken the student on, assessed a piece by name, or spoken with them, since it was known and
    stood in the file that they looked into: a call to a guardian, or a talk of the day before, has not looked after
    it."""
    piece = standing.piece
    spoken = [one for one in facts.attempts if one.reached and one.with_student and one.on >= piece.known_on]
    looked = [*facts.case.taken_on, *((one.file, one.received_at) for one in spoken)]
    looked += [(word.file, word.received_at) for word in standing.assessed_by]
    return any((here := piece.here(file)) is not None and at >= here for file, at in looked)


def _looks_at(contact: Contact, piece: Piece) -> bool:
    """Whether somebody has looked into a report: whoever was reached on a later day than it was known and on file. A
    contact of a page does not say so by itself: there the talk names what it assessed."""
    here = piece.here(contact.file)
    had_come = here is not None and contact.received_at >= here
    return contact.door != PAGE and piece.floor.lead and contact.on > piece.known_in(contact.file) and had_come


def _gravest(one: Standing) -> tuple[int, int, int, str, float]:
    floor = one.piece.floor
    grave = (-floor.tier.ord, -floor.severity, -floor.evidence_on.toordinal())
    return *grave, floor.evidence, one.piece.received_at.timestamp()
