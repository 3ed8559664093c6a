"""Erasure takes every row of a student, out of every table that may hold one; the audit log stays whole."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from serving.audit import verify_log
from serving.notes.store import notes_of
from serving.store import Store, erase_record, erased_among, open_store
from serving.store.plan_tables import restricted_notes
from serving.store.rights_tables import erasure_keys, erasures
from serving.store.sealing import seal
from serving.store.tables import metadata, runs
from tests.factories import NOW
from tests.new_stores import new_store
from tests.old_store import lay_out, rows_of


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


def test_no_row_of_any_table_is_left(store: Store) -> None:
    student = case_of_a_review(store)
    at, values = datetime(2026, 11, 20, 2, tzinfo=UTC), dict[str, Any]()
    with store.writing() as connection:
        for table in metadata.sorted_tables:
            if "student_id" not in table.c or tables_with(store, student) & {table.name}:
                continue
            values = {column.name: _any(column, at) for column in table.c if not column.primary_key}
            values |= {key.name: "1" for key in table.primary_key if not isinstance(key.type, sa.Integer)}
            run = {"run_id": connection.scalar(sa.select(runs.c.run_id))} if "run_id" in table.c else {}
            connection.execute(table.insert().values(**values | run | {"student_id": student}))
    every = {table.name for table in metadata.sorted_tables if "student_id" in table.c}
    assert tables_with(store, student) == every
    assert erase_record(store, student, NOW, "cli") > 0
    assert tables_with(store, student) == set()
    assert verify_log(store, store.checkpoints).faults == ()
    assert erase_record(store, student, NOW, "cli") == 0, "a second time there is nothing"


def test_what_was_put_into_anothers_file_tells_no_more_where_it_came_from(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    with store.writing() as connection:
        row = {"student_id": "S-2", "file_id": "S-1", "school_id": "A", "written_at": NOW, "written_by": "wang"}
        text = seal(connection, "restricted_notes", "S-1", "标限阅")
        connection.execute(restricted_notes.insert().values(row | {"text": text}))
    erase_record(store, "S-1", NOW, "cli")
    (note,) = notes_of(store, "S-2", None)
    assert note.text == "标限阅"
    with store.reading() as connection:
        assert connection.scalar(sa.select(restricted_notes.c.file_id)) == "S-2"


def test_an_erased_id_is_known_again_by_who_has_the_key_alone(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    assert erased_among(store, ["S-1"]) == {}
    erase_record(store, "S-1", NOW, "cli", ["K-abc"])
    assert erased_among(store, ["S-1", "S-2", "K-abc"]) == dict.fromkeys(["S-1", "K-abc"], NOW.date())
    with store.reading() as connection:
        marks = set(connection.scalars(sa.select(erasures.c.mark)))
        sealed = connection.scalar(sa.select(erasure_keys.c.sealed))
    assert {hashlib.sha256(one.encode()).hexdigest() for one in ("S-1", "K-abc")} & marks == set()
    assert sealed is not None
    assert sealed.startswith("rx1.")


def _any(column: sa.Column[Any], at: datetime) -> Any:
    plain = {sa.Date: at.date(), sa.JSON: {}, sa.String: "1", sa.Integer: 1, sa.Boolean: True}
    plain |= {sa.LargeBinary: b"", sa.Float: 1.0}
    return next((value for kind, value in plain.items() if isinstance(column.type, kind)), at)


def test_the_case_of_a_review_goes_and_its_count_stands(store: Store) -> None:
    student = case_of_a_review(store)
    with store.reading() as connection:
        counts = connection.execute(sa.text("select half, school_id, events, students, counts from miss_reviews")).all()
    erase_record(store, student, NOW, "cli")
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
        erase_record(store, student, NOW, "cli")
    after = rows_of(old.file)
    for table, rows in before.items():
        if rows and "student_id" in rows[0]:
            mine = (student, None)  # that a list has changed is told of nobody
            theirs = [row for row in rows if row["student_id"] not in mine]
            assert [row for row in after[table] if row["student_id"] not in mine] == theirs, table
