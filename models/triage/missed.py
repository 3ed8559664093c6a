"""How many students with need are expected among those whom nobody is to speak with this week.

Below the line nobody looks, but for those drawn by lot. With too few of them the answer is that it cannot be estimated
(无法估计): silence about the others would read as "low risk".
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from data_schemas.codes import Tier
from models.triage.evidence import standings
from models.triage.facts import Piece, Word
from models.triage.words import in_force

# With n looked at and no case found the rate may still be 3/n (Hanley & Lippman-Hand 1983): 30 bound it by a tenth.
FEWEST_BY_LOT = 30
COVERED = 0.95  # by the interval: Jeffreys's, which holds for few and for none found (Brown, Cai & DasGupta 2001)


@dataclass(frozen=True)
class Missed:
    """What routine talks say of those below the line: `talks` were held by lot, `found` of them showed need (重点 or
    more). `value`, `low` and `high` count students; None while there are fewer than `needed` talks."""

    talks: int
    found: int
    needed: int = FEWEST_BY_LOT
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Spoken:
    """What was said and filed of a student with whom a routine talk was held."""

    words: Sequence[Word]
    pieces: Sequence[Piece] = ()

    @cached_property
    def held(self) -> tuple[Word, ...]:
        return tuple(held_blind(self))


def expected_missed(students: Iterable[Spoken], below: int, since: date = date.min) -> Missed:
    """`students` are those of routine talks held on the day `since` or later, pooled over the schools that draw by the
    same lot; `below` counts everyone enrolled at this school who is not scheduled, screened or not."""
    held = [word for one in students for word in one.held if word.observed_on >= since]
    talks, found = len(held), sum(word.level >= Tier.PRIORITY.ord for word in held)
    if talks < FEWEST_BY_LOT:
        return Missed(talks, found)
    from scipy.special import betaincinv  # a quarter of a second, paid by who asks for an interval

    ends = betaincinv(found + 0.5, talks - found + 0.5, [(1 - COVERED) / 2, (1 + COVERED) / 2])
    low = 0.0 if found == 0 else float(ends[0])
    high = 1.0 if found == talks else float(ends[1])
    return Missed(talks, found, FEWEST_BY_LOT, below * found / talks, below * low, below * high)


def held_blind(one: Spoken) -> Iterator[Word]:
    """The routine talks in force that were blind. Open evidence had ended that of the others: they count as of the
    floor's stream."""
    for word in in_force(one.words):
        if word.is_interview and word.blind and not _was_open(one, word):
            yield word


def _was_open(one: Spoken, talk: Word) -> bool:
    """Whether evidence known by the day of the talk was on file and open when the talk was told."""
    there = [
        piece
        for piece in one.pieces
        if not piece.floor.lead
        and piece.known_on <= talk.observed_on
        and (here := piece.here(talk.file)) is not None
        and here <= talk.received_at
    ]
    before = in_force(word for word in one.words if word.since < talk.since)
    return any(standing.is_open for standing in standings(there, before))
