"""What the duties of a school's students are worked out from, and what somebody says was done."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from data_schemas.codes import Contacted
from models.duties import HOW, DutyRecord, DutyResult, ExcuseReason, VisitHow
from models.triage import PAGE, ZONE
from serving.store import AuditEvent, Store, add_event
from serving.store.case_events import case_events_of
from serving.store.contacts import NewContact, keep_contacts
from serving.store.database import chunks
from serving.store.duties_tables import duty_records, school_duty_records
from serving.store.plan_tables import plans
from serving.store.runs import in_force_runs
from serving.store.tables import assessments, runs


@dataclass(frozen=True)
class DutySources:
    """By student: days of care plans, of referrals and of handovers that were accepted, the day on which a list of this
    school first had who came from another one, and records."""

    planned: Mapping[str, tuple[date, ...]]
    referred: Mapping[str, tuple[date, ...]]
    handed_over: Mapping[str, tuple[date, ...]]
    arrived: Mapping[str, date]
    records: Mapping[str, tuple[DutyRecord, ...]]


def sources_of(store: Store, school_id: str, ids: Sequence[str], since: date) -> DutySources:
    """Of a school's students; arrivals are those since a day."""
    planned: dict[str, list[date]] = {}
    records: dict[str, list[DutyRecord]] = {}
    with store.reading() as connection:
        for part in chunks(list(ids)):
            mine = sa.select(plans.c.student_id, plans.c.written_at).where(plans.c.student_id.in_(part))
            for row in connection.execute(mine.where(plans.c.kind == "care")):
                planned.setdefault(row.student_id, []).append(_day(row.written_at))
            for row in _standing(connection, duty_records, duty_records.c.student_id.in_(part)):
                records.setdefault(row.student_id, []).append(_record(row))
        moves = case_events_of(connection, ids)
        arrived = _arrivals(connection, school_id, since)
    done = {
        move: {
            one: tuple(_day(event.done_at) for event in events if event.move == move) for one, events in moves.items()
        }
        for move in ("refer", "accept")
    }
    return DutySources(
        {one: tuple(days) for one, days in planned.items()},
        done["refer"],
        done["accept"],
        arrived,
        {one: tuple(them) for one, them in records.items()},
    )


def _arrivals(connection: sa.Connection, school_id: str, since: date) -> dict[str, date]:
    """Who stood on another school's list before: the day of the first list of this school that had them after that."""
    where = sa.select(assessments.c.student_id, assessments.c.school_id, runs.c.as_of).join(runs)
    here = where.where(assessments.c.school_id == school_id, in_force_runs(None)).subquery()
    others = where.where(assessments.c.school_id != school_id, in_force_runs(None)).subquery()
    left = sa.select(others.c.student_id, sa.func.max(others.c.as_of).label("left_on")).group_by(others.c.student_id)
    left_on = left.subquery()
    query = (
        sa.select(here.c.student_id, sa.func.min(here.c.as_of).label("arrived_on"))
        .join(left_on, left_on.c.student_id == here.c.student_id)
        .where(here.c.as_of > left_on.c.left_on, here.c.as_of >= since)
        .group_by(here.c.student_id)
    )
    return {row.student_id: row.arrived_on for row in connection.execute(query)}


def first_list_of(store: Store, school_id: str) -> date | None:
    """The day of the first list of a school."""
    query = sa.select(sa.func.min(runs.c.as_of)).select_from(assessments.join(runs))
    with store.reading() as connection:
        found: date | None = connection.scalar(query.where(assessments.c.school_id == school_id, in_force_runs(None)))
        return found


def school_records(store: Store, school_id: str) -> tuple[DutyRecord, ...]:
    with store.reading() as connection:
        mine = school_duty_records.c.school_id == school_id
        return tuple(_record(row) for row in _standing(connection, school_duty_records, mine))


@dataclass(frozen=True)
class KeptForm:
    """What was recorded by one form: at which school, by whom and when, and whether it is of the school itself."""

    school_id: str
    by: str
    at: datetime
    of_school: bool


def keep_records(store: Store, school_id: str, ids: Sequence[str], said: DutyRecord, now: datetime) -> None:
    """Keep what one form says of students at once; that a family was met is a contact as well. The same form twice is
    one record of each."""
    by_id = {_of_form(said.record_id, one): one for one in ids}
    with store.writing() as connection:
        fresh = {name: one for name, one in by_id.items() if name not in _known(connection, duty_records, list(by_id))}
        if not fresh:
            return
        whose = {"school_id": school_id}
        rows = [_row(said, name, now) | whose | {"student_id": one, "file_id": one} for name, one in fresh.items()]
        connection.execute(duty_records.insert(), rows)
        whom = _whom(said)
        if whom is not None:
            day = now.astimezone(ZONE).date()
            met = {name: [NewContact(one, school_id, said.on, whom.code, day)] for name, one in fresh.items()}
            keep_contacts(connection, met, now, PAGE)
        for one in fresh.values():
            detail = f"{said.duty} {said.result.code}"
            add_event(connection, AuditEvent(now, said.by, "task.recorded", "follow_up", one, detail))


def _of_form(form_id: str, student_id: str) -> str:
    """The id of a record: the form's, with a short name of the student."""
    return f"{form_id}:{hashlib.sha256(student_id.encode()).hexdigest()[:16]}"


def keep_school_record(store: Store, school_id: str, said: DutyRecord, now: datetime) -> None:
    with store.writing() as connection:
        if _known(connection, school_duty_records, [said.record_id]):
            return
        connection.execute(school_duty_records.insert(), _row(said, said.record_id, now) | {"school_id": school_id})
        detail = f"{said.duty} {said.result.code}"
        add_event(connection, AuditEvent(now, said.by, "school_task.recorded", object_id=school_id, detail=detail))


def find_form(store: Store, form_id: str) -> KeptForm | None:
    """What stands of a form; None where there is nothing."""
    with store.reading() as connection:
        for table in (duty_records, school_duty_records):
            for row in _standing(connection, table, _by_form(table, form_id)):
                return KeptForm(row.school_id, row.recorded_by, row.recorded_at, table is school_duty_records)
    return None


def take_back(store: Store, form_id: str, by: str, now: datetime) -> None:
    """Take back what stands of a form, each record by another row."""
    with store.writing() as connection:
        for table, action in ((duty_records, "task.undone"), (school_duty_records, "school_task.undone")):
            for row in _standing(connection, table, _by_form(table, form_id)):
                again = {"record_id": secrets.token_urlsafe(12), "undoes": row.record_id}
                said = dict(row._mapping) | again | {"recorded_at": now, "recorded_by": by}
                connection.execute(table.insert(), [said])
                whose = row._mapping.get("student_id")
                event = AuditEvent(now, by, action, "follow_up" if whose else None, whose or row.school_id, row.duty)
                add_event(connection, event)


def _by_form(table: sa.Table, form_id: str) -> sa.ColumnElement[bool]:
    return (table.c.record_id == form_id) | table.c.record_id.startswith(f"{form_id}:", autoescape=True)


def _standing(connection: sa.Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> list[Any]:
    """Without records that were taken back, and what took them back; by day."""
    gone = sa.select(table.c.undoes).where(table.c.undoes.is_not(None))
    query = table.select().where(which, table.c.undoes.is_(None), table.c.record_id.not_in(gone))
    return list(connection.execute(query.order_by(table.c.done_on, table.c.recorded_at, table.c.record_id)))


def _known(connection: sa.Connection, table: sa.Table, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for part in chunks(list(ids)):
        found |= set(connection.scalars(sa.select(table.c.record_id).where(table.c.record_id.in_(part))))
    return found


def _whom(said: DutyRecord) -> Contacted | None:
    return None if said.how is None or said.result is DutyResult.EXCUSED else HOW[said.how]


def _row(said: DutyRecord, record_id: str, now: datetime) -> dict[str, Any]:
    return {
        "record_id": record_id,
        "duty": said.duty,
        "done_on": said.on,
        "result": said.result.code,
        "how": said.how.code if said.how else None,
        "reason": said.reason.code if said.reason else None,
        "undoes": None,
        "recorded_at": now,
        "recorded_by": said.by,
    }


def _record(row: Any) -> DutyRecord:
    how = VisitHow.of(row.how) if row.how else None
    reason = ExcuseReason.of(row.reason) if row.reason else None
    result = DutyResult.of(row.result)
    return DutyRecord(row.record_id, row.duty, row.done_on, result, how, reason, row.recorded_by)


def _day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()
