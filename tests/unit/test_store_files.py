"""What records were made from goes where they go, and stays with what stays: or none of them could be replayed."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from data_schemas.codes import Tier
from serving.store import SCREENING, Filing, NewEntry, Store
from serving.store.contents import content_of
from serving.store.entries import record_entry
from serving.store.evidence import file_evidence
from serving.store.files import clashes, join_files, part_files, put_into, rows_in
from serving.store.tables import entries, evidence, inputs
from tests.factories import NOW, assessment, floor, publish, student
from tests.new_stores import new_store

FROM, INTO = "S", "S (B)"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def sent(store: Store, file_id: str, *records: str) -> list[str]:
    """Entries of a file, each made from what its name stands for."""
    return [
        record_entry(
            store,
            NewEntry(
                "platform", file_id, "B", "junior", 8, {}, assessment(file_id), NOW, inputs=content_of("inputs", record)
            ),
        )
        for record in records
    ]


def kept(store: Store) -> dict[str, set[str]]:
    """The contents that stand in each file, by what they say."""
    names = {content_of("inputs", one).sha256: one for one in ("one", "two", "three")}
    found: dict[str, set[str]] = {FROM: set(), INTO: set()}
    with store.reading() as connection:
        for row in connection.execute(inputs.select()):
            found.setdefault(row.student_id, set()).add(names[row.sha256])
    return found


def moved(store: Store, chosen: list[str] | None = None, source: str = FROM, target: str = INTO) -> None:
    with store.writing() as connection:
        rows = rows_in(connection, source) if chosen is None else {"entries": chosen}
        put_into(connection, source, target, rows, NOW)


def missing(store: Store) -> list[str]:
    """Entries whose inputs are not in their file."""
    there = inputs.select().where(inputs.c.student_id == entries.c.student_id, inputs.c.sha256 == entries.c.inputs)
    with store.reading() as connection:
        return list(connection.scalars(sa.select(entries.c.entry_id).where(~there.exists())))


def test_what_a_record_was_made_from_goes_along_with_it(store: Store) -> None:
    first, _ = sent(store, FROM, "one", "two")
    moved(store, [first])
    assert (kept(store), missing(store)) == ({FROM: {"two"}, INTO: {"one"}}, [])
    moved(store, [first], INTO, FROM)
    assert (kept(store), missing(store)) == ({FROM: {"one", "two"}, INTO: set()}, [])


def test_of_a_record_that_was_sent_twice_each_file_has_what_it_was_made_from(store: Store) -> None:
    first, again = sent(store, FROM, "one", "one")
    moved(store, [first])
    assert (kept(store), missing(store)) == ({FROM: {"one"}, INTO: {"one"}}, [])
    moved(store, [again])
    assert (kept(store), missing(store)) == ({FROM: set(), INTO: {"one"}}, [])


def test_what_the_other_file_had_before_stays_there(store: Store) -> None:
    sent(store, INTO, "three", "one")
    sent(store, FROM, "one", "two")
    moved(store)
    assert (kept(store), missing(store)) == ({FROM: set(), INTO: {"one", "two", "three"}}, [])


def test_a_file_that_is_moved_says_nothing_of_any_other(store: Store) -> None:
    """When a fact came to stand in another file is what decides whether a word had seen it."""
    for number, file_id in enumerate((FROM, "T", "T (B)")):
        found = floor("R02", Tier.CRISIS, evidence=f"R02:phq9:item9:2026-03-0{number + 1}")
        with store.writing() as connection:
            file_evidence(connection, {f"run-{number}": [Filing(file_id, "B", (found,))]}, NOW, SCREENING)
    with store.writing() as connection:
        put_into(connection, FROM, INTO, rows_in(connection, FROM), LATER)
    with store.reading() as connection:
        rows = connection.execute(evidence.select().order_by(evidence.c.filed_id)).all()
    assert [(row.student_id, row.file_id, row.joined_to) for row in rows] == [
        (INTO, FROM, INTO),
        ("T", "T", None),
        ("T (B)", "T (B)", None),
    ]


def test_files_that_are_joined_take_it_along_and_leave_that_of_others(store: Store) -> None:
    sent(store, INTO, "one", "two")
    sent(store, FROM, "one", "three")
    sent(store, "T", "one")
    with store.writing() as connection:
        assert join_files(connection, {FROM: "B", "T": "B"}, NOW) == [(INTO, FROM)]
    assert (kept(store), missing(store)) == ({FROM: {"one", "two", "three"}, INTO: set(), "T": {"one"}}, [])


def test_files_that_are_parted_take_it_along_too(store: Store) -> None:
    sent(store, INTO, "one")
    moved(store, None, INTO, FROM)
    sent(store, FROM, "one", "two")
    with store.writing() as connection:
        assert part_files(connection, {FROM: "B"}, NOW) == [(FROM, INTO)]
    assert (kept(store), missing(store)) == ({FROM: set(), INTO: {"one", "two"}}, [])


@pytest.mark.parametrize(("covered", "found"), [(["A"], {"S": "B"}), (["A", "B"], {})])
def test_who_is_another_by_sex_clashes_but_where_the_dataset_has_both_schools(
    store: Store, covered: list[str], found: dict[str, str]
) -> None:
    """Where it covers the school that has the id as well, the student has moved, and the roster is right."""
    publish(store, [assessment("S")], students=[student("S", "B", sex="male")])
    assert clashes(store, [student("S", "A", sex="female")], covered) == found
    assert clashes(store, [student("S", "A", sex="male")], covered) == {}
    assert clashes(store, [student("S", "B", sex="female")], ["B"]) == {}, "its own school mends it"
