"""Circumstances of a school's students as they stand: from the rows that its list was made from, what was sent since,
and what was corrected."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from data_schemas.codes import Answer, FamilyFlag
from serving.store.corrections import FAMILY, as_corrected, corrections_of
from serving.store.database import Store
from serving.store.runs import Run
from serving.store.school_rows import kept_rows, sent_rows, whose

Flags = Mapping[FamilyFlag, date | None]


class CircumstanceRow(NamedTuple):
    """One row of the table `family`: what was said, from when until when (None where nobody says), and when it became
    known."""

    flag: FamilyFlag
    value: str
    since: date | None
    until: date | None
    known_on: date | None


def flags_of_school(store: Store, school_id: str, run: Run | None, today: date) -> dict[str, Flags]:
    """By student, what is so on a day, each with since when."""
    given = corrections_of(store)
    rows: dict[str, list[CircumstanceRow]] = {}
    for who, row in kept_rows(store, school_id, run, "family", whose):
        rows.setdefault(who, []).append(_row(row, as_corrected(FAMILY + row["flag"], row["value"], given.get(who, ()))))
    for who, sent in sent_rows(store, school_id, "family").items():
        rows.setdefault(who, []).extend(_row(row, row["value"]) for row in sent)
    found = {who: flags_on(mine, today) for who, mine in rows.items()}
    return {who: flags for who, flags in found.items() if flags}


def flags_on(rows: Iterable[CircumstanceRow], today: date) -> Flags:
    """The newest answer to each that holds on a day, as features read it: a yes goes before a no that became known on
    the same day, unknown answers nothing. Whether anybody has verified it does not count here: a visit finds out."""
    newest: dict[FamilyFlag, tuple[date, bool, date | None]] = {}
    for row in rows:
        known = row.known_on or row.since or date.min
        over = row.until is not None and row.until < today
        if row.value == Answer.UNKNOWN.code or known > today or (row.since or date.min) > today or over:
            continue
        said = (known, row.value == Answer.YES.code, row.since)
        held = newest.get(row.flag)
        if held is None or said[:2] >= held[:2]:
            newest[row.flag] = said
    return {flag: since for flag, (_, yes, since) in newest.items() if yes}


def _row(row: Mapping[str, Any], value: str | None) -> CircumstanceRow:
    since, until, known = (row.get(name) for name in ("valid_from", "valid_to", "recorded_on"))
    days = (None if not day else date.fromisoformat(str(day)[:10]) for day in (since, until, known))
    return CircumstanceRow(FamilyFlag.of(row["flag"]), value or Answer.UNKNOWN.code, *days)
