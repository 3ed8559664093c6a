"""What somebody reported about a student on a page. A report that was taken back stays on record and counts no more."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from serving.store.audit import AuditEvent, add_event
from serving.store.case_tables import concern_reports
from serving.store.database import Store
from serving.store.sealing import seal, unseal


@dataclass(frozen=True)
class ConcernReport:
    """`kind` is a code of `Concern`, `source` of `Source` or None."""

    report_id: str
    student_id: str
    school_id: str
    kind: str
    reported_on: date
    source: str | None
    note: str | None
    recorded_at: datetime
    recorded_by: str
    undoes: str | None = None


@dataclass(frozen=True)
class KeptReport(ConcernReport):
    """A report as it stands: who took it back, and when."""

    undone_by: str | None = None
    undone_at: datetime | None = None


def add_report(connection: sa.Connection, report: ConcernReport, entry_id: str | None) -> None:
    note = None if report.note is None else seal(connection, "concern_reports", report.report_id, report.note)
    row = vars(report) | {"note": note, "file_id": report.student_id, "entry_id": entry_id}
    connection.execute(concern_reports.insert().values(row))


def reports_of(store: Store, student_id: str) -> list[KeptReport]:
    """Oldest first, those that were taken back among them."""
    mine = concern_reports.c.student_id == student_id
    with store.reading() as connection:
        rows = connection.execute(concern_reports.select().where(mine).order_by(concern_reports.c.recorded_at)).all()
        undone = {row.undoes: row for row in rows if row.undoes is not None}
        return [_kept(connection, row, undone.get(row.report_id)) for row in rows if row.undoes is None]


def reports_by(store: Store, username: str, since: datetime) -> list[KeptReport]:
    """What somebody reported since a moment, the newest first, without what was taken back."""
    c = concern_reports.c
    back = sa.select(c.undoes).where(c.undoes.is_not(None))
    mine = (c.recorded_by == username) & (c.recorded_at >= since) & c.undoes.is_(None) & c.report_id.not_in(back)
    with store.reading() as connection:
        rows = connection.execute(concern_reports.select().where(mine).order_by(c.recorded_at.desc())).all()
        return [_kept(connection, row, None) for row in rows]


def find_report(store: Store, report_id: str) -> KeptReport | None:
    """None where there is none, and of what takes one back."""
    mine = (concern_reports.c.report_id == report_id) & concern_reports.c.undoes.is_(None)
    back = concern_reports.c.undoes == report_id
    with store.reading() as connection:
        row = connection.execute(concern_reports.select().where(mine)).first()
        undone = connection.execute(concern_reports.select().where(back)).first()
        return None if row is None else _kept(connection, row, undone)


def take_report_back(store: Store, undo: ConcernReport, event: AuditEvent) -> bool:
    """Add the row that takes a report back; False where that was done before."""
    with store.writing() as connection:
        same = sa.select(concern_reports.c.report_id).where(concern_reports.c.undoes == undo.undoes)
        if connection.scalar(same) is not None:
            return False
        add_report(connection, undo, None)
        add_event(connection, event)
    return True


def undone_entries() -> sa.Select[Any]:
    """The ids of records of reports that were taken back."""
    back = concern_reports.alias()
    return (
        sa.select(concern_reports.c.entry_id)
        .join(back, back.c.undoes == concern_reports.c.report_id)
        .where(concern_reports.c.entry_id.is_not(None))
    )


def _kept(connection: sa.Connection, row: Any, undo: Any) -> KeptReport:
    said = {field.name: row._mapping[field.name] for field in fields(ConcernReport)}
    if row.note is not None:
        said["note"] = unseal(connection, "concern_reports", row.report_id, row.note)
    if undo is None:
        return KeptReport(**said)
    return KeptReport(**said, undone_by=undo.recorded_by, undone_at=undo.recorded_at)
