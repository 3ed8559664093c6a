"""The questionnaires of an export: which they are, how they are coded, and on which day each was filled in."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from data_schemas.cells import Texts
from data_schemas.instruments import Instrument
from data_schemas.mapping.answer_coding import coding_of
from data_schemas.mapping.coding_by_total import told_by_total
from data_schemas.mapping.draft_export import Questionnaire
from data_schemas.mapping.draft_head import Head
from data_schemas.mapping.draft_open import UNKNOWN, Open
from data_schemas.mapping.headers import Numbered, maybe_items, numbered
from data_schemas.mapping.no_items import which_are_none, without_checks
from data_schemas.mapping.questions import Question, reference
from data_schemas.mapping.recognition import Recognised, left_out, platform_total, recognised, safety_among, which
from data_schemas.mapping.sheet_days import Day, day_of, day_of_wave
from data_schemas.mapping.worded import worded

# Words in the names of a file, and before facts of a student, where somebody else filled the form in.
OTHERS = re.compile("家长|教师|parent|teacher", re.IGNORECASE)
CHILD = re.compile("孩子|子女")


def groups_in(
    head: Head, others: Collection[str], texts: Mapping[str, Texts], known: Mapping[str, Instrument], named: bool
) -> list[Numbered]:
    """The groups of columns that are numbered, or questions in words, and not among the `others`, in the order of the
    file. Where somebody `named` the questionnaires, columns that may be anything are none beside numbered ones."""
    free = [header for header in head.once if header not in others]
    found = numbered(maybe_items(free))
    taken = {header for group in found for header in group.headers.values()}
    in_words = worded([header for header in free if header not in taken], texts, known)
    found += [group for group in in_words if not (named and taken and group.choices)]
    return sorted(found, key=lambda group: min(map(head.once.index, group.headers.values())))


def questionnaires_in(
    head: Head,
    groups: Sequence[Numbered],
    codes: list[str],
    named: bool,
    columns: Mapping[str, str],
    texts: Mapping[str, Texts],
    known: Mapping[str, Instrument],
    opened: Open,
    as_of: date | None,
) -> list[Questionnaire]:
    """What each group of numbered columns is. Codes that are used are taken off `codes`."""
    students = set(texts[columns["student_id"]].distinct)
    found: list[Questionnaire] = []
    asked, checks = without_checks(groups)
    if checks:
        opened.note(f"{head.name}: questions that look whether somebody reads, no items: {', '.join(checks)}")
    every = list(recognised(head.path, head.role.sheet, asked, codes, named, known))
    alone = len([group for group in every if group.instrument is not None and group.instrument.form == "items"]) == 1
    for group in every:
        which_one = group.instrument
        total = None if which_one is None else platform_total(which_one, head.once, alone, known)
        name = opened.name(UNKNOWN if which_one is None else which_one.code, students)
        one = _questionnaire(group, head, name, columns, texts, total, opened, as_of)
        found += [one] if one is not None else []
    found = _days_apart(found)
    for each in found:
        opened.ask(each.day.question)
        opened.note(each.day.note)
    return found


def _days_apart(found: Sequence[Questionnaire]) -> list[Questionnaire]:
    """Two waves of one questionnaire in a file were not filled in on one day: where one column stands for both of them
    it is asked of each."""
    days = Counter((one.table, one.day.header or "") for one in found if one.day.header)
    return [
        replace(one, day=day_of_wave(one.name, one.headers[min(one.headers)], one.day))
        if days[one.table, one.day.header or ""] > 1
        else one
        for one in found
    ]


def alone_beside(
    alone: Mapping[str, Mapping[int, str]],
    head: Head,
    columns: Mapping[str, str],
    texts: Mapping[str, Texts],
    known: Mapping[str, Instrument],
    opened: Open,
    as_of: date | None,
) -> Iterator[Questionnaire]:
    """Items about safety that stand alone, as sheets of which the other items are not known."""
    students = set(texts[columns["student_id"]].distinct)
    for code, headers in alone.items():
        one, name = known[code], opened.name(f"{code}-safety", students)
        absent = [number for number in range(1, one.items + 1) if number not in headers]
        opened.note(f"{code}: of its items the file has {', '.join(headers.values())}, about safety: read by itself")
        coded = coding_of(name, one, headers, texts)
        opened.ask(coded.question)
        opened.note(coded.note)
        day = day_of(name, Numbered(next(iter(headers.values())), {}, None), columns, texts, as_of)
        opened.ask(day.question)
        opened.note(day.note)
        who = _who_filled_in(name, head, columns)
        opened.ask(who)
        respondent = reference(who.id) if who is not None else "self"
        table = f"responses/{code}"
        yield Questionnaire(one, name, headers, None, coded.said, absent, day, table, respondent=respondent)


def _who_filled_in(name: str, head: Head, columns: Mapping[str, str]) -> Question | None:
    """The question who filled a form in, where its name or its headers speak of parents or teachers."""
    said = OTHERS.findall(head.title) + [word for header in columns.values() for word in CHILD.findall(header)]
    if not said:
        return None
    words = "、".join(dict.fromkeys(said))
    ask = f"{name}：文件里有“{words}”，是谁填的？ / it speaks of parents or teachers: who filled it in?"
    return Question(id=f"{name}-respondent", ask=ask, choices=("self", "parent", "teacher"))


def _questionnaire(
    group: Recognised,
    head: Head,
    name: str,
    columns: Mapping[str, str],
    texts: Mapping[str, Texts],
    total: str | None,
    opened: Open,
    as_of: date | None,
) -> Questionnaire | None:
    """A recognised group as a block of the mapping; None where its items are not read here."""
    one = group.instrument
    day: Day
    if one is None:
        question = which(group, head.path, name)
        opened.ask(question)
        day = day_of(name, group.group, columns, texts, as_of)
        table = f"responses/{reference(question.id)}"
        through = list(group.headers) == list(range(1, len(group.headers) + 1))
        pattern = group.group.pattern if through else None
        return Questionnaire(None, name, group.headers, pattern, None, None, day, table)
    if one.form == "scores":
        totals = ", ".join(score.code for score in one.scores)
        forms = " or ".join(group.forms or (one.code,))
        opened.note(
            f"{forms}: its items are not scored here; bring its totals by a block with table = "
            f'"scores" (instrument {forms}, by who filled it in, scales {totals}); the {len(group.group.headers)} '
            f"columns such as {group.shown} are not read"
        )
        return None
    beside, which_are = which_are_none(name, group, texts)
    opened.ask(which_are)
    headers = dict(group.group.headers) if which_are is not None else group.headers
    if group.behind and which_are is None:
        opened.note(f"{one.code} has {one.items} items: not read behind them: {', '.join(group.behind)}")
    absent, which_ones = left_out(name, one, group)
    opened.ask(which_ones)
    if which_ones is None and absent:
        safety = safety_among(one, absent)
        opened.note(f"{one.code}: the file has no item {', '.join(map(str, absent))}; unknown for everyone{safety}")
    coded = coding_of(name, one, group.headers, texts)
    if which_ones is None and which_are is None:
        coded = told_by_total(coded, one, group.headers, texts, total)
    opened.ask(coded.question)
    opened.note(coded.note)
    day = day_of(name, group.group, columns, texts, as_of)
    pattern = group.group.pattern if group.whole and which_ones is None and which_are is None else None
    said = reference(which_ones.id) if which_ones is not None else list(absent)
    table = f"responses/{one.code}"
    who = _who_filled_in(name, head, columns)
    opened.ask(who)
    respondent = reference(who.id) if who is not None else "self"
    return Questionnaire(one, name, headers, pattern, coded.said, said, day, table, total, beside, respondent)
