"""What assessments were made from is kept once, found again, and erased without a trace that leads to anybody."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from runxin.errors import UserError
from serving.store import (
    Content,
    NewEntry,
    ReplayContext,
    RunInputs,
    Store,
    content_of,
    erase_record,
    facts_of,
    find_kept,
    inputs_of,
    is_erased,
    kept_contents,
    record_entry,
)
from serving.store.contents import opened
from serving.store.tables import metadata
from tests.factories import AS_OF, NOW, assessment, floor, present, publish, tell, word
from tests.new_stores import new_store

POLICY = content_of("policy", {"version": "x"})
CONTEXT = ReplayContext(content_of("context", {"policy": POLICY.sha256}), (POLICY,))
MARK = "left_behind"


def made_from(rows: Mapping[str, Any], earlier: Mapping[str, float] | None = None) -> RunInputs:
    return RunInputs(CONTEXT, {who: content_of("inputs", said) for who, said in rows.items()}, earlier or {})


def entry(student_id: str = "S-1", **fields: Any) -> NewEntry:
    given: dict[str, Any] = {"record": {"student_id": student_id}, "inputs": content_of("inputs", {"phq9": [1, 2]})}
    said = assessment(student_id, floors=(floor(),))
    return NewEntry(
        "city",
        student_id,
        "school-01",
        "junior",
        7,
        **given,
        assessment=said,
        received_at=NOW.replace(hour=12),
        floors=said.floors,
        **fields,
    )


def count(store: Store, table: str) -> int:
    with store.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(metadata.tables[table])) or 0


def id_of(store: Store, student_id: str = "S-1") -> str:
    found = facts_of(store, [student_id], NOW.date())[student_id].assessment_id
    assert found is not None
    return found


def everything(store: Store) -> str:
    """Every cell of every table but the tombstones, as one text."""
    with store.reading() as connection:
        tables = [table for table in metadata.sorted_tables if table.name != "erased"]
        return "\n".join(repr(tuple(row)) for table in tables for row in connection.execute(table.select()))


def test_the_same_rows_of_two_screenings_are_kept_once(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    rows = {"S-1": {"rows": {"leaves": [["2026-03-02", 1.5, None]]}}}
    publish(store, [assessment("S-1")], made_from=made_from(rows))
    first = id_of(store)
    publish(
        store,
        [assessment("S-1")],
        fingerprint="f2",
        at=NOW.replace(hour=9),
        made_from=made_from(rows, {"S-1": 0.1 + 0.2}),
    )
    second = id_of(store)
    assert first != second
    assert (count(store, "inputs"), count(store, "contents")) == (1, 2)
    for assessment_id, margin in ((first, None), (second, 0.1 + 0.2)):
        kept = find_kept(store, assessment_id)
        assert kept is not None
        assert (kept.student_id, kept.as_of, kept.run, kept.earlier_margin) == ("S-1", AS_OF, True, margin)
        assert inputs_of(store, kept) == rows["S-1"]
        assert kept_contents(store, [kept.context or ""]) == {CONTEXT.said.sha256: {"policy": POLICY.sha256}}


def test_what_came_in_under_the_same_id_at_the_students_school_is_erased_too(tmp_path: Path) -> None:
    """It was put apart until the roster had the student there; since then it is the student's own."""
    store = new_store(tmp_path)
    record_entry(store, entry("S-1 (school-01)"))
    record_entry(store, entry("S-1 (school-02)"))
    tell(store, word("S-1 (school-01)", interviewer="staff-2"), word("S-1"), word("S-1 (school-02)"))
    publish(store, [assessment("S-1")])
    assert len(present(store).words) == 2
    erase_record(store, "S-1", NOW, "cli")
    assert present(store).words == ()
    left = [store_of(store, table, "student_id") for table in ("inputs", "outcomes")]
    assert left == [{"S-1 (school-02)"}] * 2, "another school's student is another person until somebody has looked"
    with store.reading() as connection:
        entries = metadata.tables["entries"]
        query = sa.select(entries.c.student_id).where(entries.c.record != b"")
        assert list(connection.scalars(query)) == ["S-1 (school-02)"]


def store_of(store: Store, table: str, column: str) -> set[str]:
    with store.reading() as connection:
        return set(connection.scalars(sa.select(metadata.tables[table].c[column])))


def test_an_assessment_without_inputs_says_so(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    publish(store, [assessment("S-1")])
    kept = find_kept(store, id_of(store))
    assert kept is not None
    with pytest.raises(UserError, match="nothing is stored to replay this assessment from"):
        inputs_of(store, kept)
    assert find_kept(store, "none") is None
    assert is_erased(store, id_of(store)) is False


def test_a_content_that_was_changed_is_refused() -> None:
    content = content_of("policy", {"cap": 1.5})
    assert opened(content.kind, content.sha256, content.stored) == {"cap": 1.5}
    for forged in (content_of("policy", {"cap": 1.6}).stored, content.stored[:-4], b""):
        with pytest.raises(UserError, match="was changed") as caught:
            opened(content.kind, content.sha256, forged)
        assert [problem.what for problem in caught.value.problems] == [f"policy {content.sha256}: its SHA-256 differs"]


def test_the_hash_is_of_what_is_said_not_of_how_it_is_packed() -> None:
    content = content_of("policy", {"cap": 1.5})
    assert content == Content("policy", hashlib.sha256(b'{"cap":1.5}').hexdigest(), content.stored)


def test_erasure_leaves_hashes_and_nothing_that_leads_to_them(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    publish(
        store,
        [assessment("S-1"), assessment("S-2")],
        made_from=made_from({"S-1": {"rows": {"family": [[MARK]]}}, "S-2": {"rows": {}}}),
    )
    of_run, other = id_of(store), id_of(store, "S-2")
    entry_id = record_entry(store, entry(context=CONTEXT))
    stored = content_of("inputs", {"rows": {"family": [[MARK]]}}).stored
    files = [tmp_path / name for name in ("runxin.db", "runxin.db-wal")]
    assert any(stored in file.read_bytes() for file in files)
    assert erase_record(store, "S-1", NOW, "cli") == 2
    assert not any(stored in file.read_bytes() for file in files if file.exists()), "it still stands in a file"
    for gone in (of_run, entry_id):
        assert find_kept(store, gone) is None
        assert is_erased(store, gone)
        assert gone not in everything(store)
        assert hashlib.sha256(gone.encode()).hexdigest() not in everything(store)
    assert present(store).facts.assessment is None
    kept = find_kept(store, other)
    assert kept is not None
    assert inputs_of(store, kept) == {"rows": {}}
    assert erase_record(store, "S-1", NOW, "cli") == 0
    assert count(store, "erased") == 2
