"""Erasure takes what a student's assessments were made from, out of every table that may hold it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from serving.store import Store, erase_inputs, open_store
from serving.store.case_tables import (
    case_events,
    concern_reports,
    drafts,
    explanation_views,
    identity_decisions,
    reveals,
    talks,
)
from serving.store.fact_changes import fact_changes
from serving.store.plan_tables import plans, restricted_notes, student_links
from serving.store.tables import metadata
from tests.factories import NOW
from tests.old_store import lay_out, rows_of

# What an erasure of inputs leaves, and why. Whoever adds a table about students decides here or in the erasure.
STAYS = {
    "students": "the roster, which the school keeps",
    "names": "the roster's names",
    "assessments": "what the list in force shows; the id by which it is replayed is taken out",
    "received": "what the list shows of an entry; its record and its id are taken out",
    "evidence": "danger that nobody has assessed is not erased",
    "interviews": "the days on which evidence was assessed",
    "withdrawn": "what was taken back stays taken back",
    "consents": "the same of what platforms sent",
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(lay_out(tmp_path / "home").settings)


def tables_with(store: Store, student_id: str) -> set[str]:
    """Tables with a row of the student's."""
    found = set()
    with store.reading() as connection:
        for table in metadata.sorted_tables:
            if "student_id" in table.c:
                mine = sa.select(sa.func.count()).select_from(table).where(table.c.student_id == student_id)
                if connection.scalar(mine):
                    found.add(table.name)
    return found


def case_of_a_review(store: Store) -> str:
    with store.reading() as connection:
        student = connection.scalar(sa.text("select student_id from misses"))
    assert isinstance(student, str)
    return student


def test_nothing_is_left_but_what_is_said_to_stay(store: Store) -> None:
    student = case_of_a_review(store)
    before = tables_with(store, student)
    assert {"inputs", "outcomes", "misses"} <= before
    assert erase_inputs(store, student, NOW, "cli") > 0
    assert tables_with(store, student) == before & set(STAYS)
    assert {"inputs", "outcomes", "misses"} & set(STAYS) == set()


def test_what_was_recorded_on_pages_goes(store: Store) -> None:
    student = case_of_a_review(store)
    at, values = datetime(2026, 11, 20, 2, tzinfo=UTC), dict[str, Any]()
    with store.writing() as connection:
        for table in RECORDED:
            values = {column.name: _any(column, at) for column in table.c if not column.primary_key}
            values |= {key.name: "1" for key in table.primary_key if not isinstance(key.type, sa.Integer)}
            connection.execute(table.insert().values(**values | {"student_id": student}))
    erase_inputs(store, student, NOW, "cli")
    assert tables_with(store, student) & {table.name for table in RECORDED} == set()


RECORDED = (
    *(fact_changes, talks, drafts, explanation_views, case_events, reveals, identity_decisions),
    *(concern_reports, plans, restricted_notes, student_links),
)


def _any(column: sa.Column[Any], at: datetime) -> Any:
    plain = {sa.Date: at.date(), sa.JSON: {}, sa.String: "1", sa.Integer: 1, sa.Boolean: True}
    return next((value for kind, value in plain.items() if isinstance(column.type, kind)), at)


def test_the_case_of_a_review_goes_and_its_count_stands(store: Store) -> None:
    student = case_of_a_review(store)
    with store.reading() as connection:
        counts = connection.execute(sa.text("select half, school_id, events, students, counts from miss_reviews")).all()
    erase_inputs(store, student, NOW, "cli")
    with store.reading() as connection:
        left = connection.scalar(sa.text("select count(*) from misses"))
        now = connection.execute(sa.text("select half, school_id, events, students, counts from miss_reviews")).all()
    assert left == 0
    assert now == counts


def test_another_students_rows_are_not_touched(tmp_path: Path) -> None:
    old = lay_out(tmp_path / "home")
    with open_store(old.settings) as store:
        student = case_of_a_review(store)
        before = rows_of(old.file)
        erase_inputs(store, student, NOW, "cli")
    after = rows_of(old.file)
    for table, rows in before.items():
        if rows and "student_id" in rows[0]:
            theirs = [row for row in rows if row["student_id"] != student]
            assert [row for row in after[table] if row["student_id"] != student] == theirs, table
