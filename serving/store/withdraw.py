"""A screening that should not have been published is taken back: all reads as if it had never been made, but for the
evidence that it filed."""

from datetime import datetime

import sqlalchemy as sa

from runxin.errors import Kind, UserError
from serving.store.audit import AuditEvent, add_events
from serving.store.database import Store
from serving.store.files import join_files, part_files
from serving.store.rosters import settle_students
from serving.store.runs import is_withdrawn
from serving.store.tables import run_withdrawals, runs


def withdraw_run(store: Store, run_id: str, reason: str, at: datetime, actor: str) -> bool:
    """Take a screening back: the list before it is in force again, with its students, consents and tables. The evidence
    that it filed stays on file; words and contacts that nobody else has brought close nothing any more. Says whether it
    had not been withdrawn before; raises `UserError` (not found) where there is no such run."""
    with store.writing() as connection:
        if connection.scalar(sa.select(runs.c.run_id).where(runs.c.run_id == run_id)) is None:
            raise UserError(Kind.NOT_FOUND, f"there is no run {run_id!r}", fix="`runxin list --json` names the run")
        if is_withdrawn(connection, run_id):
            return False
        taken = {"run_id": run_id, "withdrawn_at": at, "withdrawn_by": actor, "reason": reason}
        connection.execute(run_withdrawals.insert().values(taken))
        settled = settle_students(connection)
        joined = join_files(connection, settled.homes, at)
        parted = part_files(connection, settled.lost, at)
        events = [AuditEvent(at, actor, "file.joined", None, student, file) for file, student in joined]
        events += [AuditEvent(at, actor, "file.parted", None, student, file) for student, file in parted]
        add_events(connection, [*events, AuditEvent(at, actor, "run.withdrawn", object_id=run_id, detail=reason)])
    return True
