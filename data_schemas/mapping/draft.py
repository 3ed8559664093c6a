"""A first mapping for one wide export, drafted from its headers and answers, for a person to look over.

Nothing is guessed silently: what could not be told is in `to_do`, and stands as a comment where it belongs.
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
from data_schemas.mapping.recognition import BLANKS, assigned, coding_of
from runxin.errors import bad_data, refused, usage


@dataclass(frozen=True)
class Drafted:
    """What was drafted. `to_do` are the things that a person has to settle before an import."""

    path: Path
    instruments: tuple[str, ...]
    unread: tuple[str, ...]
    to_do: tuple[str, ...]

    def payload(self) -> dict[str, object]:
        """As one JSON object."""
        return {
            "mapping": str(self.path),
            "instruments": list(self.instruments),
            "unread": list(self.unread),
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
    """Write a mapping for the one file of `sources`. `codes` name its questionnaires in the order of their columns;
    where none are given they are told by names and numbers of items. Without `as_of` the last day of a sheet is it.

    Raises `UserError` where `out` is there, the file has no column with student ids, or it cannot be told which
    questionnaire a group of numbered columns is.
    """
    if len(sources) != 1 or sources[0].is_dir():
        raise usage("a draft is made for one file", fix="name one file; add the blocks of others by hand")
    if out.exists():
        raise refused(f"{out} is there already", fix="choose another name, so that nothing by hand is lost")
    unknown = [code for code in codes if code not in known or known[code].form == "scores"]
    if unknown:
        raise usage(f"there is no questionnaire {unknown[0]!r} with items", fix="see `runxin instrument list`")
    path = sources[0]
    sheet_name, header_row, headers = _head(path)
    role = FileRole(match=path.name, sheet=sheet_name, header_row=header_row)
    columns = canonical(headers)
    if "student_id" not in columns:
        fix = "rename it to 学号, or write a mapping by hand from examples/platform"
        raise bad_data(f"{path.name} has no column with the students' ids", fix=fix)
    groups = numbered([header for header in headers if header not in columns.values() and not why_unread(header)])
    if not groups:
        raise bad_data(f"{path.name} has no numbered columns of items", fix="a draft is for one column an item")
    texts = read_sheet(path, role, Wanted(dict.fromkeys(headers, True))).columns
    to_do: list[str] = []
    found = [
        Questionnaire(instrument, mine, group.pattern if whole else None, coding_of(instrument, mine, texts, to_do))
        for group, instrument, mine, whole in assigned(path, sheet_name, groups, codes, known)
    ]
    taken = {*columns.values(), *(header for one in found for header in one.headers.values())}
    unread = tuple(header for header in headers if header and header not in taken)
    days = _days(columns, texts)
    answers = {text for one in found for header in one.headers.values() for text in texts[header].distinct}
    blanks = [text for text in BLANKS if text in answers]
    day = as_of or max(days, default=today)
    export = Export(role, columns, texts, found, unread, blanks, day)
    text = draft_text(export, out, path, to_do)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, "utf-8")
    return Drafted(out, tuple(one.instrument.code for one in found), unread, tuple(to_do))


def _head(path: Path) -> tuple[str | None, int, list[str]]:
    """The sheet, the row of the headers (from 1) and the headers: the row that most looks like them."""
    best: tuple[int, str | None, int, list[str]] = (0, None, 1, [])
    for sheet, row, headers in first_rows(path):
        given = [header for header in headers if header]
        worth = len(canonical(given)) + sum(len(group.headers) for group in numbered(given))
        if worth > best[0] and len(set(given)) == len(given):
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
