"""The facts of students as `models.triage` takes them: everything on record, in a few readings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from data_schemas.codes import Tier
from models.assessment import Assessment
from models.triage import CaseFacts, KeptPresents, StudentFacts, knows_of_leave, newest_said, taken_together
from models.triage.missed import Spoken
from serving.store.case_events import case_facts_of
from serving.store.consents import Consent, consents_of, taken_back_of
from serving.store.contacts import contacts_of
from serving.store.database import Store
from serving.store.evidence import pieces_of
from serving.store.feeds import Feed, feeds_of
from serving.store.files import homes_of
from serving.store.identity import confirmed_new
from serving.store.outcomes import words_of
from serving.store.payload import unpack_assessment
from serving.store.received import ReceivedEntry, entries_at
from serving.store.rows import last_rows, list_rows, listed_of
from serving.store.runs import Run, newest_run_of, run_from_row
from serving.store.students import (
    UNKNOWN_STAGE,
    Student,
    of_school,
    strangers_of,
    student_from_row,
    students_of,
)
from serving.store.tables import evidence, outcomes, run_strangers, students
from serving.store.talks import attempts_of

TIERS = tuple(Tier)
One = TypeVar("One")
NEW_STUDENT = "new_student"  # somebody has said so: the roster will have the student


@dataclass(frozen=True)
class SchoolFacts:
    """Everyone of one school's list in force, and `strangers`: who has evidence, a record or an outcome here and is on
    no roster. `people` says who each is. Without a published list `run` is None."""

    run: Run | None
    everyone: tuple[StudentFacts, ...]
    strangers: tuple[StudentFacts, ...]
    people: Mapping[str, Student]
    feeds: tuple[Feed, ...]
    by_lot: tuple[Spoken, ...] = ()  # with whom routine talks were held in the last year, of all schools
    presents: KeptPresents = field(default_factory=KeptPresents, compare=False, repr=False)


def read_at(store: Store, run: Run, school_id: str, sent: Mapping[str, Sequence[ReceivedEntry]]) -> SchoolFacts:
    """One school's list as it stood when its run was published, but for the records `sent` since; without strangers.
    Whose consent is withdrawn is as it is now."""
    with store.reading() as connection:
        return facts_of_school(connection, school_id, run, run.as_of, at=run.published_at, sent=sent)


def facts_of_school(
    connection: sa.Connection,
    school_id: str,
    run: Run | None,
    today: date,
    at: datetime | None = None,
    sent: Mapping[str, Sequence[ReceivedEntry]] | None = None,
    only: Sequence[str] | None = None,
    there: Collection[str] | None = None,
) -> SchoolFacts:
    """The facts of one school under a run, as they stand or as they stood `at` a moment, then with the entries `sent`
    and without strangers. `only` leaves out who else is on the list; `there` is then everyone on it, and it is the
    one in force."""
    rows = list_rows(connection, run, school_id, False, only) if run is not None else []
    people = {row.student_id: student_from_row(row) for row in rows}
    entries = sent if sent is not None else entries_at(connection, school_id, run)
    known = known_of(connection, list(people), at, today)
    everyone = [
        listed(row, published_of(row), run, entries.get(row.student_id, ()), known, today)
        for row in rows
        if run is not None
    ]
    others: list[StudentFacts] = []
    if at is None:
        unplaced = _unplaced(connection, run, school_id)
        here = set(people) | _listed_now(connection, school_id, today) if there is None else there
        ids = _stranger_ids(connection, school_id, here, entries, unplaced)
        who = {one: Student(one, school_id, None, UNKNOWN_STAGE, None) for one in unplaced}
        who |= strangers_of(connection, ids) | students_of(connection, ids, False)
        beside, last = known_of(connection, ids, None, today), last_rows(connection, ids)
        others = [stranger(who[i], last.get(i), entries.get(i, ()), beside, unplaced.get(i), today) for i in ids]
        people |= who
    return SchoolFacts(run, tuple(everyone), tuple(others), people, tuple(feeds_of(connection, school_id)))


@dataclass(frozen=True)
class Known:
    """What was filed of students, by id."""

    pieces: Mapping[str, Sequence[Any]]
    words: Mapping[str, Sequence[Any]]
    contacts: Mapping[str, Sequence[Any]]
    consents: Mapping[str, Sequence[Consent]]
    attempts: Mapping[str, Sequence[Any]]
    cases: Mapping[str, CaseFacts]
    new: Collection[str]
    today: date

    def only(self, student_id: str) -> "Known":
        """What was filed of one student."""
        return Known(
            _of_one(self.pieces, student_id),
            _of_one(self.words, student_id),
            _of_one(self.contacts, student_id),
            _of_one(self.consents, student_id),
            _of_one(self.attempts, student_id),
            _of_one(self.cases, student_id),
            {student_id} & set(self.new),
            self.today,
        )

    def of(self, student_id: str) -> dict[str, Any]:
        return {
            "pieces": tuple(self.pieces.get(student_id, ())),
            "words": tuple(self.words.get(student_id, ())),
            "contacts": tuple(self.contacts.get(student_id, ())),
            "attempts": tuple(self.attempts.get(student_id, ())),
            "case": self.cases.get(student_id, CaseFacts()),
            "withdrawn": taken_back_of(self.consents.get(student_id, ()), self.today),
        }


def _of_one(part: Mapping[str, One], student_id: str) -> dict[str, One]:
    return {student_id: part[student_id]} if student_id in part else {}


def known_of(connection: sa.Connection, ids: Sequence[str], at: datetime | None, today: date) -> Known:
    return Known(
        pieces_of(connection, ids, at),
        words_of(connection, ids, at),
        contacts_of(connection, ids, at),
        consents_of(connection, ids, today),
        attempts_of(connection, ids, at),
        case_facts_of(connection, ids, at),
        confirmed_new(connection),
        today,
    )


def listed(
    row: Any, published: Assessment | None, run: Run, sent: Sequence[ReceivedEntry], known: Known, today: date
) -> StudentFacts:
    """A student of a published list, whom a record sent since may raise."""
    until = run.knows_until
    before = [entry.assessment for entry in sent if entry.received_at <= until]
    after = [entry for entry in sent if entry.received_at > until]
    every = [*before, *([published] if published is not None else []), *(entry.assessment for entry in after)]
    newest = newest_said(published, [entry.assessment for entry in after])
    raising = next((entry for entry in after if entry.assessment is newest), None)
    if newest is not None and raising is not None:
        together = taken_together(newest, published, every, today)
        one = _of_entry(raising, row.school_id, known, together, after)
        stood = published is not None and published.model_tier is newest.model_tier
        return replace(one, model_since=row.model_since) if stood else one
    said = None if published is None else taken_together(published, published, every, today)
    return StudentFacts(
        row.student_id,
        row.school_id,
        said,
        None if row.model_tier is None else TIERS[row.model_tier],
        row.model_since,
        row.margin,
        row.severity,
        row.screened if said is None else said.screened,
        assessment_id=row.assessment_id,
        **known.of(row.student_id),
    )


def published_of(row: Any) -> Assessment | None:
    """What a list says; where it knows nothing of leave, with the suspension that one before told of."""
    if row.payload is None:
        return None
    said = unpack_assessment(row.payload)
    if row.away_since is None or knows_of_leave(said):
        return said
    return replace(said, suspended_since=row.away_since, suspended_until=row.away_until)


def _of_entry(
    entry: ReceivedEntry, school_id: str, known: Known, said: Assessment, sent: Sequence[ReceivedEntry]
) -> StudentFacts:
    """By the record that counts among those `sent`. The first that said its tier started the clock."""
    return StudentFacts(
        entry.student.student_id,
        school_id,
        said,
        said.model_tier,
        next(one.received_at for one in sent if one.assessment.model_tier is said.model_tier),
        said.margin,
        said.severity,
        said.screened,
        assessment_id=entry.entry_id,
        **known.of(entry.student.student_id),
    )


def stranger(
    who: Student, row: Any, sent: Sequence[ReceivedEntry], known: Known, reason: str | None, today: date
) -> StudentFacts:
    """Somebody on no list in force: by the last one that had them (`row`, None where none has) and the records sent."""
    reason = NEW_STUDENT if who.student_id in known.new else reason
    if row is not None:
        before = listed(row, published_of(row), run_from_row(row), sent, known, today)
        return replace(before, stranger=True, gone=True, reason=reason, school_id=who.school_id)
    if not sent:
        filed = known.of(who.student_id)
        return StudentFacts(who.student_id, who.school_id, stranger=True, reason=reason, **filed)
    every = [entry.assessment for entry in sent]
    newest = newest_said(None, every)
    raising = next(entry for entry in sent if entry.assessment is newest)
    said = taken_together(raising.assessment, None, every, today)
    return replace(_of_entry(raising, who.school_id, known, said, sent), stranger=True, reason=reason)


def _unplaced(connection: sa.Connection, run: Run | None, school_id: str) -> dict[str, str]:
    """Whom the run in force could not place, with the reason."""
    if run is None:
        return {}
    here = (run_strangers.c.run_id == run.run_id) & of_school(run_strangers.c.school_id, school_id)
    query = sa.select(run_strangers.c.student_id, run_strangers.c.reason).where(here)
    return {row.student_id: row.reason for row in connection.execute(query)}


def _listed_now(connection: sa.Connection, school_id: str, today: date) -> set[str]:
    """Who is on the school's list in force, which an older one need not have had."""
    run = newest_run_of(connection, school_id, today)
    return set() if run is None else set(connection.scalars(listed_of(run, school_id)))


def reasons_of(connection: sa.Connection, runs_there: Mapping[str, Run | None]) -> dict[tuple[str, str], str]:
    """By student and school, why the list in force could not place somebody."""
    found: dict[tuple[str, str], str] = {}
    for school_id, run in runs_there.items():
        unplaced = _unplaced(connection, run, school_id)
        found |= {(student_id, school_id): reason for student_id, reason in unplaced.items()}
    return found


def _stranger_ids(
    connection: sa.Connection,
    school_id: str,
    listed: Collection[str],
    entries: Mapping[str, object],
    unplaced: Mapping[str, str],
) -> list[str]:
    """Whoever has evidence, a record or an outcome at the school, or at none, and is on no list in force. A student of
    the school's roster who is on the list no more is among them, with what an earlier school filed."""
    found = set(entries) | set(unplaced)
    here = sa.select(students.c.student_id).where(students.c.school_id == school_id)
    for table in (evidence, outcomes):
        filed = of_school(table.c.school_id, school_id) | table.c.student_id.in_(here)
        found |= set(connection.scalars(sa.select(table.c.student_id).where(filed).distinct()))
    found -= set(listed)
    at = homes_of(connection, sorted(found))
    return sorted(one for one in found if at.get(one, school_id) == school_id)
