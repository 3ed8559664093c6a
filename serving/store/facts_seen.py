"""Which facts of a student a page has shown, by short marks, and what came in since: two people at one student at once
lose nothing, and the second is told."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from data_schemas.instruments import Words
from serving.store.case_tables import talks
from serving.store.database import Store
from serving.store.tables import evidence, outcomes

MARK = 8  # hexadecimal digits: two of a student's few hundred facts do not share one
LETTERS = str.maketrans("0123456789", "ghijklmnop")  # no figure in it that may be taken for a score


@dataclass(frozen=True)
class SeenFact:
    """A fact by its mark. `kind` is "evidence", "outcome" or "talk"; `text` is that of evidence, `level` of an outcome,
    `by` who recorded it, where that is known, and `talk` how somebody tried, or "undone"."""

    mark: str
    kind: str
    at: datetime
    text: Words | None = None
    level: int | None = None
    by: str | None = None
    talk: str | None = None


def facts_seen(store: Store, student_id: str) -> list[SeenFact]:
    with store.reading() as connection:
        return facts_seen_in(connection, student_id)


def facts_seen_in(connection: sa.Connection, student_id: str) -> list[SeenFact]:
    """Every fact that a record may rest on, in the order in which they came in."""
    found = []
    for row in connection.execute(evidence.select().where(evidence.c.student_id == student_id)):
        text = Words(zh=row.text_zh, en=row.text_en)
        found.append(SeenFact(_mark(f"e{row.filed_id}"), "evidence", row.filed_at, text=text))
    on_pages = set()
    for row in connection.execute(talks.select().where(talks.c.student_id == student_id)):
        on_pages.add(row.outcome)
        how = row.how if row.undoes is None else "undone"
        found.append(SeenFact(_mark(f"t{row.talk_id}"), "talk", row.recorded_at, by=row.recorded_by, talk=how))
    for row in connection.execute(outcomes.select().where(outcomes.c.student_id == student_id)):
        if row.sha256 not in on_pages:
            by = row.interviewer
            found.append(SeenFact(_mark(f"o{row.sha256}"), "outcome", row.received_at, level=row.level, by=by))
    return sorted(found, key=lambda one: one.at)


def new_since(facts: Collection[SeenFact], seen: Collection[str]) -> list[SeenFact]:
    return [one for one in facts if one.mark not in seen]


def _mark(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:MARK].translate(LETTERS)
