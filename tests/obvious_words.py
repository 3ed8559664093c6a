"""What people's words do: which of them hold, what they close, and what level they give."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tests.obvious_evidence import Piece
from tests.obvious_facts import CRISIS, Found, Reached, Record, Since


@dataclass(frozen=True)
class Heard:
    """A word, when it arrived and since when it was known."""

    word: Found
    arrived: datetime
    known: Since
    taken_back: bool = False  # only withdrawn runs have brought it
    # Whether it stood, when another word came in, in the same file of an id as that did.
    in_file_of: Callable[[Record, datetime], bool] = lambda _fact, _arrived: True


@dataclass(frozen=True)
class Filed:
    """A piece of evidence: when it was filed, and since when it was known."""

    piece: Piece
    arrived: datetime
    known: Since
    # Whether it stood, when a word or a contact came in, in the same file of an id as that did.
    in_file_of: Callable[[Record, datetime], bool] = lambda _fact, _arrived: True


def is_named(word: Found) -> bool:
    return word.interviewer is not None


def by_two(word: Found) -> bool:
    """Two different persons together."""
    return is_named(word) and word.second_interviewer not in (None, word.interviewer)


def nobodys(word: Found) -> Found:
    """A word that only withdrawn runs have brought: nobody answers for it and it corrects none, but it may raise."""
    return replace(word, interviewer=None, second_interviewer=None, corrects=None)


def may_lower(word: Found) -> bool:
    """A named talk that is no routine interview: all that can close a piece or lower a level (31, 36)."""
    return word.kind == "interview" and is_named(word) and word.selection_reason != "audit"


def _came(one: Heard, undated: bool) -> tuple[date, datetime, date, int, int]:
    """Which of two words came later: a row of a file on the day it was recorded, what was sent when it arrived, and
    where a row of the same talk does not say its day, as they arrived. Where nothing says so, the higher level and
    fewer persons."""
    day = one.known.day if one.word.door == "import" and not undated else one.arrived.date()
    known = one.arrived.date() if undated else one.known.day
    return day, one.arrived, known, one.word.level, -(2 if by_two(one.word) else 1)


def _same_talk(one: Heard, other: Heard) -> bool:
    mine, theirs = one.word, other.word
    return (mine.interviewer, mine.observed_on, mine.kind) == (theirs.interviewer, theirs.observed_on, theirs.kind)


def _weighs_on(one: Heard) -> date:
    """Of a talk the day it was held; of an event, or what nobody answers for, not before it was known."""
    if may_lower(one.word):
        return one.word.observed_on
    return max(one.word.observed_on, one.known.day)


def in_force(heard: Sequence[Heard]) -> list[Heard]:
    """31: the words of one student without those that were corrected. A correction that was corrected itself does not
    bring back what it took the place of."""
    holding = []
    for one in heard:
        corrected = False
        same = [other for other in heard if _same_talk(one, other)]
        undated = any(other.word.door == "import" and other.word.recorded_on is None for other in same)
        for other in heard:
            if other.taken_back:
                continue  # it corrects nothing
            if other.word.corrects is not None:
                if other.word.corrects == one.word.name:
                    corrected = True
            elif (
                other.word.door in ("import", "api")
                and one.word.door != "page"
                and is_named(other.word)
                and _same_talk(one, other)
                and one.in_file_of(other.word, other.arrived)
                and _came(other, undated) > _came(one, undated)
            ):
                corrected = True
        if not corrected:
            holding.append(replace(one, word=nobodys(one.word)) if one.taken_back else one)
    return holding


def assesses(one: Heard, filed: Filed) -> bool:
    """31: whether a talk that holds assessed this piece."""
    if one.word.kind != "interview" or not is_named(one.word):
        return False
    if filed.arrived > one.arrived or filed.piece.day > one.word.observed_on:
        return False  # what is forwarded later nobody had seen, and what is of a later day had not happened
    if not filed.in_file_of(one.word, one.arrived):
        return False
    if one.word.assessed is not None:
        return filed.piece.key in one.word.assessed
    if one.word.door == "page" or not may_lower(one.word):
        return False  # a talk on a page that names none closes none, and a routine talk neither
    return filed.known.day < one.word.observed_on  # known before that day began


def missing_to_close(filed: Filed, holding: Sequence[Heard]) -> str | None:
    """Who must still assess a piece; None where it is closed."""
    people_together, by_name = 0, set()
    for one in holding:
        if assesses(one, filed):
            people_together = max(people_together, 2 if by_two(one.word) else 1)
            if one.word.assessed is not None:  # two records, by two persons, that both name it
                by_name |= {one.word.interviewer, one.word.second_interviewer} - {None}
    people_together = max(people_together, min(2, len(by_name)))
    if filed.piece.tier < CRISIS:
        return None if people_together >= 1 else "a named person"
    return {0: "two people", 1: "second person", 2: None}[people_together]


def human_level(holding: Sequence[Heard]) -> int:
    """The level that people's words give, 0 where nobody has said any."""
    words = [one.word for one in holding]
    lowering = [word for word in words if may_lower(word)]
    level = 0
    if lowering:
        newest = max(word.observed_on for word in lowering)
        for word in lowering:
            if word.observed_on == newest:
                level = max(level, word.level)
    for one in holding:
        word, day = one.word, _weighs_on(one)
        # What comes in after a talk the talk had not heard of, however early it happened.
        later = [
            other.word
            for other in holding
            if may_lower(other.word)
            and other.word.observed_on > day
            and other.arrived >= one.arrived
            and one.in_file_of(other.word, other.arrived)
        ]
        if word.level == CRISIS:  # 危机 by anyone: until two together on a later day found less
            stands = True
            for other in later:
                if by_two(other) and other.level < CRISIS:
                    stands = False
        elif may_lower(word):  # the newest day counts, and was counted, of all that its talks could have heard of
            stands = not any(
                other.word.observed_on == newest and one.in_file_of(other.word, other.arrived)
                for other in holding
                if may_lower(other.word)
            )
        else:  # 32, 36: events, referrals, routine and unnamed talks raise until a later named talk
            stands = not later
        if stands:
            level = max(level, word.level)
        if word.level == CRISIS and not any(other.observed_on > day + timedelta(days=182) for other in later):
            level = max(level, 2)  # half a year at 重点 at least, and until somebody then finds less
    return level


def somebody_looked(lead: Filed, holding: Sequence[Heard], contacts: Sequence[tuple[Reached, datetime]]) -> bool:
    """32: a contact on a later day than a lead was known, told when the lead was on file, or an interview that assessed
    it as any evidence (31). `contacts` are those that came about, with when they arrived."""
    for contact, arrived in contacts:
        if contact.contacted_on > lead.known.day and arrived >= lead.arrived and lead.in_file_of(contact, arrived):
            return True
    return any(assesses(one, lead) for one in holding)
