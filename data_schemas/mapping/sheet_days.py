"""On which day the sheets of a file were filled in: by a column, by the wave that its header names, or asked.

A sheet that has answers and no day of its own keeps the day that most sheets of the file have, and is marked.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from data_schemas.cells import BadCell, Texts, moment
from data_schemas.mapping.headers import Numbered, is_day_header
from data_schemas.mapping.questions import Question, reference, toml_list, toml_text

# What tools write where they keep no day: LimeSurvey's anonymous answers, and the zero of some clocks.
NO_DAYS = (date(1980, 1, 1), date(1970, 1, 1), date(1900, 1, 1), date(1899, 12, 30), date(1899, 12, 31))
READ = 0.9  # of a column's texts, so that it is one of days
_WAVE = re.compile(r"[tw]\d+|前测|后测|初测|复测|基线|随访|第[一二三四1-4][次轮波]", re.IGNORECASE)
_LAST = re.compile(r"提交|完成|结束|submit|end|complet", re.IGNORECASE)


@dataclass(frozen=True)
class Day:
    """`said` is the header, a reference to a `question`, or a day as text (`constant`). `fallback` is the file's own
    day for sheets without one, `blanks` are texts that say that there is none."""

    said: str
    header: str | None = None
    question: Question | None = None
    note: str | None = None
    constant: bool = False
    fallback: date | None = None
    blanks: tuple[str, ...] = ()
    days: tuple[date, ...] = ()


def day_of(
    name: str, group: Numbered, columns: Mapping[str, str], texts: Mapping[str, Texts], as_of: date | None
) -> Day:
    """The day of the sheets of a group of items; `name` is for a question."""
    own = columns.get("administered_on") or columns.get("submitted_at")
    possible = [header for header in texts if header not in columns.values() and _holds_days(header, texts[header])]
    waves = waves_in(group.prefix)
    of_wave = [header for header in possible if waves & waves_in(header)]
    if len(of_wave) == 1:
        return _read(of_wave[0], texts)
    if own is not None:
        return _read(own, texts)
    last = [header for header in possible if _LAST.search(header)]
    for fitting in (possible, last):
        if len(fitting) == 1:
            return _read(fitting[0], texts)
    identity = f"{name}-day"
    if possible:
        ask = f"{name}：哪一列是测评日期？ / which column has the day of the test?"
        question = Question(id=identity, ask=ask, choices=tuple(possible))
        return Day(reference(identity), question=question)
    said = as_of.isoformat() if as_of is not None else ""
    ask = (
        f"{name}：没有测评日期，是哪一天做的（如 2026-03-30）？ / no column with the day of the test: which day was it?"
    )
    return Day(reference(identity), question=Question(id=identity, ask=ask, answer=said), constant=True)


def day_of_wave(name: str, shown: str, day: Day) -> Day:
    """The day of one of several waves for which a file has but one column of days."""
    identity = f"{name}-day"
    ask = (
        f"{name}（{shown} 等列）：哪一天做的？写日期（如 2026-03-30），或填列名 {day.header} / on which day was this "
        f"wave filled in? A day, or {day.header} where that column is of this wave"
    )
    return Day(reference(identity), question=Question(id=identity, ask=ask), days=day.days)


def waves_in(text: str) -> frozenset[str]:
    """The waves that a header names, such as T1 or 前测."""
    return frozenset(wave.casefold() for wave in _WAVE.findall(text))


def days_in(column: Texts) -> Counter[date]:
    """The days of a column, each with its cells, as far as they can be read and are days of a test."""
    found: Counter[date] = Counter()
    for text, n in column.counted().items():
        try:
            found[moment(text).date()] += n
        except BadCell:
            continue  # the import names it
    return Counter({day: n for day, n in found.items() if day not in NO_DAYS})


def _read(header: str, texts: Mapping[str, Texts]) -> Day:
    days = days_in(texts[header])
    blanks = tuple(text for text in texts[header].distinct if _is_none(text))
    usual = max(days, key=lambda day: (days[day], day)) if days else None
    return Day(header, header, fallback=usual, blanks=blanks, days=tuple(days))


def _is_none(text: str) -> bool:
    try:
        return moment(text).date() in NO_DAYS
    except BadCell:
        return False


def _holds_days(header: str, column: Texts) -> bool:
    if not column.distinct or not is_day_header(header):
        return False
    return _read_share(column.distinct) >= READ


def _read_share(distinct: Sequence[str]) -> float:
    read = 0
    for text in distinct:
        try:
            moment(text)
            read += 1
        except BadCell:
            continue
    return read / len(distinct)


def day_text(day: Day) -> str:
    """The day as a cell of a mapping."""
    if day.constant:
        return f"{{ constant = {toml_text(day.said)} }}"
    if day.fallback is None:
        return toml_text(day.said)
    blanks = f", missing = {toml_list(day.blanks)}" if day.blanks else ""
    return f"{{ column = {toml_text(day.said)}, fallback = {day.fallback.isoformat()}{blanks} }}"
