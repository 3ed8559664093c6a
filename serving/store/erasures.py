"""Erasing a student: every row goes, and by a mark the id is known again where a file of before still holds it."""

import hmac
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from models.triage import ZONE
from serving.store.audit import AuditEvent, add_events
from serving.store.audit_chain import forget
from serving.store.audit_tables import subject_keys
from serving.store.case_tables import identity_decisions
from serving.store.database import Store, chunks
from serving.store.dialects import empty_the_log, overwrite_what_is_removed
from serving.store.files import contested
from serving.store.inputs import hash_of_id
from serving.store.rights_tables import erasure_keys, erasures
from serving.store.run_tables import brought
from serving.store.sealing import SEALED, seal, unseal
from serving.store.tables import assessments, contacts, entries, erased, metadata, outcomes, students

KEY_ID, KEY_BYTES = "1", 32
SEALED_BY_FILE = {name: column for name, key, column in SEALED if key == "file_id"}


def erase_record(
    store: Store, student_id: str, at: datetime, actor: str, also: Collection[str] = (), *, expired: bool = False
) -> int:
    """Remove every row of a student, from every table; returns how many assessments they were.

    Of an assessment only the hash of its random id is left, by which a replay answers "erased". The audit log goes on
    to say what was done, and the key by which it could be told with whose record is destroyed. `also` are other ids
    under which the student stands in files (an extract's): they are known again as well. What is `expired` goes because
    its time is over and not because somebody asked: no mark is left of it.
    """
    with store.writing() as connection:
        overwrite_what_is_removed(connection)
        files = _files(connection, student_id)
        made = sa.select(assessments.c.assessment_id).where(assessments.c.student_id.in_(files))
        sent = sa.select(entries.c.entry_id).where(entries.c.student_id.in_(files))
        ids = [one for query in (made, sent) for one in connection.scalars(query) if one is not None]
        told = [sa.select(table.c.sha256).where(table.c.student_id.in_(files)) for table in (outcomes, contacts)]
        connection.execute(brought.delete().where(brought.c.sha256.in_(sa.union(*told))))
        connection.execute(identity_decisions.delete().where(identity_decisions.c.other_id.in_(files)))
        for table in metadata.sorted_tables:
            if "student_id" in table.c and table is not subject_keys:
                connection.execute(table.delete().where(table.c.student_id.in_(files)))
        _unname(connection, files)
        if ids:
            connection.execute(erased.insert(), [{"id_sha256": hash_of_id(one)} for one in ids])
        if not expired:
            _mark(connection, [one for one in (student_id, *also) if " (" not in one], at.astimezone(ZONE).date())
        said = ("student.expired", "quality_audit") if expired else ("student.erased", "rights_request")
        add_events(connection, [AuditEvent(at, actor, *said, file) for file in files])
        forget(connection, files)
    empty_the_log(store.engine)
    return len(ids)


def erased_among(store: Store, ids: Iterable[str]) -> dict[str, date]:
    """Of `ids` those of erased students, each with the day on which it was erased."""
    with store.reading() as connection:
        sealed = connection.scalar(sa.select(erasure_keys.c.sealed))
        if sealed is None:
            return {}
        key = bytes.fromhex(unseal(connection, "erasure_keys", KEY_ID, sealed))
        known: Mapping[str, date] = {row.mark: row.erased_on for row in connection.execute(erasures.select())}
    return {one: known[mark] for one in set(ids) if (mark := _mark_of(key, one)) in known}


def _mark(connection: sa.Connection, ids: Sequence[str], on: date) -> None:
    sealed = connection.scalar(sa.select(erasure_keys.c.sealed))
    if sealed is None:
        sealed = seal(connection, "erasure_keys", KEY_ID, secrets.token_hex(KEY_BYTES))
        connection.execute(erasure_keys.insert().values(key_id=KEY_ID, sealed=sealed))
    key = bytes.fromhex(unseal(connection, "erasure_keys", KEY_ID, sealed))
    for mark in {_mark_of(key, one) for one in ids}:
        connection.execute(erasures.delete().where(erasures.c.mark == mark))
        connection.execute(erasures.insert().values(mark=mark, erased_on=on))


def _mark_of(key: bytes, student_id: str) -> str:
    return hmac.new(key, student_id.encode(), "sha256").hexdigest()


def _unname(connection: sa.Connection, files: Sequence[str]) -> None:
    """What a person moved out of these files to others' stays theirs, and tells no more where it came from."""
    for table in metadata.sorted_tables:
        if "file_id" not in table.c:
            continue
        for part in chunks(list(files)):
            here = table.c.file_id.in_(part)
            column = SEALED_BY_FILE.get(table.name)
            key = next(iter(table.primary_key))
            rows = [] if column is None else connection.execute(table.select().where(here)).all()
            for row in rows:
                text = unseal(connection, table.name, row.file_id, getattr(row, str(column)))
                new = {column: seal(connection, table.name, row.student_id, text)}
                connection.execute(table.update().where(key == getattr(row, key.name)).values(new))
            connection.execute(table.update().where(here).values(file_id=table.c.student_id))
            if "joined_to" in table.c:
                connection.execute(table.update().where(table.c.joined_to.in_(part)).values(joined_to=None))


def _files(connection: sa.Connection, student_id: str) -> tuple[str, ...]:
    """The files of a student: what came under the same id for the school of the student's roster is the student's."""
    school = connection.scalar(sa.select(students.c.school_id).where(students.c.student_id == student_id))
    return (student_id,) if school is None else (student_id, contested(student_id, school))
