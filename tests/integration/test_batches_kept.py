"""A batch of records holds the write lock: what it asks of the database does not grow with its records."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from serving.store import NewContact, NewEntry, Store, record_entries
from tests.factories import AS_OF, NOW, assessment, floor
from tests.new_stores import new_store


def sent(student_id: str) -> NewEntry:
    about = (student_id, "school-01", "junior", 8, {"student_id": student_id})
    said = assessment(student_id, floors=(floor(),))
    contacts = (NewContact(student_id, "school-01", AS_OF, "student"),)
    return NewEntry("city", *about, said, NOW, said.floors, contacts)


def statements_of(store: Store, count: int, mark: str) -> int:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    record_entries(store, [sent(f"{mark}-{n}") for n in range(count)])
    sa.event.remove(store.engine, "before_cursor_execute", note)
    return len(asked)


def test_a_batch_is_kept_with_as_many_statements_as_two_records(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    assert statements_of(store, 40, "many") == statements_of(store, 2, "two")
