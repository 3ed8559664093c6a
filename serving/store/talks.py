"""Talks and tries that were recorded on pages: read back as attempts, and for who shows them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from models.triage import Attempt
from serving.store.case_tables import talks
from serving.store.database import chunks
from serving.store.duties_tables import duty_records
from serving.store.sealing import seal, unseal

NOT_REACHED, GUARDIAN = "not_reached", "guardian"


@dataclass(frozen=True)
class Talk:
    """One record as somebody filled it in. `outcome` names the word it gave, `undoes` the talk that it takes back; the
    file that it is put into is given when it is kept."""

    talk_id: str
    student_id: str
    school_id: str
    how: str
    held_on: date
    recorded_at: datetime
    recorded_by: str
    step: str | None = None
    again_on: date | None = None
    note: str | None = None
    outcome: str | None = None
    undoes: str | None = None
    file_id: str = field(default="", compare=False)

    @property
    def reached(self) -> bool:
        return self.how != NOT_REACHED


COLUMNS = tuple(one.name for one in fields(Talk))


def add_talk(connection: sa.Connection, talk: Talk) -> None:
    note = None if talk.note is None else seal(connection, "talks", talk.talk_id, talk.note)
    connection.execute(talks.insert().values(vars(talk) | {"note": note, "file_id": talk.student_id}))


def talks_of(connection: sa.Connection, ids: Sequence[str], at: datetime | None = None) -> dict[str, list[Talk]]:
    """Every record by student, oldest first, those that were taken back and what took them back among them."""
    found: dict[str, list[Talk]] = {}
    for part in chunks(list(ids)):
        query = talks.select().where(talks.c.student_id.in_(part)).order_by(talks.c.recorded_at, talks.c.talk_id)
        if at is not None:
            query = query.where(talks.c.recorded_at <= at)
        for row in connection.execute(query):
            found.setdefault(row.student_id, []).append(talk_from_row(connection, row))
    return found


def standing(every: Sequence[Talk]) -> list[Talk]:
    """Without those that were taken back and what took them back."""
    gone = {one.undoes for one in every}
    return [one for one in every if one.undoes is None and one.talk_id not in gone]


def attempts_of(connection: sa.Connection, ids: Sequence[str], at: datetime | None = None) -> dict[str, list[Attempt]]:
    """By student, oldest first."""
    return {
        student_id: [
            Attempt(
                one.held_on,
                one.recorded_at,
                one.recorded_by,
                one.reached,
                one.again_on,
                one.how != GUARDIAN,
                one.file_id,
            )
            for one in standing(every)
        ]
        for student_id, every in talks_of(connection, ids, at).items()
    }


def undone_ids() -> sa.CompoundSelect[Any]:
    """The ids of talks, and of records of the plan's duties, that were taken back."""
    return sa.union_all(*(sa.select(one.c.undoes).where(one.c.undoes.is_not(None)) for one in (talks, duty_records)))


def talk_from_row(connection: sa.Connection, row: Any) -> Talk:
    note = None if row.note is None else unseal(connection, "talks", row.talk_id, row.note)
    return Talk(**{name: row._mapping[name] for name in COLUMNS} | {"note": note})
