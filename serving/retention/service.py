"""What has been kept for as long as its purpose asks, and its removal. Of whom danger is open or a case runs, nothing
goes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from data_schemas.school_days import Calendars
from models.policy import Policy
from models.triage import ZONE, present_of
from serving.cases.store import cases_of
from serving.cases.workflow import CaseState
from serving.retention.store import PURPOSES, find_due, remove_due, spoken_of
from serving.retention.table import Keeping
from serving.store import AuditEvent, Store, add_event, erase_record, facts_of, write_audit
from serving.store.database import chunks

LOOKED, APPLIED = "retention.looked", "retention.applied"


@dataclass(frozen=True)
class DueToGo:
    """Of one purpose: what is older than `before` (None: kept until a person decides), by rows and students; `kept` are
    students of whom it stays, since danger is open or a case runs."""

    purpose: str
    months: int
    source: str
    before: datetime | None
    rows: int = 0
    students: tuple[str, ...] = ()
    kept: int = 0


def look_at_retention(
    store: Store, table: Mapping[str, Keeping], policy: Policy, now: datetime, actor: str
) -> list[DueToGo]:
    """What would go, of every purpose of the table. That it was looked at is put in the trail."""
    write_audit(store, AuditEvent(now, actor, LOOKED, "quality_audit"))
    return [_due(store, purpose, table[purpose], policy, now) for purpose in PURPOSES]


def apply_retention(store: Store, due: Collection[DueToGo], now: datetime, actor: str) -> None:
    """Remove what is due, each purpose with its event in the audit log."""
    for one in due:
        if one.before is None or not one.students:
            continue
        detail = f"purpose={one.purpose} months={one.months} students={len(one.students)} rows={one.rows}"
        event = AuditEvent(now, actor, APPLIED, "quality_audit", detail=detail)
        if PURPOSES[one.purpose].remove is None:
            for student_id in one.students:
                erase_record(store, student_id, now, actor, expired=True)
            write_audit(store, event)
            continue
        with store.writing() as connection:
            remove_due(connection, one.purpose, one.before, one.students)
            add_event(connection, event)


def _due(store: Store, purpose: str, keeping: Keeping, policy: Policy, now: datetime) -> DueToGo:
    before = keeping.before(now)
    if before is None:
        return DueToGo(purpose, keeping.months, keeping.source, None)
    with store.reading() as connection:
        found = find_due(connection, purpose, before)
    needed = _needed(store, found, policy, now.astimezone(ZONE).date())
    due = {who: rows for who, rows in found.items() if who not in needed}
    return DueToGo(
        purpose, keeping.months, keeping.source, before, sum(due.values()), tuple(sorted(due)), len(found) - len(due)
    )


def _needed(store: Store, ids: Collection[str], policy: Policy, today: date) -> set[str]:
    """Of whom evidence is open or somebody works on the case."""
    with store.reading() as connection:
        spoken = spoken_of(connection, ids)
    found: set[str] = set()
    for part in chunks(sorted(spoken)):
        cases = cases_of(store, part)
        found |= {who for who, case in cases.items() if case.events and case.state is not CaseState.CLOSED}
        facts = facts_of(store, part, today)
        for who, one in facts.items():
            (present,) = present_of([one], policy, Calendars().of(one.school_id))
            if present.open:
                found.add(who)
    return found
