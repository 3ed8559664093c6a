"""Which questionnaire the numbered columns of an export are: by the columns' own prefix and words first, then by the
sheet's and the file's name. The number of columns confirms and never decides: where nothing names it, it is asked.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from data_schemas.instruments import Instrument
from data_schemas.mapping.headers import Numbered
from data_schemas.mapping.questions import NONE, Question
from runxin.errors import usage

SHOWN = 20  # characters of a header
# Words before an item's number that name no questionnaire.
# fmt: off
GENERIC = frozenset((
    "q", "qid", "item", "items", "question", "questions", "no", "num", "number", "v", "var", "x", "a", "b", "c", "s",
    "t", "i", "p", "col", "column", "field", "answer", "ans", "choice", "option", "the", "my", "pre", "post", "wave",
    "week", "time", "score", "scale", "form",
))
# fmt: on
_LATIN = re.compile(r"[a-z]+")
_TOTAL = re.compile(r"总分|总得分|^total(?: score)?$", re.IGNORECASE)
_NAMED_ZH = re.compile(r"[\u4e00-\u9fff]{2,}(?:量表|问卷|测验|测试)")


@dataclass(frozen=True)
class Recognised:
    """What a group of numbered columns is. `headers` are by item, `whole` says that the group's own numbers are the
    items'. Columns `behind` the items are left unread. Without an `instrument` one of `choices` is asked for."""

    group: Numbered
    instrument: Instrument | None
    headers: dict[int, str]
    whole: bool = True
    behind: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()  # of one that is scored elsewhere, all that the words may name

    @property
    def shown(self) -> str:
        return next(iter(self.group.headers.values()))[:SHOWN]


def recognised(
    path: Path,
    sheet: str | None,
    groups: Sequence[Numbered],
    left: list[str],
    named: bool,
    known: Mapping[str, Instrument],
) -> Iterator[Recognised]:
    """Which questionnaire each group is. Where questionnaires are `named`, those in `left` are taken off in order, and
    `none` stands for a group that is to be left unread."""
    for group in groups:
        if not named:
            yield _told(path, sheet, group, known)
        elif not left:
            return
        elif left[0] == NONE:
            left.pop(0)
        else:
            yield from _in_order(path, group, left, known)


def _in_order(path: Path, group: Numbered, left: list[str], known: Mapping[str, Instrument]) -> Iterator[Recognised]:
    first = known[left[0]]
    if max(group.headers) <= first.items or (_by_prefix(group, {first.code: first}) and 1 in group.headers):
        left.pop(0)
        yield _of(group, first)
        return
    # Numbered through, perhaps from a number above 1: questionnaires one after the other.
    rest = list(group.headers.values())
    run: list[str] = []
    while left and sum(known[code].items for code in run) < len(rest):
        run.append(left.pop(0))
    if sum(known[code].items for code in run) != len(rest):
        told = ", ".join(f"{code} {known[code].items}" for code in run)
        raise usage(
            f"{path.name} has {len(rest)} columns such as {rest[0][:SHOWN]}, and the items are {told}",
            fix="name the questionnaires in the order of their columns, with --instrument for each",
        )
    for code in run:
        mine, rest = rest[: known[code].items], rest[known[code].items :]
        yield Recognised(group, known[code], dict(enumerate(mine, start=1)), whole=False)


def _told(path: Path, sheet: str | None, group: Numbered, known: Mapping[str, Instrument]) -> Recognised:
    if group.choices:
        return Recognised(group, None, dict(group.headers), choices=(*group.choices, NONE))
    count, shorter = len(group.headers), set[str]()
    whole = sorted(code for code, one in known.items() if one.form == "items" and one.items == count)
    mine = _by_prefix(group, known) or _by_every(group, known)
    if not mine and not _foreign(f"{group.prefix} {_common(group)}"):
        mine = named_in(sheet or "", known) or named_in(path.stem, known)
        shorter = {code for code, one in mine.items() if one.form == "items" and one.items < count}
        mine = {code: one for code, one in mine.items() if code not in shorter}
    if not mine:
        return Recognised(group, None, dict(group.headers), choices=(*sorted(shorter), *whole, NONE))
    exact = {code: one for code, one in mine.items() if one.items == count}
    if len(exact or mine) > 1 and not all(one.form == "scores" for one in mine.values()):
        return Recognised(group, None, dict(group.headers), choices=(*sorted(exact or mine), NONE))
    found = _of(group, next(iter((exact or mine).values())))
    return replace(found, forms=tuple(mine)) if found.instrument and found.instrument.form == "scores" else found


def _by_every(group: Numbered, known: Mapping[str, Instrument]) -> dict[str, Instrument]:
    """Those that every header names, such as 「1、PHQ-9 第1题」."""
    named = [set(named_in(header, known)) for header in group.headers.values()]
    return {code: known[code] for code in known if all(code in codes for codes in named)}


def _common(group: Numbered) -> str:
    """What all headers of a group say beside their numbers; nothing where they differ."""
    said = {re.sub(r"\d", "", header) for header in group.headers.values()}
    return said.pop() if len(said) == 1 else ""


def _of(group: Numbered, one: Instrument) -> Recognised:
    """A group that is this questionnaire; what comes behind its items is no item. A form that numbers its questions
    through may begin its items above 1: as many columns as there are items are these in their order, and of any other
    number nobody can tell where the items begin."""
    if one.form == "scores":
        return Recognised(group, one, {})
    numbers = list(group.headers)
    through = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    if numbers[0] == 0 and through and len(numbers) == one.items:  # counted from 0
        return Recognised(group, one, dict(enumerate(group.headers.values(), start=1)), whole=False)
    if min(group.headers) > 1 and max(group.headers) > one.items:
        if len(group.headers) != one.items or not through:
            return Recognised(group, None, dict(group.headers), choices=(one.code, NONE))
        return Recognised(group, one, dict(enumerate(group.headers.values(), start=1)), whole=False)
    inside = {number: header for number, header in group.headers.items() if 1 <= number <= one.items}
    return Recognised(group, one, inside, behind=tuple(h for n, h in group.headers.items() if n not in inside))


def _by_prefix(group: Numbered, known: Mapping[str, Instrument]) -> dict[str, Instrument]:
    """Those that the words before the number name: `PHQ-9第1题`, `T1_PHQ1`, `CESD1`."""
    words = _words(group.prefix)
    joined = {"".join(words)} | set(words) | {word.removesuffix("q") for word in words}
    exact = {code: one for code, one in known.items() if joined & _stems(one)}
    return exact or named_in(group.prefix, known)


def named_in(place: str, known: Mapping[str, Instrument]) -> dict[str, Instrument]:
    """Those whose name stands in a text; of one within another (CES-D, CES-DC) the longest."""
    letters = _letters(place)
    found = {code: max(hits, key=len) for code, one in known.items() if (hits := _hits(letters, one))}
    longest = {
        code: name
        for code, name in found.items()
        if not any(name != other and name in other for other in found.values())
    }
    return {code: known[code] for code in longest}


def called(place: str, known: Mapping[str, Instrument]) -> dict[str, Instrument]:
    """Those whose name stands in a text or, where none does, the name that several forms have in common (SDQ)."""
    letters = _letters(place)
    return named_in(place, known) or {code: one for code, one in known.items() if _family(code) in letters}


_BESIDE_A_NAME = re.compile(
    r"[tw]?\d+|前测|后测|初测|复测|基线|随访|第?[一二三四][次轮波]?|分数?|量表|问卷|自评|他评|家长|教师"
)


def names_alone(header: str, one: Instrument) -> bool:
    """Whether a header is the name of a questionnaire and says nothing else but a wave or a form of it, so that its
    figure is the total: `PHQ-9` is, and `PHQ-9第一题` or `PHQ-9等级` is not."""
    rest = without_name(header, one)
    return rest != _letters(header) and not _BESIDE_A_NAME.sub("", rest)


def without_name(header: str, one: Instrument) -> str:
    """The letters and digits of a header without the longest name of a questionnaire that stands in it."""
    letters = _letters(header)
    names = sorted({*_hits(letters, one), *([_family(one.code)] if _family(one.code) in letters else [])}, key=len)
    return letters.replace(names[-1], "", 1) if names else letters


def _family(code: str) -> str:
    stem, form, _ = code.partition("_")
    return stem if form else code


def _hits(letters: str, one: Instrument) -> list[str]:
    return [name for name in _names(one) if name in letters]


def _stems(one: Instrument) -> set[str]:
    """What exports write before the number: the code, or the code without its own number or version."""
    code = _letters(one.code.partition("_")[0])
    return {code, code.rstrip("0123456789"), *(name for name in _names(one) if name.isascii())}


def _names(one: Instrument) -> list[str]:
    names = [
        _letters(one.code),
        _letters(one.label.en),
        _letters(one.label.zh),
        _letters(one.name.zh.partition("（")[0]),
    ]
    return [name for name in names if len(name) > 2]


def _foreign(prefix: str) -> bool:
    """Whether the words before the number name something, and nothing that is known."""
    latin = [word for word in _LATIN.findall(prefix.casefold()) if word not in GENERIC]
    return any(len(word) > 1 for word in latin) or bool(_NAMED_ZH.search(prefix))


def _words(text: str) -> list[str]:
    """The Latin words of a text with their numbers: `T1_PHQ-9第` holds t1, phq9 and phq."""
    return re.findall(r"[a-z]+[0-9]*", re.sub(r"(?<=[a-z])[-_ ](?=\d)", "", text.casefold()))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def platform_total(one: Instrument, headers: Sequence[str], alone: bool, known: Mapping[str, Instrument]) -> str | None:
    """The header of the total that the platform reckoned of this questionnaire: the one that names it, or the only one
    that names no other where it is `alone` in its file."""
    totals = [header for header in headers if _TOTAL.search(header)]
    named = [header for header in totals if named_in(header, {one.code: one}) or _by_stem(header, one)]
    others = {code: other for code, other in known.items() if code != one.code}
    free = (
        header
        for header in totals
        if not called(header, others) and not any(_by_stem(header, other) for other in others.values())
    )
    fitting = named or (list(free) if alone else [])
    return fitting[0] if len(fitting) == 1 else None


def _by_stem(header: str, one: Instrument) -> bool:
    """Whether a header has the short name of a questionnaire as a word of its own, as `PHQ总分` has."""
    return bool(set(_words(header)) & _stems(one))


def which(one: Recognised, path: Path, name: str) -> Question:
    """The question which questionnaire some columns are."""
    count = len(one.group.headers)
    named = "、".join(one.group.unsure)
    zh = f"；{named} 的措辞不同，也是它按次序的题吗？不是就答 none，再给题目编号" if named else ""
    en = (
        f"; {named} have other words: are they its items, in this order? If not: none, and number the items"
        if named
        else ""
    )
    return Question(
        id=name,
        ask=(
            f"{path.name}：{one.shown} 等 {count} 列是哪份量表？都不是选 none{zh} / which questionnaire are the "
            f"{count} columns such as {one.shown}? none of these: none; several, in order: --instrument CODE for "
            f"each{en}"
        ),
        choices=one.choices,
    )


def left_out(called_here: str, one: Instrument, group: Recognised) -> tuple[tuple[int, ...], Question | None]:
    """Items that the file does not have, or the question which ones: of a form that is numbered through without a gap
    nobody can tell which are left out."""
    absent = tuple(number for number in range(1, one.items + 1) if number not in group.headers)
    count = len(group.headers)
    if not absent or max(group.headers) == one.items or not group.whole or group.group.worded:
        return absent, None
    name = f"{called_here}-absent"
    every = tuple(range(1, one.items + 1))
    ask = (
        f"{one.code}：文件只有 {count} 题（共 {one.items} 题），少的是哪几题？写题号 / {count} of {one.items} items: "
        f"which {'ones are' if len(absent) > 1 else 'one is'} left out? Write the numbers{safety_among(one, every)}"
    )
    return absent, Question(id=name, ask=ask)


def safety_among(one: Instrument, items: Sequence[int]) -> str:
    """Those of the items that ask about safety, by number and name."""
    named = [f"{each.item} {each.zh} {each.en}" for each in one.critical if each.item in items]
    return f"; 涉及安全 / about safety: {', '.join(named)}" if named else ""
