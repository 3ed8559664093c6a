"""The facts of single students: read once and kept until something of theirs changes, and as they would be with a
record more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from models.assessment import Assessment
from models.came import Came
from models.triage import Contact, Piece, StudentFacts, as_received
from models.triage.facts import same_record
from serving.store.consents import as_asked, consent_name
from serving.store.database import Store, chunks
from serving.store.entries import NewEntry, as_if_recorded, asks
from serving.store.evidence import SCORE, Seen, received, weights_of
from serving.store.fact_changes import Changes, changes_of
from serving.store.facts import Known, known_of, listed, published_of, reasons_of, stranger
from serving.store.payload import as_kept
from serving.store.received import ReceivedEntry, entries_of, entry_ids_of, known_until
from serving.store.rows import last_rows, rows_in_force
from serving.store.runs import Run, runs_in_force
from serving.store.students import UNKNOWN_STAGE, Student, strangers_of, students_of
from serving.store.tables import consents, contacts

UNSAID = "said only"  # by whom something is filed that is not


@dataclass(frozen=True)
class OnRecord:
    """What is on record of one student, before anything is made of it. `row` is the line of the list in force with its
    `run` and what it `published`, `last` that of the last one that had somebody who is on none; `knows_until` says what
    the last list could know, None of whoever is on no roster. `weights`, `contacts` and `consents` are what a record
    would not file again: by key, and by name; `entry_ids` are those of all records."""

    who: Student
    row: Any
    run: Run | None
    published: Assessment | None
    last: Any
    reason: str | None
    sent: tuple[ReceivedEntry, ...]
    known: Known
    knows_until: datetime | None
    on_roster: bool
    weights: Mapping[str, Seen]
    contacts: frozenset[str]
    consents: frozenset[str]
    entry_ids: frozenset[str]


def changes_at(store: Store, ids: Sequence[str]) -> Changes:
    """How often facts have changed by now, to be handed on to what reads them next."""
    with store.reading() as connection:
        return changes_of(connection, ids)


def facts_of(store: Store, ids: Sequence[str], today: date, changes: Changes | None = None) -> dict[str, StudentFacts]:
    """The facts of single students, by id; whoever is on no roster is a stranger. `changes` are those read just now."""
    return {student_id: facts for student_id, (_, facts) in _kept(store, ids, today, changes).items()}


def homes_now(store: Store, ids: Sequence[str], today: date, changes: Changes) -> dict[str, str]:
    """At which school each of `ids` is, or was last, by a roster."""
    found = _kept(store, ids, today, changes)
    return {one: filed.who.school_id for one, (filed, _) in found.items() if filed.on_roster}


def facts_if_recorded(
    store: Store, given: Sequence[NewEntry], today: date, changes: Changes | None = None
) -> dict[str, StudentFacts]:
    """The facts of those whom `given` are about, as they would be if these records were kept; they are not.

    What has to be looked up in the database for it (a suspension that ends, a contact that a withdrawn run had brought)
    is told there, in a transaction that is taken back.
    """
    ids = [entry.student_id for entry in given]
    filed = {one: filed for one, (filed, _) in _kept(store, ids, today, changes).items()}
    for place, entry in enumerate(given):
        with_entry = _with_entry(filed[entry.student_id], entry, f"{UNSAID} {place}")
        if with_entry is None:
            return facts_if_written(store, given, today)
        filed[entry.student_id] = with_entry
    return {student_id: _facts(one, today) for student_id, one in filed.items()}


def facts_once_recorded(
    store: Store, given: Sequence[NewEntry], entry_ids: Sequence[str], today: date, before: Changes, now: Changes
) -> dict[str, StudentFacts]:
    """The facts of those whom `given` are about, once these were recorded; with how often facts had changed `before`
    and have changed `now`.

    Nothing is read anew of whom nothing else has come in: of whom facts have changed once, by these records alone.
    """
    ids = list(dict.fromkeys(entry.student_id for entry in given))
    with store.reading() as connection:
        entries_now = entry_ids_of(connection, ids)
    for one in ids:
        was, is_now = ((today, c.of_all, c.times.get(one, 0)) for c in (before, now))
        kept = store.kept_students.get(one)
        if kept is None or kept[0] != was or is_now != (*was[:2], was[2] + 1):
            continue
        mine = [(name, entry) for name, entry in zip(entry_ids, given, strict=True) if entry.student_id == one]
        filed: OnRecord | None = kept[1][0]
        if filed is None or entries_now.get(one, set()) != filed.entry_ids | {name for name, _ in mine}:
            continue
        for name, entry in mine:
            filed = None if filed is None else _with_entry(filed, entry, name)
        if filed is not None:
            store.kept_students.keep(one, (is_now, (filed, _facts(filed, today))))
    return facts_of(store, ids, today, now)


def facts_if_written(store: Store, given: Sequence[NewEntry], today: date) -> dict[str, StudentFacts]:
    """The same, from a transaction that writes the records and is taken back."""
    with as_if_recorded(store, given) as connection:
        return facts_in(connection, list(dict.fromkeys(one.student_id for one in given)), today)


def facts_in(connection: sa.Connection, ids: Sequence[str], today: date) -> dict[str, StudentFacts]:
    return {student_id: _facts(one, today) for student_id, one in _filed(connection, ids, today).items()}


def _kept(
    store: Store, ids: Sequence[str], today: date, changes: Changes | None = None
) -> dict[str, tuple[OnRecord, StudentFacts]]:
    """From one reading to the next, as long as the counts of changes are the same, which are read before."""
    wanted = list(dict.fromkeys(ids))
    if changes is None or not changes.asked.issuperset(wanted):
        changes = changes_at(store, wanted)
    holds = {one: (today, changes.of_all, changes.times.get(one, 0)) for one in wanted}
    found: dict[str, tuple[OnRecord, StudentFacts]] = {}
    for one in wanted:
        before = store.kept_students.get(one)
        if before is not None and before[0] == holds[one]:
            found[one] = before[1]
    missing = [one for one in wanted if one not in found]
    if missing:
        with store.reading() as connection:
            filed = _filed(connection, missing, today)
        for one in missing:
            found[one] = filed[one], _facts(filed[one], today)
            store.kept_students.keep(one, (holds[one], found[one]))
    return {one: found[one] for one in wanted}


def _filed(connection: sa.Connection, ids: Sequence[str], today: date) -> dict[str, OnRecord]:
    on_roster = students_of(connection, ids, False)
    who = strangers_of(connection, [i for i in ids if i not in on_roster]) | on_roster
    known = known_of(connection, list(ids), None, today)
    in_force = runs_in_force(connection, {one.school_id for one in who.values()}, today)
    entries = entries_of(connection, ids)
    rows = rows_in_force(connection, on_roster.values(), in_force)
    apart = {one.school_id for i, one in who.items() if i not in rows}
    reasons = reasons_of(connection, {school: in_force.get(school) for school in apart})
    last = last_rows(connection, [i for i in ids if i not in rows])
    until = known_until(connection, ids)
    weights = _by_student(weights_of(connection, ids))
    names = {table: _names(connection, table, ids) for table in (contacts, consents)}
    every_entry = entry_ids_of(connection, ids)
    found = {}
    for one in ids:
        row, run = rows.get(one, (None, None))
        is_who = who.get(one) or Student(one, "", None, UNKNOWN_STAGE, None)
        found[one] = OnRecord(
            is_who,
            row,
            run,
            None if row is None else published_of(row),
            last.get(one),
            reasons.get((one, is_who.school_id)),
            tuple(entries.get(one, ())),
            known.only(one),
            until.get(one),
            one in on_roster,
            weights.get(one, {}),
            names[contacts].get(one, frozenset()),
            names[consents].get(one, frozenset()),
            frozenset(every_entry.get(one, ())),
        )
    return found


def _facts(one: OnRecord, today: date) -> StudentFacts:
    if one.run is not None:
        return listed(one.row, one.published, one.run, one.sent, one.known, today)
    return stranger(one.who, one.last, one.sent, one.known, one.reason, today)


def _with_entry(one: OnRecord, entry: NewEntry, name: str) -> OnRecord | None:
    """What would be on record with the entry of that id; None where only the database can tell."""
    late = one.knows_until is not None and entry.received_at > one.knows_until
    if entry.report is not None or not (late or not one.on_roster or asks(entry.assessment)):
        return None
    known_contacts = [contact for contact in entry.contacts if contact.sha256 in one.contacts]
    who = entry.student_id
    if known_contacts and len(one.contacts) != len(one.known.contacts.get(who, ())):
        return None
    student = Student(who, entry.school_id, None, entry.stage, entry.grade)
    said = as_received(as_kept(entry.assessment), Came(entry.received_at, who))
    sent = (*one.sent, ReceivedEntry(name, entry.client, student, said, entry.received_at))
    weights, pieces = _with_evidence(one, entry, name)
    told = {contact.sha256: contact for contact in entry.contacts if contact.sha256 not in one.contacts}
    new_contacts = [Contact(c.contacted_on, entry.received_at, c.whom, who, SCORE) for c in told.values()]
    given = {consent_name(who, consent): consent for consent in entry.consents}
    fresh = {key: consent for key, consent in given.items() if key not in one.consents}
    born = one.who.birth_date if one.on_roster else None
    counted = [as_asked(consent, born, one.known.today) for consent in fresh.values()]
    known = replace(
        one.known,
        pieces={who: [*one.known.pieces.get(who, ()), *pieces]},
        contacts={who: sorted([*one.known.contacts.get(who, ()), *new_contacts], key=lambda c: c.on)},
        consents={who: [*one.known.consents.get(who, ()), *counted]},
    )
    return replace(
        one,
        who=one.who if one.on_roster else student,
        sent=sent,
        known=known,
        weights=weights,
        contacts=one.contacts | told.keys(),
        consents=one.consents | fresh.keys(),
        entry_ids=one.entry_ids | {name},
    )


def _with_evidence(one: OnRecord, entry: NewEntry, name: str) -> tuple[Mapping[str, Seen], list[Piece]]:
    """What has been seen with the evidence of an entry, and the pieces of it that are new."""
    weights, pieces = {key: list(seen) for key, seen in one.weights.items()}, []
    for floor in entry.floors:
        seen = weights.setdefault(floor.evidence, [])
        if any(weight >= floor.weight for record, weight in seen if same_record(record, floor.record)):
            continue
        seen.append((floor.record, floor.weight))
        at = received(floor, entry.received_at, SCORE).astimezone(UTC)  # as the database gives it back
        kept = replace(floor, received_at=at)
        pieces.append(Piece(kept, at, SCORE, name, entry.received_at, entry.student_id, None, None))
    return weights, pieces


def _by_student(weights: Mapping[tuple[str, str], Seen]) -> dict[str, dict[str, Seen]]:
    found: dict[str, dict[str, Seen]] = {}
    for (student_id, key), seen in weights.items():
        found.setdefault(student_id, {})[key] = seen
    return found


def _names(connection: sa.Connection, table: sa.Table, ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """By student the names of the rows of a table."""
    found: dict[str, set[str]] = {}
    for part in chunks(list(ids)):
        for row in connection.execute(
            sa.select(table.c.student_id, table.c.sha256).where(table.c.student_id.in_(part))
        ):
            found.setdefault(row.student_id, set()).add(row.sha256)
    return {student_id: frozenset(names) for student_id, names in found.items()}
