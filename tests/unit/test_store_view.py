"""A page reads from one view of the database, sees what it writes itself, and goes on after a fault."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from runxin.errors import UserError
from serving.store import Store
from serving.store.school_tables import schools
from tests.factories import NOW
from tests.new_stores import new_store

pytestmark = pytest.mark.usefixtures("each_database")
QUERY = sa.select(schools.c.school_id).order_by(schools.c.school_id)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = new_store(tmp_path)
    add(made, "A")
    return made


def add(store: Store, school_id: str) -> None:
    with store.writing() as connection:
        row = {"school_id": school_id, "imported_at": NOW, "imported_by": "t", "name": school_id, "stages": []}
        connection.execute(sa.insert(schools).values(row))


def there(store: Store) -> list[str]:
    with store.reading() as connection:
        return list(connection.scalars(QUERY))


def opened(store: Store) -> list[object]:
    """What is added to it: a connection for each that is taken from the pool."""
    taken: list[object] = []
    sa.event.listen(store.engine, "engine_connect", lambda connection: taken.append(connection))
    return taken


def test_a_page_opens_one_connection(store: Store) -> None:
    taken = opened(store)
    with store.reading_once():
        assert [there(store) for _ in range(3)] == [["A"]] * 3
    assert len(taken) == 1
    assert there(store) == ["A"]
    assert len(taken) == 2, "outside the block each reading has its own"


def test_what_others_write_meanwhile_is_not_half_seen(store: Store) -> None:
    other = Store(store.engine.execution_options())
    with store.reading_once():
        assert there(store) == ["A"]
        add(other, "B")
        assert there(store) == ["A"]
        add(store, "C")
        assert there(store) == ["A", "B", "C"]
    assert there(store) == ["A", "B", "C"]


def test_what_is_written_within_a_block_is_seen_in_the_next_one(store: Store) -> None:
    with store.reading_once():
        with store.reading() as connection:
            assert list(connection.scalars(QUERY)) == ["A"]
            add(store, "B")
            assert list(connection.scalars(QUERY)) == ["A"], "a block has one view from its beginning to its end"
            assert there(store) == ["A", "B"]
        assert there(store) == ["A", "B"]


def test_a_fault_does_not_spoil_what_is_read_after_it(store: Store) -> None:
    with store.reading_once():
        assert there(store) == ["A"]
        with pytest.raises((sa.exc.DBAPIError, UserError)), store.reading() as connection:
            connection.execute(sa.text("SELECT nothing FROM nowhere"))
        assert there(store) == ["A"]


def test_a_connection_that_nobody_reads_from_is_given_back_before_something_is_written(store: Store) -> None:
    """Or as many pages as the pool has connections would wait for each other."""
    pool = store.engine.pool
    assert isinstance(pool, sa.pool.QueuePool)
    with store.reading_once():
        there(store)
        assert pool.checkedout() == 1
        with store.writing():
            assert pool.checkedout() == 1
    assert pool.checkedout() == 0
