"""Talks with the facts they give, drafts, and what people think of explanations."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from models.triage import PAGE, ZONE
from serving.store import AuditEvent, NewContact, NewOutcome, Outcome, Store, add_event
from serving.store.case_events import CaseEvent, add_case_event
from serving.store.case_tables import drafts, explanation_views, reveals, talks
from serving.store.contacts import keep_contacts
from serving.store.facts_seen import SeenFact, facts_seen_in, new_since
from serving.store.outcomes import keep_outcomes
from serving.store.sealing import seal, unseal
from serving.store.tables import outcomes
from serving.store.talks import Talk, add_talk, talk_from_row, talks_of

RECORD = "record"  # the form of a talk; those of plans and notes are named by who has them


@dataclass(frozen=True)
class Draft:
    """A form as far as it was filled in."""

    fields: Mapping[str, Sequence[str]]
    saved_at: datetime


@dataclass(frozen=True)
class ExplanationView:
    """What somebody thinks of an explanation: "agree", "disagree" or "cannot_say"."""

    said: str
    said_at: datetime
    said_by: str


def keep_talk(
    store: Store,
    talk: Talk,
    word: Outcome | None,
    whom: str | None,
    seen: Collection[str],
    moves: Sequence[CaseEvent],
    event: AuditEvent,
) -> list[SeenFact]:
    """Keep a talk with the word, the contact and the `moves` of the case that follow from it, all or nothing, and
    remove its draft. Where facts
    came in that were not `seen`, nothing is kept and these are returned; a form that is sent twice is kept once."""
    with store.writing() as connection:
        known = connection.execute(talks.select().where(talks.c.talk_id == talk.talk_id)).first()
        if known is not None and _stands(connection, talk_from_row(connection, known), talk, word):
            return []
        fresh = new_since(facts_seen_in(connection, talk.student_id), seen)
        if fresh:
            return fresh
        if known is not None:  # another window of the same draft, which has seen what the first has recorded
            talk = replace(talk, talk_id=uuid4().hex)
            moves = [replace(move, talk_id=talk.talk_id) for move in moves]
        name = None if word is None else _keep_word(connection, word, talk)
        if whom is not None:
            today = talk.recorded_at.astimezone(ZONE).date()
            contact = NewContact(talk.student_id, talk.school_id, talk.held_on, whom, today)
            keep_contacts(connection, {talk.talk_id: [contact]}, talk.recorded_at, PAGE)
        add_talk(connection, Talk(**vars(talk) | {"outcome": name}))
        for move in moves:
            add_case_event(connection, move)
        connection.execute(drafts.delete().where(_of_form(talk.student_id, talk.recorded_by, RECORD)))
        add_event(connection, event)
    return []


def _stands(connection: sa.Connection, known: Talk, talk: Talk, word: Outcome | None) -> bool:
    """Whether a form was sent twice and is on record: of one window what another sends is no repetition where it says
    something else, nor what is sent again after it was taken back."""
    if talk != replace(known, recorded_at=talk.recorded_at, again_on=talk.again_on, outcome=None):
        return False
    if _undone(connection, talk.talk_id):
        return False
    row = connection.execute(outcomes.select().where(outcomes.c.sha256 == known.outcome)).first()
    said = None if row is None else (row.level, tuple(row.assessed or ()))
    return said == (None if word is None else (word.level, word.assessed or ()))


def _undone(connection: sa.Connection, talk_id: str | None) -> bool:
    return connection.scalar(sa.select(talks.c.talk_id).where(talks.c.undoes == talk_id)) is not None


def take_back(store: Store, undo: Talk, word: Outcome | None, event: AuditEvent) -> bool:
    """Take back a talk by another row, and its word by a correction; False where that was done before."""
    with store.writing() as connection:
        if _undone(connection, undo.undoes):
            return False
        name = None if word is None else _keep_word(connection, word, undo)
        add_talk(connection, Talk(**vars(undo) | {"outcome": name}))
        add_event(connection, event)
    return True


def find_talk(store: Store, talk_id: str) -> Talk | None:
    with store.reading() as connection:
        row = connection.execute(talks.select().where(talks.c.talk_id == talk_id)).first()
        return None if row is None else talk_from_row(connection, row)


def read_talks(store: Store, student_id: str) -> list[Talk]:
    with store.reading() as connection:
        return talks_of(connection, [student_id]).get(student_id, [])


def levels_of(store: Store, names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """By the name of a word, its level and how much evidence it assessed."""
    query = sa.select(outcomes.c.sha256, outcomes.c.level, outcomes.c.assessed).where(outcomes.c.sha256.in_(names))
    with store.reading() as connection:
        return {row.sha256: (row.level, len(row.assessed or ())) for row in connection.execute(query)}


def keep_draft(
    store: Store,
    student_id: str,
    author: str,
    fields: Mapping[str, Sequence[str]],
    at: datetime,
    claim: str | None,
    form: str = RECORD,
) -> None:
    """Keep a form in place of the author's earlier one; with a claim beside it, for who holds that."""
    row = {"draft_id": uuid4().hex, "student_id": student_id, "author": author, "saved_at": at, "form": form}
    same = _own(student_id, author, form, parked=claim is not None)
    with store.writing() as connection:
        connection.execute(drafts.delete().where(same))
        hashed = None if claim is None else _hash(claim)
        kept = seal(connection, "drafts", row["draft_id"], json.dumps(dict(fields)))
        connection.execute(drafts.insert().values(fields=kept, claim_sha256=hashed, **row))


def find_draft(store: Store, student_id: str, author: str, claim: str | None, form: str = RECORD) -> Draft | None:
    """The author's form: that of the claim, or the one that was saved last while signed in."""
    same = _own(student_id, author, form, parked=claim is not None)
    if claim is not None:
        same &= drafts.c.claim_sha256 == _hash(claim)
    with store.reading() as connection:
        row = connection.execute(drafts.select().where(same).order_by(drafts.c.saved_at.desc())).first()
        if row is None:
            return None
        return Draft(json.loads(unseal(connection, "drafts", row.draft_id, row.fields)), row.saved_at)


def drop_draft(store: Store, student_id: str, author: str, form: str = RECORD) -> None:
    with store.writing() as connection:
        connection.execute(drafts.delete().where(_of_form(student_id, author, form)))


def keep_reveal(store: Store, student_id: str, school_id: str, at: datetime, by: str) -> None:
    row = {"student_id": student_id, "file_id": student_id, "school_id": school_id}
    with store.writing() as connection:
        connection.execute(reveals.insert().values(**row, revealed_at=at, revealed_by=by))


def has_revealed(store: Store, student_id: str, by: str, since: datetime) -> bool:
    c = reveals.c
    mine = (c.student_id == student_id) & (c.revealed_by == by) & (c.revealed_at >= since)
    with store.reading() as connection:
        return connection.scalar(sa.select(c.reveal_id).where(mine).limit(1)) is not None


def keep_view(store: Store, row: Mapping[str, Any], event: AuditEvent) -> None:
    with store.writing() as connection:
        connection.execute(explanation_views.insert().values(**row, file_id=row["student_id"]))
        add_event(connection, event)


def newest_view(store: Store, student_id: str, said_by: str) -> ExplanationView | None:
    c = explanation_views.c
    query = explanation_views.select().where(c.student_id == student_id, c.said_by == said_by)
    with store.reading() as connection:
        row = connection.execute(query.order_by(c.view_id.desc())).first()
    return None if row is None else ExplanationView(row.said, row.said_at, row.said_by)


def _keep_word(connection: sa.Connection, word: Outcome, talk: Talk) -> str:
    given = NewOutcome(word, word, talk.school_id)
    return keep_outcomes(connection, [given], talk.recorded_at, door=PAGE, talk_id=talk.talk_id)[0].record_id


def _of_form(student_id: str, author: str, form: str) -> sa.ColumnElement[bool]:
    return (drafts.c.student_id == student_id) & (drafts.c.author == author) & (drafts.c.form == form)


def _own(student_id: str, author: str, form: str, parked: bool = False) -> sa.ColumnElement[bool]:
    mine = _of_form(student_id, author, form)
    return mine & (drafts.c.claim_sha256.is_not(None) if parked else drafts.c.claim_sha256.is_(None))


def _hash(claim: str) -> str:
    return hashlib.sha256(claim.encode("utf-8", "surrogatepass")).hexdigest()


def undo_word(talk: Talk, today: date) -> Outcome | None:
    """The correction that takes back what a talk said."""
    if talk.outcome is None:
        return None
    return Outcome(talk.student_id, talk.held_on, "interview", 0, recorded_on=today, assessed=(), corrects=talk.outcome)
