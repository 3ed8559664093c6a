"""What a request was answered first, for who sends it again under the same `Idempotency-Key`.

That a request was sent is kept in the transaction of what it records, so that it is recorded once whatever fails
afterwards; its answer is kept right after, by students, and goes with them. Both are removed after a week.
"""

import hashlib
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from serving.store.database import Store
from serving.store.request_tables import first_answers, sent_requests

KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Claim:
    """A request that may come again: its name, a hash of what it asks, and what of its answer is about nobody."""

    name: str
    fingerprint: str
    rest: bytes = b""


@dataclass(frozen=True)
class SentRequest:
    """A request that came before: which records it made, and whether its answer is kept. `parts` are by place, of
    `places`; those of students who were erased since are not there."""

    fingerprint: str
    received_at: datetime
    entry_ids: tuple[str, ...]
    answered: bool
    rest: bytes
    places: int
    parts: Mapping[int, bytes]


@dataclass(frozen=True)
class AnswerPart:
    """What was answered of one student, by the file that it was put into."""

    file_id: str
    school_id: str
    text: bytes


def claim_of(key_id: str, idempotency_key: str, asked: bytes) -> Claim:
    """`asked` is the address and the content of the request."""
    name = hashlib.sha256(f"{key_id}\n{idempotency_key}".encode()).hexdigest()
    return Claim(name, hashlib.sha256(asked).hexdigest())


def find_request(store: Store, claim: Claim) -> SentRequest | None:
    """The request of that name, whatever it asked; None where none came."""
    with store.reading() as connection:
        row = connection.execute(sent_requests.select().where(sent_requests.c.name == claim.name)).first()
        if row is None:
            return None
        parts = connection.execute(first_answers.select().where(first_answers.c.request == claim.name)).all()
    answered = row.answered_at is not None
    texts = {part.place: zlib.decompress(part.answer) for part in parts}
    return SentRequest(row.fingerprint, row.received_at, tuple(row.entry_ids), answered, row.rest, row.places, texts)


def claimed_among(connection: sa.Connection, claims: Collection[Claim]) -> set[str]:
    """The names of those that came before."""
    names = [one.name for one in claims]
    if not names:
        return set()
    return set(connection.scalars(sa.select(sent_requests.c.name).where(sent_requests.c.name.in_(names))))


def keep_claim(connection: sa.Connection, claim: Claim, entry_ids: Sequence[str], at: datetime) -> None:
    """Keep that a request came; those of more than a week ago are removed."""
    old = sa.select(sent_requests.c.name).where(sent_requests.c.received_at < at - KEPT)
    gone = list(connection.scalars(old))
    if gone:
        connection.execute(first_answers.delete().where(first_answers.c.request.in_(gone)))
        connection.execute(sent_requests.delete().where(sent_requests.c.name.in_(gone)))
    said = {
        "name": claim.name,
        "fingerprint": claim.fingerprint,
        "received_at": at,
        "entry_ids": list(entry_ids),
        "rest": claim.rest,
        "places": 0,
    }
    connection.execute(sent_requests.insert().values(**said))


def keep_answer(store: Store, claim: Claim, parts: Sequence[AnswerPart], at: datetime) -> None:
    """Keep what a request was answered, a part for each student, in order; and that it came, where nothing has."""
    rows = [
        {
            "answer_id": f"{claim.name}:{place}",
            "student_id": part.file_id,
            "file_id": part.file_id,
            "school_id": part.school_id,
            "request": claim.name,
            "place": place,
            "answer": zlib.compress(part.text, 1),
        }
        for place, part in enumerate(parts)
    ]
    with store.writing() as connection:
        mine = sent_requests.c.name == claim.name
        if not claimed_among(connection, [claim]):
            keep_claim(connection, claim, [], at)
        connection.execute(first_answers.delete().where(first_answers.c.request == claim.name))
        if rows:
            connection.execute(first_answers.insert(), rows)
        connection.execute(sent_requests.update().where(mine).values(answered_at=at, places=len(parts)))
