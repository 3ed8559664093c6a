"""Values that somebody had corrected in the own record. A correction is added and goes before what a school's files say
for as long as these say the same as before; once they say something else, they are believed again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

import sqlalchemy as sa

from data_schemas.codes import Answer, FamilyFlag, Sex
from runxin.errors import usage
from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store, chunks
from serving.store.rights_tables import corrections
from serving.store.sealing import seal, unseal
from serving.store.students import name_of, seal_name
from serving.store.tables import names, students

ROSTER = ("class_id", "grade", "sex", "birth_date")  # columns of `students` that a correction may be about
FAMILY = "family."  # before the code of a circumstance
FIELDS = ("name", *ROSTER, *(FAMILY + flag for flag in FamilyFlag.codes()))


@dataclass(frozen=True)
class Correction:
    """`was` and `now` as the tables write them: a day in ISO form, a code; None where there is nothing."""

    field: str
    was: str | None
    now: str | None


By = Mapping[str, Sequence[Correction]]  # by student, the oldest first


def keep_correction(
    store: Store,
    student_id: str,
    school_id: str,
    field: str,
    now: str,
    was: str | None,
    asked: tuple[str, str],
    at: datetime,
    actor: str,
    event: AuditEvent,
) -> None:
    """Add a correction with its event. `asked` says who asked for it and how it was checked who they are. What is made
    of all facts, the roster of today and the name, is as corrected at once."""
    key = uuid4().hex
    said = json.dumps({"was": was, "now": now}, ensure_ascii=False)
    whose = {"student_id": student_id, "file_id": student_id, "school_id": school_id}
    with store.writing() as connection:
        connection.execute(
            corrections.insert().values(
                **whose,
                correction_id=key,
                field=field,
                said=seal(connection, "corrections", key, said),
                asked_by=asked[0],
                identity=asked[1],
                corrected_at=at,
                corrected_by=actor,
            )
        )
        if field in ROSTER:
            value = typed(field, now)
            connection.execute(students.update().where(students.c.student_id == student_id).values({field: value}))
        if field == "name":
            connection.execute(names.delete().where(names.c.student_id == student_id))
            sealed = seal_name(connection, student_id, now)
            connection.execute(names.insert().values(student_id=student_id, sealed=sealed))
        add_event(connection, event)


def corrections_in(connection: sa.Connection, ids: Sequence[str] | None = None) -> By:
    """The corrections of everybody or of some."""
    c, found = corrections.c, dict[str, list[Correction]]()
    for part in [None] if ids is None else chunks(list(ids)):
        query = corrections.select() if part is None else corrections.select().where(c.student_id.in_(part))
        for row in connection.execute(query.order_by(c.corrected_at, c.correction_id)):
            said = json.loads(unseal(connection, "corrections", row.correction_id, row.said))
            found.setdefault(row.student_id, []).append(Correction(row.field, said["was"], said["now"]))
    return found


def corrections_of(store: Store) -> By:
    with store.reading() as connection:
        return corrections_in(connection)


def as_corrected(field: str, value: str | None, given: Sequence[Correction]) -> str | None:
    """A value of a file, as it stands after the corrections."""
    for one in given:
        if one.field == field and one.was == value:
            value = one.now
    return value


def value_of(connection: sa.Connection, student_id: str, field: str) -> str | None:
    """What a field of the roster, or the name, is now, as the tables write it."""
    if field == "name":
        sealed = connection.scalar(sa.select(names.c.sealed).where(names.c.student_id == student_id))
        return None if sealed is None else name_of(connection, student_id, sealed)[0]
    return plain(connection.scalar(sa.select(students.c[field]).where(students.c.student_id == student_id)))


def plain(value: object) -> str | None:
    return None if value is None else value.isoformat() if isinstance(value, date) else str(value)


def typed(field: str, value: str | None) -> object:
    """The value as the column holds it. Raises `UserError` (usage) where it is none."""
    try:
        if value is None or field in ("name", "class_id"):
            return value
        if field == "birth_date":
            return date.fromisoformat(value)
        if field == "grade":
            return int(value)
    except ValueError as error:
        raise usage(f"this is no value of {field}", fix="a day such as 2012-09-01, a grade such as 7") from error
    known = Sex.codes() if field == "sex" else Answer.codes()
    if value not in known:
        raise usage(f"this is no value of {field}", fix=f"one of: {', '.join(known)}")
    return value
