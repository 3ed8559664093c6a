"""Circumstances of a school's students as the list in force was made from them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from data_schemas.codes import Answer, FamilyFlag
from serving.store.database import Store
from serving.store.runs import Run
from serving.store.school_rows import kept_rows


class CircumstanceRow(NamedTuple):
    """One row of the table `family`: what was said, and from when until when (None where nobody says)."""

    student_id: str
    flag: FamilyFlag
    value: str
    since: date | None
    until: date | None


def flags_of_school(
    store: Store, school_id: str, run: Run | None, today: date
) -> dict[str, Mapping[FamilyFlag, date | None]]:
    """By student, what is so on a day, each with since when. Unknown is not no, and is not yes; of several rows that
    contradict each other, one that says yes counts: a visit finds out."""
    found: dict[str, dict[FamilyFlag, date | None]] = {}
    for one in kept_rows(store, school_id, run, "family", _read):
        begun = one.since is None or one.since <= today
        if one.value == Answer.YES.code and begun and (one.until is None or one.until >= today):
            mine = found.setdefault(one.student_id, {})
            mine[one.flag] = min((day for day in (one.since, mine.get(one.flag)) if day is not None), default=None)
    return dict(found)


def _read(student_id: str, row: dict[str, Any]) -> CircumstanceRow:
    since, until = row.get("valid_from"), row.get("valid_to")
    days = (None if not day else date.fromisoformat(day[:10]) for day in (since, until))
    return CircumstanceRow(student_id, FamilyFlag.of(row["flag"]), row["value"], *days)
