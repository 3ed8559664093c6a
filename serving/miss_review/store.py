"""Half-years looked back on: counts, and the cases behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store
from serving.store.tables import miss_reviews, misses


@dataclass(frozen=True)
class KeptCase:
    """One case by its outcome; `case` is in JSON's own types."""

    outcome: str
    student_id: str
    case: dict[str, Any]


@dataclass(frozen=True)
class KeptReview:
    """A half-year of one school. `events` of `students` were looked at, `counts` are of those below the line, by what
    they are counted by. Cases of students who were erased since are counted and no longer there."""

    half: str
    school_id: str
    made_at: datetime
    synthetic: bool
    events: int
    students: int
    counts: dict[str, dict[str, int]]
    cases: tuple[KeptCase, ...] = ()


def keep_reviews(store: Store, reviews: Sequence[KeptReview], event: AuditEvent) -> None:
    """Put reviews in the place of earlier ones of the same half-years and schools."""
    with store.writing() as connection:
        for one in reviews:
            for table in (misses, miss_reviews):
                same = (table.c.half == one.half) & (table.c.school_id == one.school_id)
                connection.execute(table.delete().where(same))
            connection.execute(
                miss_reviews.insert().values(
                    half=one.half,
                    school_id=one.school_id,
                    made_at=one.made_at,
                    synthetic=one.synthetic,
                    events=one.events,
                    students=one.students,
                    counts=one.counts,
                )
            )
            rows = [
                {
                    "half": one.half,
                    "outcome": case.outcome,
                    "school_id": one.school_id,
                    "student_id": case.student_id,
                    "case": case.case,
                }
                for case in one.cases
            ]
            if rows:
                # A student whose school was not known when this was looked at before stood under no school then.
                again = misses.c.outcome.in_([row["outcome"] for row in rows])
                connection.execute(misses.delete().where(misses.c.half == one.half, again))
                connection.execute(misses.insert(), rows)
        add_event(connection, event)


def reviews_of(store: Store, half: str, school_id: str | None, with_cases: bool) -> list[KeptReview]:
    """The reviews of a half-year, of one school or of all, by school; with cases only where they may be seen."""
    query = miss_reviews.select().where(miss_reviews.c.half == half).order_by(miss_reviews.c.school_id)
    if school_id is not None:
        query = query.where(miss_reviews.c.school_id == school_id)
    cases: dict[str, list[KeptCase]] = {}
    with store.reading() as connection:
        rows = list(connection.execute(query))
        if with_cases:
            mine = misses.select().where(misses.c.half == half, misses.c.school_id.in_([row.school_id for row in rows]))
            for row in connection.execute(mine):
                cases.setdefault(row.school_id, []).append(KeptCase(row.outcome, row.student_id, row.case))
    return [
        KeptReview(
            row.half,
            row.school_id,
            row.made_at,
            row.synthetic,
            row.events,
            row.students,
            row.counts,
            tuple(cases.get(row.school_id, ())),
        )
        for row in rows
    ]


def reviewed_halves(store: Store, school_id: str | None = None) -> list[str]:
    """Half-years that were looked back on, the newest first."""
    query = sa.select(miss_reviews.c.half).distinct().order_by(miss_reviews.c.half.desc())
    if school_id is not None:
        query = query.where(miss_reviews.c.school_id == school_id)
    with store.reading() as connection:
        return list(connection.scalars(query))
