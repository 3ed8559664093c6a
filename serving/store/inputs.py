"""What an assessment was made from: rows about one student, apart from all others', so that they can be erased."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from runxin.errors import bad_data
from serving.store.contents import Content, contents_with, keep_contents, opened
from serving.store.database import Store, chunks
from serving.store.payload import unpack
from serving.store.tables import (
    assessments,
    contents,
    entries,
    erased,
    inputs,
    runs,
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
        return connection.scalar(sa.select(erased).where(erased.c.id_sha256 == hash_of_id(assessment_id))) is not None


def hash_of_id(assessment_id: str) -> str:
    return hashlib.sha256(assessment_id.encode()).hexdigest()
