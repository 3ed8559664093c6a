"""Which words of people are in force, and the tier they set."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from data_schemas.codes import Tier
from models.triage.facts import PAGE, RAISING, SCREENING, ZONE, Word

HALF_YEAR = timedelta(days=182)  # how long who was in confirmed danger stays 重点 at least


def in_force(words: Iterable[Word]) -> list[Word]:
    """Without those that a later word corrects, by day observed and time of arrival.

    A correction names the record that it corrects, or is an import of the same kind, day and first interviewer: of
    several the one that was recorded last counts, and what was sent was recorded when it arrived, whatever day it
    states. Where nothing says which came last, the more careful one does: the highest level, and one person rather than
    two. Without an interviewer only a name makes a correction. A correction that is corrected itself does not bring
    back what it took the place of. One that is withdrawn may be corrected, and then counts as of nobody.
    """
    words = list(words)
    undated = {_what_of(word) for word in words if word.door == SCREENING and word.recorded_on is None}
    ordered = sorted(words, key=lambda word: _recorded(word, _what_of(word) in undated))
    corrects = {word.word_id: word.corrects for word in ordered if word.corrects is not None and not word.withdrawn}
    corrected = set(corrects.values())
    standing: list[Word] = []
    for word in ordered:
        if _came_again(word):
            same = [one for one in standing if one.door != PAGE and _what_of(one) == _what_of(word)]
            replaced = [one for one in same if word.heard_of(one)]
            gone = {one.word_id for one in replaced if word.word_id not in _named_by(one.word_id, corrects)}
            standing = [one for one in standing if one.word_id not in gone]
        if word.word_id not in corrected and not word.only_takes_back:
            standing.append(word)
    named = [word.of_nobody if word.withdrawn else word for word in standing]
    return sorted(named, key=lambda word: (word.observed_on, word.received_at, word.word_id))


def _recorded(word: Word, undated: bool) -> tuple[date, datetime, date, int, int, str]:
    """Rows of a dataset all arrive with it, so the day in the row tells their order; of what one request sends it tells
    the rest. Where a row of the same talk is `undated`, arrival alone does."""
    arrived = word.received_at.astimezone(ZONE).date()
    day = arrived if undated or word.door != SCREENING else word.known_on
    known = arrived if undated else word.known_on
    return day, word.received_at, known, word.level, -len(word.signed), word.word_id


def counts_on(word: Word) -> date:
    """The day from which a word weighs: of a talk the day it was held, of an event or of what nobody answers for not
    before it was known, since a talk before that has not looked into it."""
    if word.is_interview and not word.blind:
        return word.observed_on
    return max(word.observed_on, word.known_on)


def _came_again(word: Word) -> bool:
    """Whether a word may be a newer export of an earlier one, corrections among these. One that names what it corrects
    takes the place of that alone, and one that was recorded on a page is itself alone."""
    return word.door != PAGE and word.corrects is None and word.interviewer is not None and not word.withdrawn


def _named_by(word_id: str, corrects: Mapping[str, str]) -> set[str]:
    """What a word corrects by name, and what that did: none of these takes its place, however late it was recorded."""
    found: set[str] = set()
    while (earlier := corrects.get(word_id)) is not None and earlier not in found:
        found.add(earlier)
        word_id = earlier
    return found


def _what_of(word: Word) -> tuple[str, date, str | None]:
    return word.kind, word.observed_on, word.interviewer


def human_level(words: Sequence[Word]) -> int:
    """The ordinal of the tier that people's words set, -1 where nobody has said anything; `words` are in force.

    What the newest day's interviews by named persons found, the highest of them. 危机 that anybody found stays until
    two persons, on a later day, found less: together, or on a page each with an own sign-in. Crisis events, referrals,
    and interviews that name nobody or were by lot raise the tier as their level says, until such an interview of a
    later day that came in after them, and never lower it. Nobody's word settles what was said of another id before
    somebody found the two to be one. Who was in 危机 stays 重点 for half a year at least, and then
    until such an interview finds less: no time lowers anybody by itself.
    """
    raising = [word for word in words if word.kind in RAISING]
    interviews = [word for word in raising if _settles(word)]
    newest = max((word.observed_on for word in interviews), default=None)
    level = max((word.level for word in interviews if word.observed_on == newest), default=-1)
    for word in raising:
        if word.level > 0 and word.level > level and not _settled(word, interviews):
            level = word.level
    danger = [word for word in raising if word.level == Tier.CRISIS.ord]
    if level < Tier.PRIORITY.ord and not all(_followed(word, interviews, HALF_YEAR) for word in danger):
        level = Tier.PRIORITY.ord
    return level


def _settles(word: Word) -> bool:
    return word.is_interview and not word.blind


def _settled(word: Word, interviews: Sequence[Word]) -> bool:
    """Whether what a word found is settled by what `interviews` found later. An event that came in after them nobody
    had heard of, however early it happened."""
    if word.level < Tier.CRISIS.ord and _settles(word):  # the newest day's speak, of all that they had heard of
        newest = max(one.observed_on for one in interviews)
        return any(one.observed_on == newest and one.heard_of(word) for one in interviews)
    if word.level == Tier.CRISIS.ord:
        less = [one for one in interviews if one.level < word.level]
        signed = [one.signed for one in less if one.door == PAGE and _followed(word, [one])]
        if len(frozenset[str]().union(*signed)) > 1:
            return True  # two accounts, each with a record of its own
        interviews = [one for one in less if len(one.signed) > 1]
    return _followed(word, interviews)


def seen_on(words: Iterable[Word]) -> date | None:
    """The day of the newest interview by a named person; `words` are in force."""
    return max((word.observed_on for word in words if word.is_interview), default=None)


def asked_on(words: Iterable[Word]) -> date | None:
    """The day of the newest of them that was no blind one by lot: who was spoken with for a reason was asked, but not
    where the record says that nothing was assessed."""
    return max((word.observed_on for word in words if word.asks), default=None)


def confirmed_on(words: Iterable[Word]) -> date | None:
    """The day on which 危机 was last found."""
    found = (word.observed_on for word in words if word.kind in RAISING and word.level == Tier.CRISIS.ord)
    return max(found, default=None)


def raised_by_event(words: Sequence[Word]) -> Word | None:
    """Of the words that raise the tier without a named person's interview and that none has followed yet, the gravest,
    and of several the one that was told first."""
    interviews = [word for word in words if word.is_interview]
    raising = [word for word in words if word.kind in RAISING and not word.is_interview and word.level > 0]
    left = [word for word in raising if not _followed(word, interviews)]
    return min(left, key=lambda word: (-word.level, word.since, word.word_id), default=None)


def _followed(word: Word, interviews: Sequence[Word], after: timedelta = timedelta()) -> bool:
    since = counts_on(word) + after
    later = [one for one in interviews if one.observed_on > since and one.received_at >= word.received_at]
    return any(one.heard_of(word) for one in later)
