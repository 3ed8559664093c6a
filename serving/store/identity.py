"""Who somebody is, as a person decided on a page. Decisions are rows that are added; what they move keeps its moments.

What a decision has settled is settled for what comes later too: a file that was found to be a student's is that
student's in the next screening and the next record (`decided_files`), until the decision is taken back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import count
from typing import Any

import sqlalchemy as sa

from serving.store.case_tables import identity_decisions
from serving.store.database import Store
from serving.store.fact_changes import Changes
from serving.store.files import FileOf, contested, homes_of, id_of, put_into, rows_in

SAME, ONE, TWO, NEW = "same", "one", "two", "new"
INTO_ANOTHER = (SAME, ONE)


@dataclass(frozen=True)
class IdentityDecision:
    """A decision about the file `student_id`; `other_id` is whose it is, or of "two" the file of the other person."""

    decision_id: str
    kind: str
    student_id: str
    other_id: str | None
    school_id: str
    reason: str | None
    undoes: str | None
    decided_at: datetime
    decided_by: str


COLUMNS = tuple(field.name for field in fields(IdentityDecision))


def keep_decision(
    connection: sa.Connection, decision: IdentityDecision, chosen: Mapping[str, Sequence[Any]] | None = None
) -> None:
    """Keep a decision and put what it is about where it says: all that stands in the file, or the `chosen` rows."""
    moved: dict[str, list[Any]] = {}
    if decision.kind != NEW and decision.other_id is not None:
        there = rows_in(connection, decision.student_id) if chosen is None else chosen
        moved = {name: list(keys) for name, keys in there.items()}
        put_into(connection, decision.student_id, decision.other_id, moved, decision.decided_at)
    connection.execute(identity_decisions.insert().values(**vars(decision), moved=moved))


def take_back_decision(connection: sa.Connection, decision: IdentityDecision, undo: IdentityDecision) -> None:
    """Keep the row that takes a decision back, and put back what it had moved; of "two" all that stands in the other
    file, what came there since too."""
    connection.execute(identity_decisions.insert().values(**vars(undo), moved={}))
    if decision.kind == NEW or decision.other_id is None:
        return
    query = sa.select(identity_decisions.c.moved).where(identity_decisions.c.decision_id == decision.decision_id)
    moved = rows_in(connection, decision.other_id) if decision.kind == TWO else connection.scalar(query)
    put_into(connection, decision.other_id, decision.student_id, moved or {}, undo.decided_at)


def standing_decisions(connection: sa.Connection, file_id: str | None = None) -> list[IdentityDecision]:
    """Those that were not taken back, oldest first: all, or those about one file on either side."""
    c = identity_decisions.c
    query = identity_decisions.select().where(_standing()).order_by(c.decided_at)
    if file_id is not None:
        query = query.where((c.student_id == file_id) | (c.other_id == file_id))
    return [IdentityDecision(*(row._mapping[name] for name in COLUMNS)) for row in connection.execute(query)]


def _standing() -> sa.ColumnElement[bool]:
    """Which decisions were not taken back."""
    c = identity_decisions.c
    return c.undoes.is_(None) & c.decision_id.not_in(sa.select(c.undoes).where(c.undoes.is_not(None)))


def decided_files(connection: sa.Connection) -> dict[str, str]:
    """By file, whose it was found to be; chains are followed to their end."""
    found = {
        one.student_id: one.other_id
        for one in standing_decisions(connection)
        if one.kind in INTO_ANOTHER and one.other_id is not None
    }
    return {file_id: _end(file_id, found) for file_id in found}


def _end(file_id: str, into: Mapping[str, str]) -> str:
    seen = {file_id}
    while (following := into.get(file_id)) is not None and following not in seen:
        seen.add(following)
        file_id = following
    return file_id


def confirmed_new(connection: sa.Connection) -> set[str]:
    """Files of whom somebody has said that they are new students, whom a roster will have."""
    return {one.student_id for one in standing_decisions(connection) if one.kind == NEW}


def follow_decisions(
    store: Store, files: Sequence[FileOf], allowed: Collection[str] | None, changes: Changes
) -> list[FileOf]:
    """The files of what a client sends, with those that were found to be a student's. Of a school that is not the
    client's own nothing is followed: it would tell whose the file is. `changes` are those read just now."""

    def read() -> dict[str, str]:
        with store.reading() as connection:
            return decided_files(connection)

    decided = store.kept.once(" decided files", changes.of_all, read)
    if not any(one.file_id in decided for one in files):
        return list(files)
    with store.reading() as connection:
        homes = homes_of(connection, [decided[one.file_id] for one in files if one.file_id in decided])
    found = []
    for one in files:
        whose = decided.get(one.file_id, "")
        home = homes.get(whose)
        mine = home is not None and (allowed is None or home in allowed)
        found.append(replace(one, file_id=whose, school_id=home, on_roster=True) if mine and home else one)
    return found


def other_person(student_id: str, school_id: str, number: int) -> str:
    """The file of another person who goes by the same id; no roster is asked about it, and nothing that is sent under
    any school's name comes into it, since no name holds a blank."""
    return contested(student_id, school_id, f"+ {number}")


def next_person(connection: sa.Connection, file_id: str, school_id: str) -> str:
    """The file of one person more who goes by the id of a file. What was of another once is never given again, since
    two people in one file are what a decision takes apart."""
    c = identity_decisions.c
    taken = set(connection.scalars(sa.select(c.other_id).where(c.kind == TWO)))
    files = (other_person(id_of(file_id), school_id, number) for number in count(2))
    return next(one for one in files if one not in taken)
