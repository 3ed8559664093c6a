"""Where the headers of an export stand: in which sheets of a workbook, in which row, under which headings."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data_schemas.mapping.definition import FileRole
from data_schemas.mapping.draft_open import Open
from data_schemas.mapping.draft_pivot import holds_answers, may_be_long, pivot_of
from data_schemas.mapping.files import first_rows, hidden_sheets, read_sheet
from data_schemas.mapping.headers import FEWEST, canonical, numbered, stacked
from data_schemas.mapping.pivot import MOST_ITEMS
from data_schemas.mapping.questions import Question
from data_schemas.mapping.sheet import Wanted
from data_schemas.mapping.tabulated import doubled_headers
from data_schemas.mapping.tool_rows import labels_below
from runxin.errors import bad_data

FACTS = frozenset(("class_id", "stage", "grade", "sex", "birth_date", "age_years"))
FEWEST_FACTS = 2  # that make a sheet a list of the students


@dataclass(frozen=True)
class Head:
    """The headers of a file, or of one sheet of a workbook, and where they stand."""

    path: Path
    role: FileRole
    headers: list[str]

    @property
    def once(self) -> list[str]:
        """The headers that stand once: of the others nobody can say which one is meant."""
        return [header for header in self.headers if header and self.headers.count(header) == 1]

    @property
    def name(self) -> str:
        """The file, with its sheet where it has several."""
        return self.path.name if self.role.sheet is None else f"{self.path.name} {self.role.sheet}"

    @property
    def lessons(self) -> tuple[str, ...]:
        """The lessons of a day where the file has a row for each of them."""
        return () if self.role.pivot is None else (*self.role.pivot.lessons, *self.role.pivot.others)

    @property
    def places(self) -> tuple[str, str]:
        """The names of the sheet, blank where there is one alone, and of the file."""
        return self.role.sheet or "", self.path.stem

    @property
    def title(self) -> str:
        """What stands over the headers, with the names of the sheet and the file."""
        rows = first_rows(self.path)
        above = [cells for sheet, row, cells in rows if sheet == self.role.sheet and row < self.role.header_row]
        texts = [text for cells in above for text in dict.fromkeys(cells)]
        return " ".join([*texts, self.role.sheet or "", self.path.stem])


def heads_of(path: Path, opened: Open) -> list[Head]:
    """The headers of a file; of a workbook those of the sheet that looks most like an export, and of every other one
    that is a part of it, as a sheet for each class is, or that has the items of another questionnaire. Such a sheet
    that is hidden is asked about.

    Raises `UserError` where there is no row of headers, or items stand under the same headers twice.
    """
    found: dict[str | None, tuple[tuple[bool, int, int], Head]] = {}
    above: tuple[str | None, list[str]] = (None, [])
    for sheet, row, plain in first_rows(path):
        readings: list[tuple[int | None, list[str]]] = [(None, plain)]
        if above[0] == sheet and len(set(above[1]) - {""}) > 1 and (headed := stacked(above[1], plain)) != plain:
            readings.append((row - 1, headed))
        for heading_row, headers in readings:
            head = Head(path, FileRole(match=path.name, sheet=sheet, header_row=row, heading_row=heading_row), headers)
            named, items = canonical(head.once), _items(head.once)
            worth = "student_id" in named, len(named) + items, items if heading_row is not None else 0
            worth = (True, MOST_ITEMS, 0) if holds_answers(head.once) else worth
            if worth > found.get(sheet, ((False, 0, 0), head))[0]:
                found[sheet] = worth, head
        above = sheet, plain
    if not found:
        raise bad_data(f"{path.name} has no row of headers", fix="name the columns, each once; the ids as 学号")
    (with_ids, _, _), main = max(found.values(), key=lambda one: one[0])
    heads = [head for (ids, _, _), head in found.values() if head is main or (with_ids and ids and _part(head, main))]
    for (ids, _, _), head in found.values():
        if with_ids and not ids and _items(head.once) >= FEWEST:
            opened.note(
                f"{path.name}: the sheet {head.role.sheet} has items and no column with the students' ids, and is not "
                "read: names tell nobody apart; add the ids as 学号"
            )
    hidden = [head for head in heads if head is not main and head.role.sheet in hidden_sheets(path)]
    opened.ask(_hidden(path, hidden))
    used = [_with_pivot(_with_labels(head), opened) for head in heads if head not in hidden]
    for head in used:
        _refuse_doubled(head)
    if used[1:]:
        opened.note(f"{path.name}: of its sheets {', '.join(str(head.role.sheet) for head in used)} are read")
    return used


def _items(headers: Sequence[str]) -> int:
    return sum(len(group.headers) for group in numbered(headers))


def _part(head: Head, main: Head) -> bool:
    """Whether a sheet belongs to the export: it has items, at least half of the headers, or says of the students what
    the main one does not."""
    mine, theirs = set(main.once), set(head.once)
    more = FACTS & (canonical(head.once).keys() - canonical(main.once).keys())
    return _items(head.once) >= FEWEST or 2 * len(theirs & mine) >= len(mine) or len(more) >= FEWEST_FACTS


def _hidden(path: Path, hidden: Sequence[Head]) -> Question | None:
    if not hidden:
        return None
    names = "、".join(str(head.role.sheet) for head in hidden)
    ask = (
        f"{path.name}：隐藏的工作表 {names} 没有读。要读请取消隐藏再起草；不要的话答 leave out / the hidden sheets "
        f"{names} are not read: show them and draft anew, or leave them out"
    )
    return Question(id="sheets", ask=ask, choices=("leave out",))


def _with_labels(head: Head) -> Head:
    role = head.role.model_copy(update={"skip_rows": labels_below(head.path, head.role, head.once)})
    return Head(head.path, role, head.headers)


def _with_pivot(head: Head, opened: Open) -> Head:
    """The headers of the sheets where each row of the file is one answer or one lesson, and what is not read of it."""
    if not may_be_long(head.once):
        return head
    found = pivot_of(head.once, read_sheet(head.path, head.role, Wanted(dict.fromkeys(head.once, True))).columns)
    if found is None:
        return head
    pivot, questions = found
    for question in questions:
        opened.ask(question)
    left = [header for header in head.once if header not in pivot.headers]
    if left:
        opened.note(f"{head.name}: not read, as it differs from row to row of a sheet: {', '.join(left)}")
    role = head.role.model_copy(update={"pivot": pivot})
    made = read_sheet(head.path, role, Wanted({}))
    opened.note(f"{head.name}: {made.notes[-1]}")
    return Head(head.path, role, list(made.headers))


def _refuse_doubled(head: Head) -> None:
    """Raises `UserError` where items stand under the same headers twice: whose they are nobody can say."""
    doubled = list(dict.fromkeys(header for header in head.headers if header and head.headers.count(header) > 1))
    every = numbered(list(dict.fromkeys(head.headers)))
    if any(header in group.headers.values() for group in every for header in doubled):
        problem = doubled_headers(head.path.name, head.role.header_row, doubled, 2)
        raise bad_data(f"{head.path.name}: headers stand twice", [problem])
