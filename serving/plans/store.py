"""Plans as they were written: added with their event in the audit log, never changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from serving.store import AuditEvent, Store, add_event
from serving.store.plan_tables import plans
from serving.store.sealing import seal, unseal


@dataclass(frozen=True)
class WrittenPlan:
    """One version of a plan. `version` counts within its kind, from 1."""

    student_id: str
    school_id: str
    kind: str
    fields: Mapping[str, str]
    written_at: datetime
    written_by: str
    version: int = 0


def plans_of(store: Store, student_id: str, kind: str) -> tuple[WrittenPlan, ...]:
    """Every version, the newest first."""
    mine = (plans.c.student_id == student_id) & (plans.c.kind == kind)
    with store.reading() as connection:
        rows = connection.execute(plans.select().where(mine).order_by(plans.c.plan_id)).all()
        said = [json.loads(unseal(connection, "plans", row.file_id, row.fields)) for row in rows]
    found = [
        WrittenPlan(row.student_id, row.school_id, kind, fields, row.written_at, row.written_by, number)
        for number, (row, fields) in enumerate(zip(rows, said, strict=True), start=1)
    ]
    return tuple(reversed(found))


def keep_plan(store: Store, plan: WrittenPlan, last: int, audited: AuditEvent) -> bool:
    """Keep a version; False, and nothing is kept, where there is a newer one than `last`, which its author had read."""
    mine = (plans.c.student_id == plan.student_id) & (plans.c.kind == plan.kind)
    with store.writing() as connection:
        if len(connection.execute(plans.select().where(mine)).all()) != last:
            return False
        row = {name: value for name, value in vars(plan).items() if name != "version"}
        fields = seal(connection, "plans", plan.student_id, json.dumps(dict(plan.fields)))
        connection.execute(plans.insert().values(**row | {"file_id": plan.student_id, "fields": fields}))
        add_event(connection, audited)
    return True
