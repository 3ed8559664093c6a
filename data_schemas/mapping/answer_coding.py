"""How the answers of a questionnaire are coded in a file: told by its words, or by what only one coding can hold, or
asked. Numbers that fit by their range alone are no proof: a scale that was written one higher fits as well."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data_schemas.cells import Texts, without_mark
from data_schemas.instruments import Coding, Instrument
from data_schemas.mapping.questions import Question, reference

# What exports write for an item that was not answered.
BLANKS = (
    *("-", "--", "—", "/", "N/A", "NA", "null", "NULL"),
    *("未填", "未答", "未作答", "无作答", "(空)", "(跳过)", "空", "跳过", "拒答", "拒绝回答", "不愿回答", "弃权"),
    *("缺考", "缺测", "缺席", "缺勤", "未测", "未测评", "未参加", "未参与", "未完成", "未做", "请假"),
)
# Numbers that statistics programs keep for no answer, where a coding does not have them.
NO_ANSWER = frozenset((-999, -99, -98, -97, -9, -8, -7, -1, 9, 88, 97, 98, 99, 888, 997, 998, 999))
FEWEST_SHEETS = 5  # with fewer that nobody gave the lowest answer says little
SHOWN, SHOWN_FROM, LONGEST = 6, 5, 16  # of answers that cannot be read: how many, from how many cells, how long
_WHOLE = re.compile(r"-?\d{1,4}")
HIGHER, LOWER = "written one higher", "written one lower"


@dataclass(frozen=True)
class Coded:
    """What stands for the coding in a mapping: a variant, a reference to a `question`, or None for the questionnaire's
    only one. A `note` is something to look at."""

    said: str | None
    question: Question | None = None
    note: str | None = None


def coding_of(name: str, instrument: Instrument, headers: Mapping[int, str], texts: Mapping[str, Texts]) -> Coded:
    """The coding in which every answer can be read, or the question which it is, by the `name` of the sheets."""
    counts = _counts(headers, texts)
    own = instrument.codings
    numbers = {int(text): n for text, n in counts.items() if _WHOLE.fullmatch(text)}
    words = [text for text in counts if not _WHOLE.fullmatch(text)]
    none = sorted(n for n in numbers if n in NO_ANSWER and not any(one.low <= n <= one.high for one in own))
    numbers = {number: n for number, n in numbers.items() if number not in none}
    if not numbers and not none and (choices := _lettered(own[0], words)):
        return _asked(name, instrument, choices)
    fitting = [one for one in own if all(_reads(one, text) for text in words)]
    if words and not fitting:
        return _named(
            name, instrument, own[0] if not instrument.must_declare_coding else None, _unread(instrument, counts)
        )
    if words and len(fitting) == 1 and not none and all(fitting[0].low <= n <= fitting[0].high for n in numbers):
        return _named(name, instrument, fitting[0])
    if own[1:]:
        choices = [choice for one in fitting for choice in _choices(one, numbers, len(headers), alone=False)]
        only = [one for one in own if [one.variant] == choices]
        if only and not words and not none and not instrument.must_declare_coding:
            return _named(name, instrument, only[0])  # a number that no other coding has
        return _asked(name, instrument, _with_blanks(choices, none))
    choices = _two_ways(own[0], numbers) or _choices(own[0], numbers, len(headers), alone=True)
    if choices == [own[0].variant] and not none:
        fits = all(own[0].low <= number <= own[0].high for number in numbers)
        return _named(name, instrument, own[0], None if fits else _unread(instrument, counts))
    return _asked(name, instrument, _with_blanks(choices, none))


def shifted(coding: Coding, numbers: Mapping[int, int], items: int) -> str | None:
    """How answers to so many items (number → how many cells) look that are written one higher or lower than the coding
    has them: nobody gave the lowest (highest) answer. None where they do not."""
    count = sum(numbers.values())
    if not count or (count < FEWEST_SHEETS * items and max(numbers) <= coding.high and min(numbers) >= coding.low):
        return None
    if min(numbers) > coding.low and max(numbers) <= coding.high + 1:
        return HIGHER
    if min(numbers) == coding.low - 1 >= 0 and max(numbers) < coding.high:
        return LOWER
    return None


def _choices(coding: Coding, numbers: Mapping[int, int], items: int, *, alone: bool) -> list[str]:
    """The readings of numbers under a coding."""
    found = []
    fits = all(coding.low <= number <= coding.high for number in numbers)
    below = coding.low - 1
    if fits or alone:
        found.append(coding.variant)
    if below >= 0 and below in numbers and all(below <= number <= coding.high for number in numbers):
        found.append(f"{coding.variant}, {below} = blank")
    if alone and (way := shifted(coding, numbers, items)) is not None:
        if not fits:
            found.remove(coding.variant)
        found.append(f"{coding.variant}, {way}")
    return found


def way_round(coding: Coding, numbers: Mapping[int, int]) -> list[str]:
    """Both readings of the answers 1 and 2 under a coding of two, such as yes and no: 1 is as often the yes as it is
    the lower one. None where the answers are others."""
    if coding.high != coding.low + 1 or coding.low != 0 or 2 not in numbers or not set(numbers) <= {0, 1, 2}:
        return []
    low, high = (next((w for w, code in coding.words.items() if code == n), str(n)) for n in (coding.low, coding.high))
    return [f"{coding.variant}, 1 = {first}, 2 = {second}" for first, second in ((high, low), (low, high))]


def _two_ways(coding: Coding, numbers: Mapping[int, int]) -> list[str]:
    return _with_blanks(way_round(coding, numbers), [0] if 0 in numbers else [])


def _with_blanks(choices: Sequence[str], none: Sequence[int]) -> list[str]:
    """The choices with the numbers that stand for no answer."""
    return [choice + "".join(f", {number} = blank" for number in none) for choice in choices]


def _lettered(coding: Coding, words: Sequence[str]) -> list[str]:
    """Both ways in which bare letters may stand for the answers: a form may write them from the lowest or from the
    highest. None where there are other words, or letters beyond the number of answers."""
    codes = range(coding.low, coding.high + 1)
    letters = [chr(ord("A") + place) for place in range(len(codes))]
    if not words or not {text.upper() for text in words} <= set(letters):
        return []
    written = [sorted(text for text in words if text.upper() == letter) or [letter] for letter in letters]
    return [
        ", ".join(
            [coding.variant, *(f"{text} = {code}" for texts, code in zip(written, way, strict=True) for text in texts)]
        )
        for way in (codes, codes[::-1])
    ]


def _asked(called: str, instrument: Instrument, choices: list[str]) -> Coded:
    code, given = instrument.code, choices or [one.variant for one in instrument.codings]
    name = f"{called}-coding"
    moved = any("written" in choice for choice in given)
    zh = "没有人选最低分，像是整体加了 1。怎样编码的？" if moved else "答案是怎样编码的？读反或读错会改变分数"
    en = (
        "nobody gave the lowest answer: it looks shifted by one. How is it coded?"
        if moved
        else "how are the answers coded? Read the wrong way they are reversed or shifted"
    )
    return Coded(reference(name), Question(id=name, ask=f"{code}：{zh} / {en}", choices=tuple(given)))


def _named(name: str, instrument: Instrument, coding: Coding | None, note: str | None = None) -> Coded:
    if coding is None:
        return _asked(name, instrument, [])
    return Coded(coding.variant if instrument.codings[1:] else None, note=note)


def _unread(instrument: Instrument, counts: Mapping[str, int]) -> str:
    """Which answers cannot be read; those that few cells have may be a text about somebody and are not shown."""
    known = {word for one in instrument.codings for word in one.words}
    strange = {text: n for text, n in counts.items() if not _WHOLE.fullmatch(text) and without_mark(text) not in known}
    shown = sorted(
        (text for text, n in strange.items() if n >= SHOWN_FROM and len(text) <= LONGEST),
        key=lambda text: strange[text],
    )
    named = f" ({', '.join(shown[::-1][:SHOWN])})" if shown else ""
    return f"{instrument.code}: some answers are neither numbers nor words of its coding{named}; give them in values"


def _counts(headers: Mapping[int, str], texts: Mapping[str, Texts]) -> Counter[str]:
    found: Counter[str] = Counter()
    for header in headers.values():
        for text, n in texts[header].counted().items():
            if text not in BLANKS:
                found[plain_answer(text)] += n
    return found


def plain_answer(text: str) -> str:
    """A number of points (`2分`) as a number, and any other answer as it stands."""
    bare = without_mark(text)
    return bare if _WHOLE.fullmatch(bare) else text


def _reads(coding: Coding, text: str) -> bool:
    return bool({text, without_mark(text)} & set(coding.words))
