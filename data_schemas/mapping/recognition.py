"""Which questionnaire the numbered columns of an export are, and how its answers are coded."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from data_schemas.cells import Texts, without_mark
from data_schemas.instruments import Coding, Instrument
from data_schemas.mapping.headers import Numbered
from runxin.errors import usage

# What exports write for an item that was not answered.
BLANKS = (
    *("-", "--", "—", "/", "N/A", "NA", "null", "NULL"),
    *("未填", "未答", "未作答", "无作答", "(空)", "(跳过)", "空", "跳过"),
)
SHOWN = 20  # characters of a header


def assigned(
    path: Path,
    sheet: str | None,
    groups: Sequence[Numbered],
    left: list[str],
    named: bool,
    known: Mapping[str, Instrument],
) -> Iterator[tuple[Numbered, Instrument, dict[int, str], bool]]:
    """Which questionnaire each group is, its headers by item, and whether the group's own numbers are the items'.

    Where questionnaires are `named`, those in `left` are taken off in order; otherwise they are told by names.
    """
    for group in groups:
        numbers = list(group.headers)
        if not named:
            one = _told(path, sheet, group, known)
            yield group, one, dict(group.headers), True
            continue
        if not left:
            return
        first = known[left[0]]
        if numbers[-1] <= first.items:
            yield group, first, dict(group.headers), True
            left.pop(0)
            continue
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
            yield group, known[code], dict(enumerate(mine, start=1)), False


def _told(path: Path, sheet: str | None, group: Numbered, known: Mapping[str, Instrument]) -> Instrument:
    """The questionnaire that the columns' prefix, the sheet or the file names, or the only one of that many items."""
    fitting = {code: one for code, one in known.items() if one.form == "items" and max(group.headers) <= one.items}
    prefix = _letters(group.prefix)
    for code in sorted(fitting, key=len, reverse=True):
        if prefix and prefix.removesuffix("q") in (code, code.rstrip("0123456789")):
            return fitting[code]
    for place in (group.prefix, sheet or "", path.stem):
        named = [code for code, one in fitting.items() if any(name in _letters(place) for name in _names(one))]
        if named:
            return fitting[max(named, key=len)]
    whole = [code for code, one in fitting.items() if one.items == len(group.headers)]
    if len(whole) == 1:
        return fitting[whole[0]]
    likely = f": {', '.join(sorted(whole))}" if whole else ""
    first = next(iter(group.headers.values()))[:SHOWN]
    raise usage(
        f"{path.name}: which questionnaire are the {len(group.headers)} columns such as {first}{likely}?",
        fix="say it with --instrument CODE; for several, each in the order of the columns",
    )


def _names(one: Instrument) -> list[str]:
    names = [_letters(one.code), _letters(one.label.en), _letters(one.label.zh)]
    return [name for name in names if len(name) > 2]


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def coding_of(
    instrument: Instrument, headers: Mapping[int, str], texts: Mapping[str, Texts], to_do: list[str]
) -> Coding | None:
    """The coding in which every answer can be read; None, with something to do, where it cannot be told."""
    answers = {text for header in headers.values() for text in texts[header].distinct} - set(BLANKS)

    def reads(coding: Coding, text: str) -> bool:
        return bool({text, without_mark(text)} & set(coding.words)) or (
            text.isdecimal() and coding.low <= int(text) <= coding.high
        )

    fitting = [coding for coding in instrument.codings if all(reads(coding, text) for text in answers)]
    if len(fitting) == 1 and not (instrument.must_declare_coding and all(map(str.isdecimal, answers))):
        return fitting[0]
    several = [coding.variant for coding in fitting or instrument.codings]
    if fitting and not instrument.must_declare_coding:
        if len(several) > 1:
            to_do.append(f"{instrument.code}: the answers fit the codings {', '.join(several)}; say which one it is")
        return fitting[0]
    if fitting:
        to_do.append(f"{instrument.code}: say how it is coded: {', '.join(several)}. Read the wrong way it is reversed")
        return None
    to_do.append(f"{instrument.code}: some answers are neither numbers nor words of its coding; give them in values")
    return instrument.coding
