"""A first mapping for wide exports, drafted from their headers and answers, for a person to look over.

Nothing is guessed silently: what could not be told is a question in the mapping, and what was taken to be so is said.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from data_schemas.cells import Texts
from data_schemas.instruments import Instrument
from data_schemas.mapping.counted_leave import WHAT_TO_DO, counted_leave
from data_schemas.mapping.draft_attendance import attendance_file
from data_schemas.mapping.draft_export import Export
from data_schemas.mapping.draft_head import Head, heads_of
from data_schemas.mapping.draft_items import alone_beside, groups_in, questionnaires_in
from data_schemas.mapping.draft_leave import leave_file
from data_schemas.mapping.draft_open import Open
from data_schemas.mapping.draft_text import draft_text
from data_schemas.mapping.draft_totals import Totals, named_totals, totals_in
from data_schemas.mapping.files import read_sheet
from data_schemas.mapping.headers import Numbered, canonical
from data_schemas.mapping.lone_items import lone_items
from data_schemas.mapping.questions import NONE, Question
from data_schemas.mapping.sheet import Wanted
from data_schemas.mapping.sheet_days import day_of, day_of_wave
from data_schemas.mapping.tool_rows import named_trials, trials_in
from data_schemas.mapping.understanding import files_of
from data_schemas.mapping.which_scale import WHICH
from runxin.errors import Problem, bad_data, how_many, refused, usage

# Headers of whether a sheet counts.
INVALID = re.compile(r"是否有效|有效性|有效答卷|答卷状态|作答状态|是否作废|(?:^|[ _])valid", re.IGNORECASE)


@dataclass(frozen=True)
class Drafted:
    """What was drafted: questionnaires, headers that are not read by file, questions to answer, and what else a person
    has to look at."""

    path: Path
    instruments: tuple[str, ...]
    unread: Mapping[str, Sequence[str]]
    questions: tuple[Question, ...]
    notes: tuple[str, ...]

    @property
    def to_do(self) -> tuple[str, ...]:
        """Everything to settle, a line each; what stops an import comes first."""
        asked = sorted(self.questions, key=lambda one: not one.open)
        return (*(one.text() for one in asked), *self.notes)

    def payload(self) -> dict[str, object]:
        """As one JSON object."""
        return {
            "mapping": str(self.path),
            "instruments": list(self.instruments),
            "unread": {file: list(headers) for file, headers in self.unread.items()},
            "questions": [one.model_dump() for one in self.questions],
            "to_do": list(self.to_do),
        }


def draft_mapping(
    sources: Sequence[Path],
    out: Path,
    codes: Sequence[str],
    known: Mapping[str, Instrument],
    *,
    as_of: date | None,
    today: date,
) -> Drafted:
    """Write a mapping for files of which each has a row for a student. Students are taken from the file that says most
    of them. `codes` name the questionnaires in the order of the files and of their columns (`none` for columns that are
    to be left unread); where none are given they are told by names. Without `as_of` the last day of a sheet is it.

    Raises `UserError` where `out` is there, or a file has no column with student ids, has none with items, or has items
    under the same header twice.
    """
    if out.exists():
        raise refused(f"{out} is there already", fix="choose another name, so that nothing by hand is lost")
    unknown = [code for code in codes if code != NONE and (code not in known or known[code].form == "scores")]
    if unknown:
        raise usage(f"there is no questionnaire {unknown[0]!r} with items", fix="see `runxin instrument list`")
    left, opened = list(codes), Open()
    heads = [head for path in files_of(sources) for head in heads_of(path, opened)]
    exports = [_export(head, left, bool(codes), known, opened, as_of, today) for head in heads]
    found = [one for export in exports for one in export.questionnaires]
    others = [one for export in exports for one in (*export.totals, export.leave, export.attendance) if one is not None]
    if not found and not others:
        names = ", ".join(dict.fromkeys(export.head.path.name for export in exports))
        told = [Problem(note) for note in opened.notes]
        what = f"{names}: neither numbered columns of items, nor totals, nor leave, nor days of an attendance sheet"
        fix = "write a mapping by hand from examples/platform"
        raise bad_data(what, told, fix=WHAT_TO_DO if any(export.counted for export in exports) else fix)
    if left:
        raise usage(f"there are no columns left for {', '.join(left)}", fix="name each questionnaire once, in order")
    for export in exports:
        opened.note(_not_yet(export, as_of or today))
    last = max((day for export in exports for day in export.days if day <= today), default=today)
    text = draft_text(exports, as_of or last, out, opened)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, "utf-8")
    unread = {export.head.name: export.unread for export in exports if export.unread}
    named = tuple(one.instrument.code for one in found if one.instrument is not None)
    named += tuple(one.instruments[0].code for export in exports for one in export.totals if not one.instruments[1:])
    return Drafted(out, tuple(dict.fromkeys(named)), unread, tuple(opened.questions), tuple(opened.notes))


def _not_yet(export: Export, until: date) -> str | None:
    """What to say of days that have not come, as those of a wave that is dated a year ahead."""
    ahead = sorted({day for day in export.past if day > until})
    if not ahead:
        return None
    days = f"{ahead[0]} to {ahead[-1]}" if ahead[1:] else f"{ahead[0]}"
    return f"{export.head.name}: days after {until} ({days}), of which an import refuses the rows: is the year right?"


def _export(
    head: Head,
    codes: list[str],
    named: bool,
    known: Mapping[str, Instrument],
    opened: Open,
    as_of: date | None,
    today: date,
) -> Export:
    """What is in a file, or in a sheet of one. Codes that it uses are taken off `codes`."""
    columns = canonical(head.once)
    if "student_id" not in columns:
        fix = "rename it to 学号, or write a mapping by hand from examples/platform"
        raise bad_data(f"{head.path.name} has no column with the students' ids", fix=fix)
    texts = read_sheet(head.path, head.role, Wanted(dict.fromkeys(head.once, True))).columns
    attendance = attendance_file(head.once, texts, head.title, as_of or today, head.lessons)
    of_days = attendance.headers if attendance is not None else frozenset()
    groups = groups_in(head, {*columns.values(), *of_days}, texts, known, named)
    found = questionnaires_in(head, groups, codes, named, columns, texts, known, opened, as_of)
    test = trials_in(texts)
    if test is not None:
        rows, words = how_many(test.count, "row"), ", ".join(test.out)
        opened.note(f"{head.name}: {rows} with {test.column} = {words}: trials, which stay out")
    _refuse_mixed(head, texts)
    for header in (header for header in head.once if INVALID.search(header)):
        opened.note(
            f"{head.name}: {header} may say which sheets are not valid: all are read, and their evidence stands"
        )
    if called := named_trials(texts):
        opened.note(f"{head.name}: {how_many(called, 'row')} with a name such as 测试: read like the others; trials?")
    plain = [header for header in head.once if not any(header in group.headers.values() for group in groups)]
    leave = leave_file(head.once, texts) if not found and attendance is None else None
    read = {one.instrument.code for one in found if one.instrument is not None}
    others = {code: one for code, one in known.items() if code not in read}
    elsewhere = [] if leave is not None else _totals(head, plain, columns, texts, others, bool(found), opened, as_of)
    codes_of_totals = {one.instruments[0].code for one in elsewhere if not one.instruments[1:]}
    free = [header for header in plain if not any(header in one.headers for one in elsewhere)]
    alone = lone_items([h for h in free if h not in columns.values()], texts, head.places, codes_of_totals, others)
    found = [*found, *alone_beside(alone, head, columns, texts, others, opened, as_of)]
    counted = counted_leave(free, texts) if leave is None and attendance is None else []
    if counted:
        shown = ", ".join(counted)
        opened.note(
            f"{head.name}: counts of leave that do not say on which days, and are not read: {shown}; {WHAT_TO_DO}"
        )
    days = [day.header for day in (*(one.day for one in found), *(one.day for one in elsewhere)) if day.header]
    totals = [one.total for one in found if one.total]
    taken = {*columns.values(), *days, *totals, *(header for one in found for header in one.headers.values()), *of_days}
    taken |= {header for one in elsewhere for header in one.headers} | (leave.headers if leave else set())
    unread = tuple(dict.fromkeys(header for header in head.headers if header and header not in taken))
    return Export(head, columns, texts, found, unread, test, elsewhere, leave, attendance, bool(counted))


def _refuse_mixed(head: Head, texts: Mapping[str, Texts]) -> None:
    """Raises `UserError` where a column says that the rows are of several questionnaires: under one header stand then
    the answers or totals of all."""
    for header, column in texts.items():
        if WHICH.fullmatch(header) and len(column.distinct) > 1:
            what = f"{header} says that its rows are of {how_many(len(column.distinct), 'questionnaire')}"
            fix = (
                "split the file, one for each; or write a mapping by hand with a block for each and where = "
                f'[{{ column = "{header}", one_of = ["…"] }}]'
            )
            raise bad_data(
                f"{head.name} has rows of several questionnaires",
                [Problem(what, head.path.name, column=header, fix=fix)],
            )


def _totals(
    head: Head,
    headers: Sequence[str],
    columns: Mapping[str, str],
    texts: Mapping[str, Texts],
    known: Mapping[str, Instrument],
    beside: bool,
    opened: Open,
    as_of: date | None,
) -> list[Totals]:
    """Figures that a platform worked out, each questionnaire's with the day of its sheets. `beside` items of others
    only those that name their questionnaire themselves are read."""
    left = [header for header in headers if header not in columns.values()]
    found = named_totals(left, texts, known) if beside else totals_in(left, texts, head.places, known)
    made = []
    students = set(texts[columns["student_id"]].distinct)
    for instruments, scales in found:
        name = opened.name(instruments[0].code, students)
        day = day_of(name, Numbered(" ".join(scales.values()), {}, None), columns, texts, as_of)
        made.append((name, Totals(instruments, scales, day)))
    days = Counter((one.instruments[0].code, one.day.header or "") for _, one in made if one.day.header)
    apart = [
        replace(one, day=day_of_wave(name, next(iter(one.columns.values())), one.day))
        if days[one.instruments[0].code, one.day.header or ""] > 1
        else one
        for name, one in made
    ]
    for one in apart:
        opened.ask(one.day.question)
        opened.note(one.day.note)
    return apart
