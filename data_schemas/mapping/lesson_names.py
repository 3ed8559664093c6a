"""Lessons as attendance records call them: 3, 第三节, 第1-2节, 上午第1节, 早读, 晚自习."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from data_schemas.cells import BadCell
from data_schemas.mapping.headers import of_numeral

MORNING = 4  # lessons before noon where nobody says otherwise
EARLY = re.compile(r"早|晨")
AFTER, LEAVE_OUT = "afternoon", "leave out"  # what a word that is no number may count as
_NUMERAL = re.compile(r"[一二三四五六七八九十]+")
_LESSON = re.compile(r"(上午|下午)?(?:第)?([\d、,和~至到-]+)(?:节课?|课时|课)?")
_SPAN = re.compile(r"(\d{1,2})(?:[~至到-](\d{1,2}))?")
_NAME = re.compile(r"(上午|下午)?(\d+)")
_MOST = 20


@dataclass(frozen=True)
class Lessons:
    """The lessons of a day in their order, by their names as `lessons_in` gives them; `others` come behind them."""

    names: tuple[str, ...]
    others: tuple[str, ...] = ()

    def place(self, name: str) -> int:
        """Which lesson of the day it is, counted from 1; raises `BadCell` where it is none of them."""
        every = (*self.names, *self.others)
        if name not in every:
            raise BadCell(f"no lesson of the mapping: {name}", f"its lessons are {', '.join(self.names)}")
        return every.index(name) + 1


def lessons_in(text: str) -> tuple[str, ...]:
    """The lessons that a cell names: 第1-2节 is 1 and 2, 上午第1节 is 上午1, a word such as 晚自习 is itself."""
    plain = _NUMERAL.sub(lambda found: str(of_numeral(found[0])), re.sub(r"[\s()]", "", text))
    found = _LESSON.fullmatch(plain)
    if found is None:
        return (plain,)
    half, names = found[1] or "", []
    for span in _SPAN.finditer(found[2]):
        first, last = int(span[1]), int(span[2] or span[1])
        if not 1 <= first <= last <= _MOST:
            raise BadCell("no span of lessons", "write it as 1-2, the first before the last")
        names += [f"{half}{number}" for number in range(first, last + 1)]
    return tuple(names) or (plain,)


def in_order(names: Iterable[str]) -> tuple[tuple[str, ...], int, tuple[str, ...]]:
    """The lessons of a file in the order of a day, how many of them lie before noon, and words that may be anything."""
    early: set[str] = set()
    before: set[str] = set()
    after: set[str] = set()
    words: set[str] = set()
    for name in names:
        plain = _NAME.fullmatch(name)
        if plain is None:
            (early if EARLY.search(name) else words).add(name)
        elif plain[1] == "上午" or (not plain[1] and int(plain[2]) <= MORNING):
            before.add(name)
        else:
            after.add(name)
    morning = [*sorted(early), *sorted(before, key=_number)]
    return (*morning, *sorted(after, key=_number)), len(morning), tuple(sorted(words))


def _number(name: str) -> int:
    return int(re.sub(r"\D", "", name))
