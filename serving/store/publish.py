"""Publishing a screening: a run is whole or is not there, and the same screening is there once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

import sqlalchemy as sa

from models.retest import ASKED
from models.triage import ZONE
from serving.store.audit import AuditEvent, add_event, add_events
from serving.store.consents import Consent, keep_consents
from serving.store.contacts import NewContact, keep_contacts
from serving.store.database import Store
from serving.store.entries import NewEntry, keep_asked
from serving.store.evidence import SCREENING, Filing, file_evidence
from serving.store.feeds import Feed, keep_feeds
from serving.store.files import contested, homes_of, join_files
from serving.store.identity import decided_files
from serving.store.inputs import RunInputs, keep_context, keep_inputs
from serving.store.outcome import Outcome
from serving.store.outcomes import NewOutcome, keep_outcomes
from serving.store.packing import Before, Packed, assessment_rows
from serving.store.payload import unpack_assessment
from serving.store.received import entries_of
from serving.store.rosters import settle_students
from serving.store.rows import asking_rows, last_of_a_model, last_rows, newest_row_of
from serving.store.runs import ROWS_AT_ONCE, Run, again, is_withdrawn, runs_in_force
from serving.store.student_facts import facts_in
from serving.store.students import Student, Withdrawal, keep_withdrawals
from serving.store.tables import assessments as assessments_table
from serving.store.tables import run_schools, run_strangers, runs


@dataclass(frozen=True)
class Published:
    """`new` is false where the same screening had been published before; then nothing was written. `opened` counts the
    evidence that was not on file yet."""

    run_id: str
    new: bool
    opened: int


@dataclass(frozen=True)
class Stranger:
    """Somebody in a dataset whom its roster cannot place; `reason` is a code of `data_schemas.roster`."""

    student_id: str
    school_id: str
    reason: str


@dataclass(frozen=True)
class RunFacts:
    """What a screening brings beside its assessments: evidence of everyone (strangers included), people's words with
    the school of each, contacts, consents that were taken back, those given where a platform sent any, how far the
    schools' tables reach, whom the roster could not place and what is to be asked of these in person. `named` is
    everybody whom the roster names, enrolled or not; empty where that is not known."""

    strangers: Sequence[Stranger] = ()
    filings: Sequence[Filing] = ()
    outcomes: Sequence[tuple[Outcome, str]] = ()
    contacts: Sequence[NewContact] = ()
    withdrawals: Sequence[Withdrawal] = ()
    consents: Mapping[str, Sequence[Consent]] = field(default_factory=dict)
    feeds: Sequence[Feed] = ()
    asked: Sequence[NewEntry] = ()
    named: Collection[str] = frozenset()


def publish_run(
    store: Store,
    run: Run,
    students: Sequence[Student],
    assessments: Sequence[Packed],
    facts: RunFacts | None = None,
    actor: str = "cli",
    made_from: RunInputs | None = None,
) -> Published:
    """Put a screening in force in one transaction; until it ends, and if it does not, the previous list stands.

    `students` are those of `assessments`, in any order. These were packed before the lock is taken, so that others who
    write wait for the inserts only. `made_from` is kept for replay.
    """
    them = {student.student_id: student for student in students}
    schools = {student.school_id for student in students}
    facts = facts if facts is not None else RunFacts()
    with store.reading() as connection:
        run, known = _stands(connection, run)
    with store.writing() as connection:
        run, known_now = _stands(connection, run)
        if known or known_now:
            return Published(run.run_id, new=False, opened=0)
        facts = _renamed(facts, decided_files(connection))  # what was found to be a student's is that student's
        before = _before(connection, list(them), run.as_of, run.published_at.astimezone(ZONE).date())
        forgotten = _forgotten(connection, run, schools, facts.named)
        connection.execute(runs.insert().values(_run_row(run, made_from)))
        if made_from is not None:
            keep_context(connection, made_from.context)
            keep_inputs(connection, made_from.rows.items())
        connection.execute(run_schools.insert(), [{"run_id": run.run_id, "school_id": s} for s in sorted(schools)])
        rows = assessment_rows(run, assessments, them, before, made_from)
        while part := list(islice(rows, ROWS_AT_ONCE)):
            connection.execute(assessments_table.insert(), part)
        if facts.strangers:
            unplaced = [asdict(one) | {"run_id": run.run_id} for one in facts.strangers]
            connection.execute(run_strangers.insert(), unplaced)
        joined = join_files(connection, settle_students(connection).homes, run.published_at)
        add_events(
            connection,
            [AuditEvent(run.published_at, actor, "file.joined", None, student, file) for file, student in joined],
        )
        facts = _into_files(facts, them, homes_of(connection, list(them)))
        keep_withdrawals(connection, facts.withdrawals, run.run_id)
        keep_consents(connection, facts.consents, run.published_at, run.run_id)
        words = [NewOutcome(outcome, outcome, school) for outcome, school in facts.outcomes]
        keep_outcomes(connection, words, run.published_at, run_id=run.run_id)
        keep_contacts(connection, {run.run_id: facts.contacts}, run.published_at, SCREENING)
        keep_feeds(connection, facts.feeds, run.run_id)
        keep_asked(connection, [*facts.asked, *forgotten])
        opened = file_evidence(connection, {run.run_id: facts.filings}, run.published_at, SCREENING)[run.run_id]
        detail = f"students={len(assessments)} opened={opened}"
        add_event(connection, AuditEvent(run.published_at, actor, "run.published", object_id=run.run_id, detail=detail))
    return Published(run.run_id, new=True, opened=opened)


def _into_files(facts: RunFacts, students: Mapping[str, Student], homes: Mapping[str, str]) -> RunFacts:
    """With a file of its own for whoever is on no list in force after all, because a list of a later day stands."""
    apart = {one: contested(one, who.school_id) for one, who in students.items() if one not in homes}
    return _renamed(facts, apart)


def _renamed(facts: RunFacts, apart: Mapping[str, str]) -> RunFacts:
    if not apart:
        return facts

    def named(student_id: str) -> str:
        return apart.get(student_id, student_id)

    return replace(
        facts,
        strangers=[one for one in facts.strangers if one.student_id not in apart],
        filings=[replace(one, student_id=named(one.student_id)) for one in facts.filings],
        outcomes=[(replace(one, student_id=named(one.student_id)), school) for one, school in facts.outcomes],
        contacts=[replace(one, student_id=named(one.student_id)) for one in facts.contacts],
        consents=_with_taken_back(facts, apart, named),
    )


def _forgotten(connection: sa.Connection, run: Run, schools: Collection[str], named: Collection[str]) -> list[NewEntry]:
    """What the lists of before ask for in person of students whom the roster does not name at all any more: with the
    row, the question would fall off every list."""
    found = []
    before = runs_in_force(connection, schools if named else (), run.published_at.astimezone(ZONE).date())
    for school_id, last in before.items():
        asking = assessments_table.select().where(asking_rows(last, school_id))
        for row in connection.execute(asking):
            said = None if row.student_id in named else unpack_assessment(row.payload)
            if said is not None and any(retest.why in ASKED for retest in said.data_quality.retest):
                about = (row.student_id, school_id, row.stage, row.grade)
                found.append(NewEntry(SCREENING, *about, {}, replace(said, model_tier=None), run.published_at))
    return found


def _with_taken_back(
    facts: RunFacts, apart: Mapping[str, str], named: Callable[[str], str]
) -> dict[str, Sequence[Consent]]:
    """What was taken back stands with the list that says where the student is; of whoever is on none, in the file."""
    found: dict[str, Sequence[Consent]] = {named(one): given for one, given in facts.consents.items()}
    for one in facts.withdrawals:
        if one.student_id in apart:
            file_id = apart[one.student_id]
            found[file_id] = [*found.get(file_id, ()), Consent(one.scope, None, one.withdrawn_on)]
    return found


def _stands(connection: sa.Connection, run: Run) -> tuple[Run, bool]:
    """The run under an id of which none was withdrawn, and whether it has been published."""
    while is_withdrawn(connection, run.run_id):
        run = again(run)
    return run, connection.scalar(sa.select(runs.c.run_id).where(runs.c.run_id == run.run_id)) is not None


def _run_row(run: Run, made_from: RunInputs | None) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "fingerprint": run.fingerprint,
        "as_of": run.as_of,
        "model_name": run.model.name,
        "model_version": run.model.version,
        "policy": run.model.policy,
        "code": run.code,
        "synthetic": run.synthetic,
        "data_origin": run.data_origin,
        "model_status": run.model.status,
        "model_origin": run.model.data_origin,
        "published_at": run.published_at,
        "context": None if made_from is None else made_from.context.said.sha256,
    }


def _before(connection: sa.Connection, ids: Sequence[str], as_of: date, today: date) -> dict[str, Before]:
    """What was said of each student by the last list that had them, of whatever school, and by records since, so that a
    clock that runs is not started anew: neither for who changes school, nor for who was left out of a list, nor where
    for a time no model spoke."""
    rows = list(last_rows(connection, ids).values())
    # A screening of an earlier day than the list in force follows on what stood then.
    stood = [row if row.as_of <= as_of else newest_row_of(connection, row.student_id, as_of) for row in rows]
    last = {row.student_id: row for row in stood if row is not None}
    silent = [one for one, row in last.items() if row.model_tier is None]
    spoke = last | {row.student_id: row for row in last_of_a_model(connection, silent, as_of)}
    found = {
        one: Before(spoke[one].model_tier, spoke[one].model_since, row.away_since, row.away_until)
        for one, row in last.items()
    }
    sent = entries_of(connection, [one for one, row in last.items() if row.as_of <= as_of])
    for one, facts in facts_in(connection, sorted(sent), today).items():
        if facts.model_tier is not None and facts.model_tier.ord >= (found[one].model_tier or 0):
            found[one] = replace(found[one], model_tier=facts.model_tier.ord, model_since=facts.model_since)
    return found
