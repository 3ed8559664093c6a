"""A first mapping for wide exports, drafted from their headers and answers, for a person to look over.

Nothing is guessed silently: what could not be told is a question in the mapping, and what was taken to be so is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from data_schemas.cells import Texts
from data_schemas.instruments import Instrument
from data_schemas.mapping.answer_coding import coding_of
from data_schemas.mapping.definition import FileRole
from data_schemas.mapping.draft_leave import attendance_file, leave_file
from data_schemas.mapping.draft_text import Export, Questionnaire, draft_text
from data_schemas.mapping.draft_totals import Totals, totals_in
from data_schemas.mapping.files import first_rows, read_sheet
from data_schemas.mapping.headers import Numbered, canonical, maybe_items, numbered, stacked
from data_schemas.mapping.questions import NONE, Question, reference
from data_schemas.mapping.recognition import Recognised, left_out, platform_total, recognised, safety_among, which
from data_schemas.mapping.sheet import Wanted
from data_schemas.mapping.sheet_days import Day, day_of, days_in
from data_schemas.mapping.tabulated import doubled_headers
from data_schemas.mapping.tool_rows import labels_below, trials_in
from data_schemas.mapping.understanding import files_of
from runxin.errors import Problem, bad_data, refused, usage


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


@dataclass
class Open:
    """What is found while drafting: questions, and what else is to be looked at."""

    questions: list[Question]
    notes: list[str]

    def ask(self, question: Question | None) -> None:
        if question is not None and question.id not in {one.id for one in self.questions}:
            self.questions.append(question)

    def note(self, line: str | None) -> None:
        if line is not None and line not in self.notes:
            self.notes.append(line)


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
    left, opened = list(codes), Open([], [])
    exports = [_export(path, left, bool(codes), known, opened, as_of, today) for path in files_of(sources)]
    found = [one for export in exports for one in export.questionnaires]
    others = [one for export in exports for one in (*export.totals, export.leave, export.attendance) if one is not None]
    if not found and not others:
        names = ", ".join(export.role.match for export in exports)
        told = [Problem(note) for note in opened.notes]
        what = f"{names}: neither numbered columns of items, nor totals, nor leave, nor days of an attendance sheet"
        raise bad_data(what, told, fix="write a mapping by hand from examples/platform")
    if left:
        raise usage(f"there are no columns left for {', '.join(left)}", fix="name each questionnaire once, in order")
    last = max((day for export in exports for day in _days_of(export)), default=today)
    text = draft_text(exports, as_of or last, out, opened)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, "utf-8")
    unread = {export.role.match: export.unread for export in exports if export.unread}
    named = tuple(one.instrument.code for one in found if one.instrument is not None)
    named += tuple(one.instruments[0].code for export in exports for one in export.totals if not one.instruments[1:])
    return Drafted(out, named, unread, tuple(opened.questions), tuple(opened.notes))


def _export(
    path: Path,
    codes: list[str],
    named: bool,
    known: Mapping[str, Instrument],
    opened: Open,
    as_of: date | None,
    today: date,
) -> Export:
    """What is in a file. Codes that it uses are taken off `codes`."""
    role, headers = _head(path)
    _refuse_doubled(path, role.header_row, headers)
    once = [header for header in headers if header and headers.count(header) == 1]
    role = role.model_copy(update={"skip_rows": labels_below(path, role, once)})
    opened.ask(_sheets_alike(path, role))
    columns = canonical(once)
    if "student_id" not in columns:
        fix = "rename it to 学号, or write a mapping by hand from examples/platform"
        raise bad_data(f"{path.name} has no column with the students' ids", fix=fix)
    texts = read_sheet(path, role, Wanted(dict.fromkeys(once, True))).columns
    attendance = attendance_file(once, texts, _title(path, role), as_of or today)
    of_days = attendance.headers if attendance is not None else frozenset()
    groups = numbered(maybe_items([header for header in once if header not in {*columns.values(), *of_days}]))
    found = []
    for number, group in enumerate(recognised(path, role.sheet, groups, codes, named, known), start=1):
        one = _questionnaire(group, path, number, columns, texts, opened, as_of)
        found += [one] if one is not None else []
    known_items = [one for one in found if one.instrument is not None]
    found = [
        replace(one, total=platform_total(one.instrument, once, len(known_items) == 1)) if one.instrument else one
        for one in found
    ]
    test = trials_in(texts)
    if test is not None:
        opened.note(
            f"{path.name}: {test.count} rows with {test.column} = {', '.join(test.out)} are trials and stay out"
        )
    plain = [header for header in once if not any(header in group.headers.values() for group in groups)]
    leave = leave_file(once, texts) if not found and attendance is None else None
    elsewhere = [] if found or leave is not None else _totals(path, role, plain, columns, texts, known, opened, as_of)
    days = [day.header for day in (*(one.day for one in found), *(one.day for one in elsewhere)) if day.header]
    totals = [one.total for one in found if one.total]
    taken = {*columns.values(), *days, *totals, *(header for one in found for header in one.headers.values()), *of_days}
    taken |= {header for one in elsewhere for header in one.headers} | (leave.headers if leave else set())
    unread = tuple(dict.fromkeys(header for header in headers if header and header not in taken))
    return Export(role, columns, texts, found, unread, test, elsewhere, leave, attendance)


def _totals(
    path: Path,
    role: FileRole,
    headers: Sequence[str],
    columns: Mapping[str, str],
    texts: Mapping[str, Texts],
    known: Mapping[str, Instrument],
    opened: Open,
    as_of: date | None,
) -> list[Totals]:
    """Figures that a platform worked out, each questionnaire's with the day of its sheets."""
    left = [header for header in headers if header not in columns.values()]
    found = totals_in(left, texts, (role.sheet or "", path.stem), known)
    nothing = Numbered("", {}, None)
    return [Totals(one, scales, _day(one[0].code, nothing, columns, texts, opened, as_of)) for one, scales in found]


def _sheets_alike(path: Path, role: FileRole) -> Question | None:
    """Whether other sheets of the workbook are parts of one export, as a sheet for each class is: a row of theirs has
    at least half of the headers."""
    rows = {(sheet, row): {*cells} - {""} for sheet, row, cells in first_rows(path) if role.sheet is not None}
    mine = rows.get((role.sheet, role.header_row), set())
    alike = [
        str(name) for (name, _), cells in rows.items() if name != role.sheet and 2 * len(cells & mine) >= len(mine)
    ]
    if not alike:
        return None
    ask = (
        f"{path.name}：只读“{role.sheet}”，没有读表头相同的 {'、'.join(dict.fromkeys(alike))}。请合并到一张表再起草；"
        f"不要的话答 leave out / only {role.sheet} is read: bring the rows of the others into it and draft anew"
    )
    return Question(id="sheets", ask=ask, choices=("leave out",))


def _title(path: Path, role: FileRole) -> str:
    """What stands over the headers, with the names of the sheet and the file."""
    above = [cells for sheet, row, cells in first_rows(path) if sheet in (role.sheet, None) and row < role.header_row]
    return " ".join([*(text for cells in above for text in dict.fromkeys(cells)), role.sheet or "", path.stem])


def _days_of(export: Export) -> Iterator[date]:
    """The days that a file is about: of its sheets, its leave and its attendance."""
    for day in (*(one.day for one in export.questionnaires), *(one.day for one in export.totals)):
        yield from day.days
    if export.leave is not None:
        for name in ("start_on", "recorded_on"):
            yield from days_in(export.texts[export.leave.columns[name]]) if name in export.leave.columns else ()
    if export.attendance is not None:
        yield export.attendance.last


def _questionnaire(
    group: Recognised,
    path: Path,
    number: int,
    columns: Mapping[str, str],
    texts: Mapping[str, Texts],
    opened: Open,
    as_of: date | None,
) -> Questionnaire | None:
    """A recognised group as a block of the mapping; None where its items are not read here."""
    one = group.instrument
    if one is None:
        question = which(group, path, f"columns-{number}")
        opened.ask(question)
        day = _day(question.id, group.group, columns, texts, opened, as_of)
        return Questionnaire(
            None, group.headers, group.group.pattern, None, None, day, f"responses/{reference(question.id)}"
        )
    if one.form == "scores":
        totals = ", ".join(score.code for score in one.scores)
        forms = " or ".join(group.forms or (one.code,))
        opened.note(
            f"{forms}: its items are not scored here; bring its totals by a block with table = "
            f'"scores" (instrument {forms}, by who filled it in, scales {totals}); the {len(group.group.headers)} '
            f"columns such as {group.shown} are not read"
        )
        return None
    if group.behind:
        opened.note(f"{one.code} has {one.items} items: {', '.join(group.behind)} behind them are not read")
    absent, which_ones = left_out(one, group)
    opened.ask(which_ones)
    if which_ones is None and absent:
        safety = safety_among(one, absent)
        opened.note(f"{one.code}: the file has no item {', '.join(map(str, absent))}; unknown for everyone{safety}")
    coded = coding_of(one, group.headers, texts)
    opened.ask(coded.question)
    opened.note(coded.note)
    day = _day(one.code, group.group, columns, texts, opened, as_of)
    pattern = group.group.pattern if group.whole and which_ones is None else None
    said = reference(which_ones.id) if which_ones is not None else list(absent)
    return Questionnaire(one, group.headers, pattern, coded.said, said, day, f"responses/{one.code}")


def _day(
    name: str,
    group: Numbered,
    columns: Mapping[str, str],
    texts: Mapping[str, Texts],
    opened: Open,
    as_of: date | None,
) -> Day:
    """Where the day of the sheets stands, or the question for it."""
    day = day_of(name, group, columns, texts, as_of)
    opened.ask(day.question)
    opened.note(day.note)
    return day


def _head(path: Path) -> tuple[FileRole, list[str]]:
    """Where the headers stand, and the headers: the row that most looks like them, with the headings above it where
    there are any over several columns."""
    best: tuple[tuple[bool, int, int], FileRole, list[str]] = ((False, 0, 0), FileRole(), [])
    above: tuple[str | None, list[str]] = (None, [])
    for sheet, row, plain in first_rows(path):
        readings: list[tuple[int | None, list[str]]] = [(None, plain)]
        if above[0] == sheet and len(set(above[1]) - {""}) > 1 and (headed := stacked(above[1], plain)) != plain:
            readings.append((row - 1, headed))
        for heading_row, headers in readings:
            once = [header for header in headers if header and headers.count(header) == 1]
            items = sum(len(group.headers) for group in numbered(once))
            named = canonical(once)
            worth = "student_id" in named, len(named) + items, items if heading_row is not None else 0
            if worth > best[0]:
                role = FileRole(match=path.name, sheet=sheet, header_row=row, heading_row=heading_row)
                best = worth, role, headers
        above = sheet, plain
    if not best[2]:
        raise bad_data(f"{path.name} has no row of headers", fix="name the columns, each once; the ids as 学号")
    return best[1], best[2]


def _refuse_doubled(path: Path, row: int, headers: Sequence[str]) -> None:
    """Raises `UserError` where items stand under the same headers twice: whose they are nobody can say."""
    doubled = list(dict.fromkeys(header for header in headers if header and headers.count(header) > 1))
    if any(header in group.headers.values() for group in numbered(list(dict.fromkeys(headers))) for header in doubled):
        raise bad_data(f"{path.name}: headers stand twice", [doubled_headers(path.name, row, doubled, 2)])
