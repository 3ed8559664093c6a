"""A first mapping for wide exports, drafted from their headers and answers, for a person to look over.

Nothing is guessed silently: what could not be told is in `to_do`, and stands at the head of the mapping.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data_schemas.cells import BadCell, Texts, moment
from data_schemas.instruments import Instrument
from data_schemas.mapping.definition import FileRole
from data_schemas.mapping.draft_text import Export, Questionnaire, draft_text
from data_schemas.mapping.files import Wanted, first_rows, read_sheet
from data_schemas.mapping.headers import canonical, numbered, why_unread
from data_schemas.mapping.recognition import assigned, coding_of
from data_schemas.mapping.understanding import files_of
from runxin.errors import bad_data, refused, usage


@dataclass(frozen=True)
class Drafted:
    """What was drafted: questionnaires, headers that are not read by file, and what a person has to settle."""

    path: Path
    instruments: tuple[str, ...]
    unread: Mapping[str, Sequence[str]]
    to_do: tuple[str, ...]

    def payload(self) -> dict[str, object]:
        """As one JSON object."""
        return {
            "mapping": str(self.path),
            "instruments": list(self.instruments),
            "unread": {file: list(headers) for file, headers in self.unread.items()},
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
    of them. `codes` name the questionnaires in the order of the files and of their columns; where none are given they
    are told by names and numbers of items. Without `as_of` the last day of a sheet is it.

    Raises `UserError` where `out` is there, a file has no column with student ids, none has items, or it cannot be told
    which questionnaire a group of numbered columns is.
    """
    if out.exists():
        raise refused(f"{out} is there already", fix="choose another name, so that nothing by hand is lost")
    unknown = [code for code in codes if code not in known or known[code].form == "scores"]
    if unknown:
        raise usage(f"there is no questionnaire {unknown[0]!r} with items", fix="see `runxin instrument list`")
    left, to_do = list(codes), list[str]()
    exports = [_export(path, left, bool(codes), known, to_do) for path in files_of(sources)]
    found = [one.instrument.code for export in exports for one in export.questionnaires]
    if not found:
        names = ", ".join(export.role.match for export in exports)
        raise bad_data(f"{names}: no numbered columns of items", fix="a draft is for one column an item")
    if left:
        raise usage(f"there are no columns left for {', '.join(left)}", fix="name each questionnaire once, in order")
    day = as_of or max((day for export in exports for day in _days(export.columns, export.texts)), default=today)
    text = draft_text(exports, day, out, to_do)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, "utf-8")
    unread = {export.role.match: export.unread for export in exports if export.unread}
    return Drafted(out, tuple(found), unread, tuple(to_do))


def _export(path: Path, codes: list[str], named: bool, known: Mapping[str, Instrument], to_do: list[str]) -> Export:
    """What is in a file. Codes that it uses are taken off `codes`."""
    sheet_name, header_row, headers = _head(path)
    role = FileRole(match=path.name, sheet=sheet_name, header_row=header_row)
    once = [header for header in headers if header and headers.count(header) == 1]
    columns = canonical(once)
    if "student_id" not in columns:
        fix = "rename it to 学号, or write a mapping by hand from examples/platform"
        raise bad_data(f"{path.name} has no column with the students' ids", fix=fix)
    groups = numbered([header for header in once if header not in columns.values() and not why_unread(header)])
    texts = read_sheet(path, role, Wanted(dict.fromkeys(once, True))).columns
    found = [
        Questionnaire(instrument, mine, group.pattern if whole else None, coding_of(instrument, mine, texts, to_do))
        for group, instrument, mine, whole in assigned(path, sheet_name, groups, codes, named, known)
    ]
    taken = {*columns.values(), *(header for one in found for header in one.headers.values())}
    unread = tuple(dict.fromkeys(header for header in headers if header and header not in taken))
    return Export(role, columns, texts, found, unread)


def _head(path: Path) -> tuple[str | None, int, list[str]]:
    """The sheet, the row of the headers (from 1) and the headers: the row that most looks like them."""
    best: tuple[int, str | None, int, list[str]] = (0, None, 1, [])
    for sheet, row, headers in first_rows(path):
        once = [header for header in headers if header and headers.count(header) == 1]
        worth = len(canonical(once)) + sum(len(group.headers) for group in numbered(once))
        if worth > best[0]:
            best = (worth, sheet, row, headers)
    if not best[3]:
        raise bad_data(f"{path.name} has no row of headers", fix="name the columns, each once; the ids as 学号")
    return best[1], best[2], best[3]


def _days(columns: Mapping[str, str], texts: Mapping[str, Texts]) -> list[date]:
    """Days on which sheets were filled in, as far as they can be read."""
    header = columns.get("administered_on") or columns.get("submitted_at")
    found = []
    for text in texts[header].distinct if header else ():
        try:
            found.append(moment(text).date())
        except BadCell:
            continue  # the import names it
    return found
