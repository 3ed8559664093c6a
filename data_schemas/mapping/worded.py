"""Columns of items that are headed by the words of the questions alone, without a name or a number."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from data_schemas.cells import Texts
from data_schemas.instruments import Instrument
from data_schemas.mapping.draft_totals import names_score
from data_schemas.mapping.headers import FEWEST, Numbered, is_day_header, why_unread
from data_schemas.mapping.sheet_days import waves_in
from runxin.errors import bad_data

ALIKE = 0.4  # of the pairs of letters of the shorter text, so that two are one question
AHEAD = 0.15  # of any other question
SHORTEST = 3  # pairs of letters
BOTH = 2  # answers, yes and no
MOST_ANSWERS = 8  # different texts below an item
_ASIDE = re.compile(r"[(\[【〔].*?[)\]】〕]|[\W\d_]")
_WORD = re.compile(r"[a-z]+")


def worded(headers: Sequence[str], texts: Mapping[str, Texts], known: Mapping[str, Instrument]) -> list[Numbered]:
    """Groups of columns that are questions in words: by the questions of a questionnaire that is shipped with them, or
    else as many columns side by side, with answers in common, as a questionnaire has items.

    Raises `UserError` where some have the words of a questionnaire and nothing tells which of its items the others are,
    or a question stands twice.
    """
    left = [header for header in headers if _may_be_item(header, texts[header])]
    found = []
    for one in known.values():
        for wave in sorted({waves_in(header) for header in left}, key=sorted):
            mine = _by_words([header for header in left if waves_in(header) == wave], one, known)
            if len(mine) < FEWEST:
                continue
            of_wave = [header for header in left if waves_in(header) == wave]
            runs = [run for run in _side_by_side(headers, of_wave, texts) if {*run} & {*mine.values()}]
            group = _in_full(mine, runs, one, headers)
            found.append(replace(group, prefix=" ".join([group.prefix, *sorted(wave)])))
            left = [header for header in left if header not in group.headers.values()]
    left = [header for header in left if not names_score(header, known)]
    for run in _side_by_side(headers, left, texts):
        answers = {text for header in run for text in texts[header].distinct}
        choices = tuple(sorted(code for code, one in known.items() if one.items == len(run) and _fits(one, answers)))
        if choices:
            found.append(Numbered("", dict(enumerate(run, start=1)), None, choices=choices))
    return found


def _fits(one: Instrument, answers: set[str]) -> bool:
    """Whether answers may be those of a questionnaire: as many as it has, or one more or less, for blanks."""
    if one.form != "items":
        return False
    levels = {coding.high - coding.low + 1 for coding in one.codings}
    return any(abs(len(answers) - count) <= (0 if count == BOTH else 1) for count in levels)


def _in_full(mine: dict[int, str], runs: Sequence[Sequence[str]], one: Instrument, headers: Sequence[str]) -> Numbered:
    """The group of a questionnaire of which some items are known by their words: all of them; or, where the other
    columns stand in their order, with these as `unsure`; or a shorter form where there are no other columns."""
    others = [header for run in runs for header in run if header not in mine.values()]
    if len(mine) == one.items or not others:
        return Numbered(one.label.en, mine, None, worded=True)
    item, header = next(iter(mine.items()))
    run = next(run for run in runs if header in run)
    start = run.index(header) - item + 1
    window = dict(enumerate(run[max(start, 0) : start + one.items], start=1))
    if start < 0 or len(window) < one.items or any(window[item] != header for item, header in mine.items()):
        named = ", ".join(header for header in headers if header in others)
        what = (
            f"some columns have the words of {one.label.en}, and nothing tells which of its items others are: {named}"
        )
        raise bad_data(what, fix=f"write the numbers of the items before the words, such as {one.code}_1")
    unsure = tuple(header for number, header in window.items() if number not in mine)
    return Numbered(one.label.en, window, None, worded=True, unsure=unsure, choices=(one.code,))


def _may_be_item(header: str, column: Texts) -> bool:
    few = 0 < len(column.distinct) <= MOST_ANSWERS
    return few and why_unread(header) is None and not is_day_header(header)


def _by_words(headers: Sequence[str], one: Instrument, known: Mapping[str, Instrument]) -> dict[int, str]:
    """The items of a questionnaire whose words a header has, and the words of no other question so well."""
    if len(one.item_texts) < one.items:
        return {}
    every = [(other.code, item, text) for other in known.values() for item, text in _questions(other)]
    found: dict[int, str] = {}
    for header in headers:
        scores: dict[tuple[str, int], float] = {}
        for code, item, text in every:
            scores[code, item] = max(scores.get((code, item), 0.0), _alike(header, text))
        best = max(scores, key=lambda key: scores[key])
        second = max((score for key, score in scores.items() if key != best), default=0.0)
        if best[0] == one.code and scores[best] >= ALIKE and scores[best] - second >= AHEAD:
            if best[1] in found:
                fix = "two waves? Write T1_ and T2_ before the words"
                raise bad_data(f"{found[best[1]]} and {header} are one question of {one.label.en}", fix=fix)
            found[best[1]] = header
    return dict(sorted(found.items()))


def _questions(one: Instrument) -> Iterator[tuple[int, str]]:
    for item, words in one.item_texts.items():
        yield from ((item, words.zh), (item, words.en))


def _alike(header: str, text: str) -> float:
    mine, theirs = _pairs(header), _pairs(text)
    shorter = min(len(mine), len(theirs))
    if mine and mine == theirs:
        return 1.0
    return len(mine & theirs) / shorter if shorter >= SHORTEST else 0.0


def _pairs(text: str) -> frozenset[str]:
    """Pairs of neighbours: of Chinese letters, or of English words."""
    plain = _ASIDE.sub("", text.casefold())
    signs = _WORD.findall(text.casefold()) if plain.isascii() else list(plain)
    return frozenset(f"{first} {second}" for first, second in pairwise(signs))


def _side_by_side(headers: Sequence[str], left: Sequence[str], texts: Mapping[str, Texts]) -> Iterator[list[str]]:
    """Columns next to each other that have answers in common."""
    run: list[str] = []
    answers: set[str] = set()
    for header in [*headers, ""]:
        mine = set(texts[header].distinct) if header in left else set()
        if run and not mine & answers:
            yield run
            run, answers = [], set()
        if mine:
            run.append(header)
            answers |= mine
