"""What an assessment was made from: rows about one student, apart from all others', so that they can be erased."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from runxin.errors import bad_data
from serving.store.audit import AuditEvent, add_events
from serving.store.audit_chain import forget
from serving.store.case_tables import (
    case_events,
    concern_reports,
    drafts,
    explanation_views,
    identity_decisions,
    readings,
    reveals,
    talks,
)
from serving.store.concern_reports import undone_entries
from serving.store.contents import Content, contents_with, keep_contents, opened
from serving.store.database import Store, chunks
from serving.store.dialects import empty_the_log, overwrite_what_is_removed
from serving.store.fact_changes import fact_changes
from serving.store.files import contested
from serving.store.payload import unpack
from serving.store.plan_tables import plans, restricted_notes, student_links
from serving.store.rights_tables import corrections
from serving.store.run_tables import brought
from serving.store.tables import (
    assessments,
    contacts,
    contents,
    entries,
    erased,
    evidence,
    inputs,
    misses,
    outcomes,
    runs,
    students,
)

ON_STUDENTS = (
    *(fact_changes, inputs, outcomes, contacts, misses),
    *(talks, drafts, explanation_views, case_events, reveals, concern_reports, readings),
    *(plans, restricted_notes, student_links, corrections),
)
UNKEPT = (
    "nothing is stored to replay this assessment from: it is older than replay, or its model was not read from files"
)


@dataclass(frozen=True)
class ReplayContext:
    """What a run or an entry was made with beside the student's rows: `said` names the others by their hashes."""

    said: Content
    others: tuple[Content, ...] = ()


@dataclass(frozen=True)
class RunInputs:
    """Of a screening: its context, and by student the rows that were read and the margin of the screening before."""

    context: ReplayContext
    rows: Mapping[str, Content] = field(repr=False)
    earlier: Mapping[str, float] = field(repr=False)


@dataclass(frozen=True)
class Kept:
    """One assessment as it was stored, with the names of what it was made from. `run` is false for a platform's entry,
    whose rows are a request; `erased` says that its inputs were removed."""

    student_id: str
    school_id: str
    as_of: date | None
    run: bool
    assessment: dict[str, Any] = field(repr=False)
    context: str | None
    inputs: str | None
    earlier_margin: float | None
    erased: bool = False


def find_kept(store: Store, assessment_id: str) -> Kept | None:
    """The assessment of that id, of a run or of an entry; None where there is none (or none any more)."""
    run = sa.select(assessments, runs.c.as_of, runs.c.context).join(runs)
    with store.reading() as connection:
        row = connection.execute(run.where(assessments.c.assessment_id == assessment_id)).first()
        if row is not None:
            said = unpack(row.payload)
            whose = (row.student_id, row.school_id, row.as_of, True)
            return Kept(*whose, said, row.context, row.inputs, row.earlier_margin)
        row = connection.execute(entries.select().where(entries.c.entry_id == assessment_id)).first()
    if row is None:
        return None
    whose = (row.student_id, row.school_id, None, False)
    return Kept(*whose, unpack(row.assessment), row.context, row.inputs, None, row.record == b"")


def inputs_of(store: Store, kept: Kept) -> Any:
    """The rows that an assessment was made from; raises `UserError` where they are missing or were changed."""
    if kept.inputs is None or kept.context is None:
        raise bad_data(UNKEPT)
    mine = (inputs.c.student_id == kept.student_id) & (inputs.c.sha256 == kept.inputs)
    with store.reading() as connection:
        stored = connection.scalar(sa.select(inputs.c.content).where(mine))
    if stored is None:
        raise bad_data(f"the stored inputs {kept.inputs} are missing", fix="restore a backup")
    return opened("inputs", kept.inputs, stored)


def kept_contents(store: Store, hashes: Sequence[str]) -> dict[str, Any]:
    """What is kept under these hashes; raises `UserError` naming what is missing or was changed."""
    with store.reading() as connection:
        return contents_with(connection, hashes)


def keep_context(connection: sa.Connection, context: ReplayContext) -> None:
    """Keep a context and what it names; one that is there has all of it."""
    if connection.scalar(sa.select(contents.c.sha256).where(contents.c.sha256 == context.said.sha256)) is not None:
        return
    keep_contents(connection, [context.said, *context.others])


def keep_inputs(connection: sa.Connection, rows: Iterable[tuple[str, Content]]) -> None:
    """Keep students' rows; those of a student who has the same ones already are there once."""
    fresh = {(student, one.sha256): one.stored for student, one in rows}
    for part in chunks(sorted({student for student, _ in fresh})):
        query = sa.select(inputs.c.student_id, inputs.c.sha256).where(inputs.c.student_id.in_(part))
        for row in connection.execute(query):
            fresh.pop((row.student_id, row.sha256), None)
    if fresh:
        added = [{"student_id": who, "sha256": sha256, "content": stored} for (who, sha256), stored in fresh.items()]
        connection.execute(inputs.insert(), added)


def is_erased(store: Store, assessment_id: str) -> bool:
    """Whether the inputs of an assessment that had this id were erased."""
    with store.reading() as connection:
        return connection.scalar(sa.select(erased).where(erased.c.id_sha256 == _hash(assessment_id))) is not None


def erase_inputs(store: Store, student_id: str, at: datetime, actor: str) -> int:
    """Remove what a student's assessments were made from, outcomes included; returns how many they were.

    Of each only the hash of its random id is left, by which a replay answers "erased"; the rows that the list and open
    evidence stand on lose the id itself, so that nothing leads from the one to the other. The audit log goes on to say
    what was done, and the key by which it could be told with whose record is destroyed.
    """
    with store.writing() as connection:
        overwrite_what_is_removed(connection)
        files = _files(connection, student_id)
        mine = assessments.c.student_id.in_(files)
        ids = list(
            connection.scalars(
                sa.select(assessments.c.assessment_id).where(mine, assessments.c.assessment_id.is_not(None))
            )
        )
        connection.execute(
            assessments.update().where(mine).values(assessment_id=None, inputs=None, earlier_margin=None)
        )
        # A report that was taken back must not come up again once nobody knows any more that it was.
        undone = undone_entries()
        connection.execute(evidence.delete().where(evidence.c.student_id.in_(files), evidence.c.filed_by.in_(undone)))
        connection.execute(entries.delete().where(entries.c.student_id.in_(files), entries.c.entry_id.in_(undone)))
        sent = entries.c.student_id.in_(files) & (entries.c.record != b"")
        sent_ids = list(connection.scalars(sa.select(entries.c.entry_id).where(sent)))
        for entry_id in sent_ids:
            fresh = uuid4().hex
            connection.execute(
                entries.update()
                .where(entries.c.entry_id == entry_id)
                .values(entry_id=fresh, record=b"", inputs=None, context=None)
            )
            by_it = evidence.c.student_id.in_(files) & (evidence.c.filed_by == entry_id)
            connection.execute(evidence.update().where(by_it).values(filed_by=fresh))
        told = [sa.select(table.c.sha256).where(table.c.student_id.in_(files)) for table in (outcomes, contacts)]
        connection.execute(brought.delete().where(brought.c.sha256.in_(sa.union(*told))))
        connection.execute(assessments.update().where(mine, ~_says_where()).values(sex=None, birth_date=None))
        # A digest of nine answers tells the answers to whoever tries them all.
        connection.execute(evidence.update().where(evidence.c.student_id.in_(files)).values(record=None))
        for table in ON_STUDENTS:
            connection.execute(table.delete().where(table.c.student_id.in_(files)))
        decided = identity_decisions.c
        about = decided.student_id.in_(files) | decided.other_id.in_(files)
        connection.execute(identity_decisions.delete().where(about))
        gone = [{"id_sha256": _hash(one)} for one in (*ids, *sent_ids)]
        if gone:
            connection.execute(erased.insert(), gone)
        add_events(connection, [AuditEvent(at, actor, "student.erased", "rights_request", file) for file in files])
        forget(connection, files)
    empty_the_log(store.engine)
    return len(gone)


def _says_where() -> sa.ColumnElement[bool]:
    """Whether an assessment's row is the one that the school's roster of today stands on."""
    same = (students.c.student_id == assessments.c.student_id) & (students.c.run_id == assessments.c.run_id)
    return sa.exists().where(same)


def _files(connection: sa.Connection, student_id: str) -> tuple[str, ...]:
    """The files of a student: what came under the same id for the school of the student's roster is the student's."""
    school = connection.scalar(sa.select(students.c.school_id).where(students.c.student_id == student_id))
    return (student_id,) if school is None else (student_id, contested(student_id, school))


def _hash(assessment_id: str) -> str:
    return hashlib.sha256(assessment_id.encode()).hexdigest()
