"""What is kept of a school in memory holds what the facts say, whoever adds to them by whichever door."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from data_schemas.codes import Tier
from data_schemas.school_days import Calendars
from models import read_policy
from models.triage import present_of
from serving.store import SchoolFacts, Store, read_school, withdraw_run
from serving.store.fact_changes import OF_A_STUDENT, OF_EVERYBODY, stamp_of, times_of
from serving.store.kept_schools import MOST, KeptSchools
from serving.store.tables import metadata
from tests.desk import Desk
from tests.factories import AS_OF, NOW, assessment, publish
from tests.new_stores import new_store
from tests.sample_school import LATE, whole_school

SCHOOL = "school-01"
TODAY = AS_OF
COUNTS = {"fact_changes", "school_changes"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as made:
        publish(made, [assessment("S-1", Tier.WATCH), assessment("S-2")])
        yield made


def anew(store: Store) -> SchoolFacts:
    return read_school(replace(store, kept=KeptSchools()), SCHOOL, TODAY)


def add(store: Store, name: str, student_id: str = "S-1") -> None:
    """A row of a table with whatever stands in its columns."""
    table, at = metadata.tables[name], datetime(2026, 11, 20, 2, tzinfo=UTC)
    plain: dict[Any, Any] = {sa.Date: at.date(), sa.JSON: {}, sa.String: "1", sa.Integer: 1, sa.Float: 0.5}
    plain |= {sa.Boolean: False, sa.LargeBinary: b"", sa.DateTime: at}
    values: dict[str, Any] = {}
    for column in table.c:
        if not (column.primary_key and isinstance(column.type, sa.Integer)):
            values[column.name] = next((to for kind, to in plain.items() if isinstance(column.type, kind)), at)
    if "answer" in table.c:
        values["answer"] = "tier"
    if "note" in table.c:
        values["note"] = None
    if "student_id" in table.c:
        values["student_id"] = student_id
    if "school_id" in table.c:
        values["school_id"] = SCHOOL
    with store.writing() as connection:
        connection.execute(table.insert().values(values))


def test_every_table_that_a_list_is_read_from_is_counted(store: Store) -> None:
    read: set[str] = set()

    @sa.event.listens_for(store.engine, "before_cursor_execute")
    def look(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        read.update(re.findall(r"(?:FROM|JOIN) (\w+)", statement))

    add(store, "evidence", "stranger")
    anew(store)
    assert "evidence" in read
    assert read <= OF_A_STUDENT | OF_EVERYBODY | COUNTS


@pytest.mark.parametrize("table", sorted(OF_A_STUDENT - {"brought", "entries"}))
def test_what_comes_in_of_a_student_is_read_anew(store: Store, table: str) -> None:
    before = read_school(store, SCHOOL, TODAY)
    add(store, table)
    after = read_school(store, SCHOOL, TODAY)
    assert after == anew(store)
    with store.reading() as connection:
        assert times_of(connection, SCHOOL) == {"S-1": 1}
    assert after.everyone[1] is before.everyone[1], "nobody else is read again"


@pytest.mark.parametrize("table", sorted(OF_A_STUDENT - {"brought"}))
def test_a_row_that_is_changed_or_taken_away_counts_for_all(store: Store, table: str) -> None:
    made = metadata.tables[table]
    statements = [made.delete()]
    if "file_id" in made.c:
        statements.append(made.update().values(file_id="S-2"))
    for statement in statements:
        with store.reading() as connection:
            before = stamp_of(connection, SCHOOL).of_all
        with store.writing() as connection:
            connection.execute(statement)
        with store.reading() as connection:
            assert stamp_of(connection, SCHOOL).of_all == before + 1


def test_who_has_brought_a_word_since_counts_as_the_students(store: Store) -> None:
    add(store, "outcomes")
    assert read_school(store, SCHOOL, TODAY).everyone[0].words[0].withdrawn
    add(store, "brought")
    assert not read_school(store, SCHOOL, TODAY).everyone[0].words[0].withdrawn


def test_a_list_that_is_withdrawn_is_kept_no_longer(store: Store) -> None:
    run = read_school(store, SCHOOL, TODAY).run
    assert run is not None
    withdraw_run(store, run.run_id, "wrong school", NOW, "cli")
    assert read_school(store, SCHOOL, TODAY).everyone == ()


def test_what_is_rolled_back_counts_as_nothing(store: Store) -> None:
    with store.reading() as connection:
        before = stamp_of(connection, SCHOOL)
    with store.writing() as connection:
        connection.execute(metadata.tables["evidence"].delete())
        connection.rollback()
    with store.reading() as connection:
        assert stamp_of(connection, SCHOOL) == before


def test_presents_that_are_kept_are_as_worked_out_anew(store: Store) -> None:
    policy, school = read_policy(), Calendars().of(SCHOOL)
    for _ in range(2):
        facts = read_school(store, SCHOOL, TODAY)
        assert list(facts.presents.of(facts.everyone, policy, school)) == present_of(facts.everyone, policy, school)
        add(store, "evidence", "S-2")
    other = policy.model_copy(update={"due": policy.due.model_copy(update={"watch_school_days": 1})})
    assert list(facts.presents.of(facts.everyone, other, school)) == present_of(facts.everyone, other, school)


def test_the_oldest_is_let_go() -> None:
    kept = KeptSchools(most=2)
    kept.keep("a", 1)
    kept.keep("b", 2)
    kept.get("a")
    kept.keep("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 3)


def test_a_line_that_was_drawn_before_says_what_one_drawn_anew_says(tmp_path: Path) -> None:
    with new_store(tmp_path) as made:
        whole_school(made)
        desk = Desk(made, tmp_path)
        paths = ("/?all=1&lang=zh", "/to-complete", "/?lang=en")
        texts = []
        for hours in (0, 1, 24 * 8):
            desk.now = NOW + timedelta(hours=hours)
            desk.enter()
            if hours == 1:
                desk.record(LATE[0], level="2")
            shown = [desk.client.get(path).text for path in paths]
            for name in range(MOST):
                made.kept.keep(f"something else {name}", None)
            assert [desk.client.get(path).text for path in paths] == shown, f"after {hours} hours"
            texts.append(shown[0])
        assert texts[0].count("overdue") < texts[2].count("overdue"), "deadlines ran out meanwhile"
