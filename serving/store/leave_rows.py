"""Leave of a school's students as the list in force was made from it: on which day each episode was known."""

from datetime import date
from typing import Any, NamedTuple

from serving.store.database import Store
from serving.store.runs import Run
from serving.store.school_rows import kept_rows


class KnownLeave(NamedTuple):
    student_id: str
    type: str
    reason: str | None
    known_on: date


def leave_of_school(store: Store, school_id: str, run: Run | None) -> tuple[KnownLeave, ...]:
    return kept_rows(store, school_id, run, "leaves", _read)


def _read(student_id: str, row: dict[str, Any]) -> KnownLeave:
    known = date.fromisoformat((row.get("recorded_on") or row["start_on"])[:10])
    return KnownLeave(student_id, row["type"], row.get("reason_code"), known)
