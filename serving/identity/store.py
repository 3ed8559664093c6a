"""Decisions on who somebody is, and what stands in a file."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from serving.store import AuditEvent, Store, add_event
from serving.store.case_tables import case_events, talks
from serving.store.identity import (
    INTO_ANOTHER,
    TWO,
    IdentityDecision,
    decided_files,
    keep_decision,
    next_person,
    standing_decisions,
    take_back_decision,
)
from serving.store.tables import contacts, entries, evidence, outcomes


def read_decisions(store: Store, file_id: str) -> list[IdentityDecision]:
    with store.reading() as connection:
        return standing_decisions(connection, file_id)


def find_decision(store: Store, decision_id: str) -> IdentityDecision | None:
    with store.reading() as connection:
        every = standing_decisions(connection)
    return next((one for one in every if one.decision_id == decision_id), None)


def find_next_person(store: Store, file_id: str, school_id: str) -> str:
    with store.reading() as connection:
        return next_person(connection, file_id, school_id)


def keep(
    store: Store,
    decision: IdentityDecision,
    chosen: Mapping[str, Sequence[Any]] | None,
    events: Sequence[AuditEvent],
) -> bool:
    """False where the file was found to be another's before, the other's is to go into this one, or somebody has just
    parted it too."""
    with store.writing() as connection:
        decided = decided_files(connection)
        if decision.student_id in decided or decided.get(decision.other_id or "") == decision.student_id:
            return False
        if decision.kind == TWO and decision.other_id != next_person(
            connection, decision.student_id, decision.school_id
        ):
            return False
        keep_decision(connection, decision, chosen)
        for event in events:
            add_event(connection, event)
    return True


def undo(store: Store, decision: IdentityDecision, row: IdentityDecision, events: Sequence[AuditEvent]) -> bool:
    """False where it was taken back before, or a later decision moved on what it had put together."""
    with store.writing() as connection:
        standing = standing_decisions(connection)
        mine = [one for one in standing if one.decision_id == decision.decision_id]
        later = [
            one
            for one in standing
            if one.decided_at > decision.decided_at and one.kind in INTO_ANOTHER and one.student_id == decision.other_id
        ]
        if not mine or later:
            return False
        take_back_decision(connection, decision, row)
        for event in events:
            add_event(connection, event)
    return True


Row = tuple[str, str, datetime, str, str]


def rows_of_file(store: Store, file_id: str) -> list[Row]:
    """What may be parted from a file, newest first: its mark, kind and moment, and what it says in Chinese and
    English."""
    found: list[Row] = []
    with store.reading() as connection:
        for row in connection.execute(evidence.select().where(evidence.c.student_id == file_id)):
            found.append((f"e{row.filed_id}", "evidence", row.received_at, row.text_zh, row.text_en))
        for row in connection.execute(outcomes.select().where(outcomes.c.student_id == file_id)):
            said = f"{row.observed_on.isoformat()} · {row.interviewer or '–'} · {row.level}"
            found.append((f"o{row.sha256}", "outcome", row.received_at, said, said))
        for row in connection.execute(contacts.select().where(contacts.c.student_id == file_id)):
            found.append((f"c{row.sha256}", "contact", row.received_at, *[row.contacted_on.isoformat()] * 2))
    return sorted(found, key=lambda row: (row[2], row[0]), reverse=True)


def chosen_rows(store: Store, file_id: str, marks: Collection[str]) -> dict[str, list[Any]]:
    """The rows of these marks by table, with what came with them: the record that brought evidence, where all of its
    evidence goes, and the talk that brought a word or a contact."""
    wanted = {mark for mark, *_ in rows_of_file(store, file_id)} & set(marks)
    found: dict[str, list[Any]] = {
        "evidence": [int(mark[1:]) for mark in wanted if mark[0] == "e"],
        "outcomes": [mark[1:] for mark in wanted if mark[0] == "o"],
        "contacts": [mark[1:] for mark in wanted if mark[0] == "c"],
    }
    with store.reading() as connection:
        brought = connection.execute(
            sa.select(evidence.c.filed_id, evidence.c.filed_by).where(evidence.c.student_id == file_id)
        ).all()
        stays = {row.filed_by for row in brought if row.filed_id not in found["evidence"]}
        goes = {row.filed_by for row in brought if row.filed_id in found["evidence"]} - stays
        found["entries"] = list(
            connection.scalars(
                sa.select(entries.c.entry_id).where(entries.c.student_id == file_id, entries.c.entry_id.in_(goes))
            )
        )
        found["talks"] = list(
            connection.scalars(
                sa.select(talks.c.talk_id).where(talks.c.student_id == file_id, talks.c.outcome.in_(found["outcomes"]))
            )
        )
        found["case_events"] = list(
            connection.scalars(sa.select(case_events.c.event_id).where(case_events.c.talk_id.in_(found["talks"])))
        )
    return found
