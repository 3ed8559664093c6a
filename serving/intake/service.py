"""Rows from a file: allowed first, then looked over against what is on record, then filed as a platform's records are.

What is filed goes the way of `POST /score`: rules answer at once, whom the roster does not know goes to 身份待核, and
every record is in the audit log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from data_schemas.codes import SAFETY, Concern, FamilyFlag
from data_schemas.table import Table
from models.duties import DutyRule, of_duty
from runxin.errors import Kind, UserError, bad_data
from serving.access import Action, Client, User, check_may
from serving.api.assessing import Checked
from serving.api.check import check_request
from serving.api.filing import file_records
from serving.api.request import ScoreRequest
from serving.duties.service import record_occasion
from serving.intake.files import ReadFile, read_upload, taken
from serving.platform.guard import Upload
from serving.platform.state import State, instruments_of
from serving.store import AuditEvent, Student, read_school, write_audit
from serving.store.circumstances import Flags, flags_of_school
from serving.store.school_rows import kept_rows, sent_rows, whose
from serving.today.blind import drawn_of_school

NAMED = 50  # students whom a preview names
OCCASIONS = {"family": ("D13", "D16", "D21"), "concerns": ("D17",)}  # duties that a file may be the evidence of
STAGE = "junior"  # of whom nobody knows the stage: rules of leave and reports do not read it


@dataclass(frozen=True)
class FlagChange:
    """What a file changes of one circumstance: of whom it is new, and of whom it has ended."""

    flag: FamilyFlag
    new: tuple[str, ...]
    ended: tuple[str, ...]


@dataclass(frozen=True)
class FilePreview:
    """A file beside what is on record: rows that are `new`, and those that are there already; ids that the school's
    roster does not know; by circumstance what changes, and who has one on record and is not in the file; and reports
    that call somebody at once."""

    file: ReadFile
    new: int
    known: int
    strangers: tuple[str, ...]
    changes: tuple[FlagChange, ...]
    not_named: tuple[str, ...]
    safety: tuple[tuple[Concern, int], ...]


@dataclass(frozen=True)
class Taken:
    """What was filed: rows, of how many students, of whom so many are to be identified."""

    rows: int
    students: int
    strangers: int


def check_may_bring(user: User, school_id: str) -> None:
    check_may(user, Action.BRING_ROWS, school_id)


def occasions_of(table: Table) -> tuple[DutyRule, ...]:
    found = (of_duty(one) for one in OCCASIONS.get(table.name, ()))
    return tuple(one for one in found if one is not None)


def preview(state: State, user: User, school_id: str, table: str, upload: Upload | None) -> FilePreview:
    """Raises `UserError`: refused, not found for another table, and bad data that names every cell at fault."""
    check_may_bring(user, school_id)
    file = _read(state, table, upload)
    today = state.today()
    facts = read_school(state.store, school_id, today)
    write_audit(
        state.store, AuditEvent(state.clock(), user.username, "rows.previewed", object_id=school_id, detail=table)
    )
    fresh = _fresh(state, school_id, file)
    here = {one.student_id for one in facts.everyone}
    family = file.table.name == "family"
    flags = flags_of_school(state.store, school_id, facts.run, today) if family else {}
    blind = drawn_of_school(state.store, school_id, state.clock(), state.policy, state.calendars)
    flags = {
        who: mine for who, mine in flags.items() if who not in blind
    }  # of these nothing is told that was on record
    changes = _changes(file, flags, today) if family else ()
    not_named = tuple(sorted(flags.keys() - file.rows.keys()))
    safety = _safety(fresh) if file.table.name == "concerns" else ()
    new = sum(len(mine) for mine in fresh.values())
    strangers = tuple(sorted(file.rows.keys() - here))
    return FilePreview(file, new, file.count - new, strangers, changes, not_named, safety)


def take_rows(state: State, user: User, school_id: str, table: str, text: str, occasion: str) -> Taken:
    """File what a preview has shown, read anew from its text; `occasion` is the duty that it is the evidence of, empty
    for none. Rows that are on record already are not filed again. Raises `UserError` as `preview` does."""
    check_may_bring(user, school_id)
    file = _read(state, table, Upload("rows.csv", text.encode()))
    today = state.today()
    fresh = _fresh(state, school_id, file)
    people = read_school(state.store, school_id, today).people
    checked = [
        _checked(state, school_id, who, people.get(who), file.table, rows) for who, rows in fresh.items() if rows
    ]
    client = Client("page", user.username, ("score",), (school_id,))
    if checked:
        file_records(state, client, checked, dry_run=False)
    detail = f"{table} rows={sum(len(rows) for rows in fresh.values())} students={len(checked)}"
    write_audit(state.store, AuditEvent(state.clock(), user.username, "rows.taken", object_id=school_id, detail=detail))
    if any(rule.id == occasion for rule in occasions_of(file.table)):
        record_occasion(state, user, school_id, occasion, sorted(file.rows))
    strangers = sum(one.request.student_id not in people for one in checked)
    return Taken(sum(len(rows) for rows in fresh.values()), len(checked), strangers)


def _read(state: State, table: str, upload: Upload | None) -> ReadFile:
    known = taken(table)
    if known is None:
        raise UserError(Kind.NOT_FOUND, "no such table is taken on a page")
    if upload is None:
        raise bad_data("choose a file: CSV or Excel")
    return read_upload(known, upload.name, upload.content, state.today())


def _fresh(state: State, school_id: str, file: ReadFile) -> dict[str, list[dict[str, Any]]]:
    """By student, the rows that are not on record yet."""
    run = read_school(state.store, school_id, state.today()).run
    table = file.table.name
    there: dict[str, list[dict[str, Any]]] = {}
    for who, row in kept_rows(state.store, school_id, run, table, whose):
        there.setdefault(who, []).append(_filled(row))
    for who, rows in sent_rows(state.store, school_id, table).items():
        there.setdefault(who, []).extend(_filled(row) for row in rows)
    return {who: [row for row in rows if row not in there.get(who, ())] for who, rows in file.rows.items()}


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None and name != "student_id"}


def _checked(
    state: State, school_id: str, student_id: str, who: Student | None, table: Table, rows: Sequence[dict[str, Any]]
) -> Checked:
    known = {} if who is None else {"stage": who.stage, "grade": who.grade, "sex": who.sex or "unknown"}
    plain = {"student_id": student_id, "school_id": school_id, "stage": STAGE, "grade": None, "sex": "unknown"}
    request = ScoreRequest.model_validate(plain | known | {table.name: list(rows)})
    return Checked(request, check_request(request, instruments_of(state), (), state.today()))


def _changes(file: ReadFile, flags: Mapping[str, Flags], today: date) -> tuple[FlagChange, ...]:
    new: dict[FamilyFlag, list[str]] = {}
    ended: dict[FamilyFlag, list[str]] = {}
    for who, rows in file.rows.items():
        for row in rows:
            flag = FamilyFlag.of(row["flag"])
            held = flag in flags.get(who, {})
            over = row["value"] == "no" or (row.get("valid_to") or "9999") < today.isoformat()
            if row["value"] == "yes" and not over and not held:
                new.setdefault(flag, []).append(who)
            elif over and held:
                ended.setdefault(flag, []).append(who)
    touched = [flag for flag in FamilyFlag if flag in new or flag in ended]
    return tuple(FlagChange(flag, tuple(new.get(flag, ())), tuple(ended.get(flag, ()))) for flag in touched)


def _safety(fresh: Mapping[str, Sequence[dict[str, Any]]]) -> tuple[tuple[Concern, int], ...]:
    kinds = [Concern.of(row["kind"]) for rows in fresh.values() for row in rows]
    return tuple((kind, kinds.count(kind)) for kind in Concern if kind in SAFETY and kind in kinds)


def check_template(user: User, school_id: str, table: str) -> Table:
    """The table of a template. Raises `UserError` (refused, not found)."""
    check_may_bring(user, school_id)
    known = taken(table)
    if known is None:
        raise UserError(Kind.NOT_FOUND, "no such table is taken on a page")
    return known
