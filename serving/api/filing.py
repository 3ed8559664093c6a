"""From checked records to answers on record: assess, keep, file the evidence, and answer what is so now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from models import Assessment
from models.duty import Duty
from models.triage import ZONE, Present, StudentFacts, present_of
from models.triage.lots import may_be_drawn
from runxin.errors import UserError, refused
from serving.access import PURPOSE_OF_SCOPE, Client, client_can
from serving.api.answer import CaseCode, Recorded, ScoreAnswer, answer_of
from serving.api.assessing import Checked, Filed, assessed, consents_sent
from serving.api.evidence_names import names_for
from serving.cases.service import cases_of
from serving.jobs.state import CLOCK
from serving.jobs.store import bring_forward
from serving.platform.state import State
from serving.reading.service import note_reading
from serving.replay import entry_inputs
from serving.store import (
    AuditEvent,
    Changes,
    FileOf,
    NewContact,
    NewEntry,
    changes_at,
    facts_if_recorded,
    facts_of,
    facts_once_recorded,
    file_of,
    homes_now,
    record_entries,
    write_audit,
)
from serving.store.duty import duty_of
from serving.store.identity import follow_decisions
from serving.store.received import received_entries
from serving.store.schools import known_school_ids
from serving.store.sent_requests import AnswerPart, Claim, SentRequest, keep_answer
from serving.today import due_of
from serving.today.blind import blind_among

NOT_READABLE = "this student is not at one of this key's schools"


@dataclass(frozen=True)
class Prepared:
    """Records that were assessed, of which nothing is recorded yet: `kept` go `into` files, `places` say where each
    came among all that were asked about; `refused` are the others. `changes` are those before."""

    now: datetime
    changes: Changes
    refused: Mapping[int, UserError]
    places: Sequence[int]
    kept: Sequence[Checked]
    into: Sequence[FileOf]
    filed: Sequence[Filed]


def file_records(
    state: State, client: Client, checked: Sequence[Checked], dry_run: bool, claim: Claim | None = None
) -> list[ScoreAnswer | UserError]:
    """One answer per record, in order; of a dry run, the refusal of a record whose student this key may not read.

    Filing is never refused: what cannot be put into a student's own file gets one of its own, for a person to find out
    who it is. What is answered was recorded before, all records or none; a dry run records nothing. Under a `claim` the
    answers are kept for who sends the same again.
    """
    return file_prepared(state, client, prepare(state, client, checked, dry_run), dry_run, claim)


def prepare(state: State, client: Client, checked: Sequence[Checked], dry_run: bool) -> Prepared:
    """Assess records, with what is on record of their students; nothing is written."""
    now = state.clock()
    today = now.astimezone(ZONE).date()
    changes = changes_at(state.store, [one.request.student_id for one in checked])
    files = _files(state, client, checked, today, changes)
    turned_away: dict[int, UserError] = {}
    places = []
    for place, where in enumerate(files):
        if dry_run and not _may_read(client, where):
            turned_away[place] = refused(NOT_READABLE, fix="a dry run reads what is on record")
        else:
            places.append(place)
    kept, into = [checked[place] for place in places], [files[place] for place in places]
    if not changes.asked.issuperset(one.file_id for one in into):
        changes = changes_at(state.store, [one.file_id for one in into])
    before = facts_of(state.store, [one.file_id for one in into], today, changes)
    filed = assessed(state, state.champion.now(), kept, into, before, now, changes)
    return Prepared(now, changes, turned_away, places, kept, into, filed)


def file_prepared(
    state: State, client: Client, prepared: Prepared, dry_run: bool, claim: Claim | None = None
) -> list[ScoreAnswer | UserError]:
    """Record what was prepared, or of a dry run note that it was read, and answer; see `file_records`."""
    now, changes, kept, into, filed = prepared.now, prepared.changes, prepared.kept, prepared.into, prepared.filed
    today, by_age = now.astimezone(ZONE).date(), state.policy.consent.by_age
    entries = [_entry(client, *each, now, by_age, not dry_run) for each in zip(kept, filed, into, strict=True)]
    ids: list[str] | list[None] = [None] * len(kept)
    if dry_run:
        after = facts_if_recorded(state.store, entries, today, changes)
        purpose = PURPOSE_OF_SCOPE["dry_run"]
        write_audit(
            state.store, *(AuditEvent(now, client.client, "student.read", purpose, one, "dry run") for one in after)
        )
        note_reading(state, client.client, len(after))
    else:
        ids = recorded = record_entries(state.store, entries, claim, now)
        before_it, changes = changes, changes_at(state.store, [one.file_id for one in into])
        after = facts_once_recorded(state.store, entries, recorded, today, before_it, changes)
    said = [replace(made.assessment, student_id=one.request.student_id) for one, made in zip(kept, filed, strict=True)]
    answers = _answers(state, client, said, into, ids, after, dry_run, now, changes)
    if any(one.urgent is not None for one in answers):
        bring_forward(state.store, CLOCK, now)  # it rings now, and not when the clock would have looked by itself
    if claim is not None and not dry_run:
        keep_answer(state.store, claim, _parts(into, answers), now)
    found: dict[int, ScoreAnswer | UserError] = {**prepared.refused, **dict(zip(prepared.places, answers, strict=True))}
    return [found[place] for place in sorted(found)]


def answer_again(state: State, client: Client, claim: Claim, sent: SentRequest) -> None:
    """Keep what a request is answered that was recorded, and whose answer was lost with the process that made it."""
    now = state.clock()
    there = received_entries(state.store, sent.entry_ids)
    entries = [there[one] for one in sent.entry_ids if one in there]
    ids = [entry.student.student_id for _, entry in entries]
    changes, today = changes_at(state.store, ids), now.astimezone(ZONE).date()
    at = homes_now(state.store, ids, today, changes)
    into = [
        FileOf(one.student.student_id, one.student.school_id, one.student.student_id in at, one.student.student_id)
        for _, one in entries
    ]
    said = [replace(entry.assessment, student_id=student_id) for student_id, entry in entries]
    kept = [entry.entry_id for _, entry in entries]
    after = facts_of(state.store, ids, today, changes)
    answers = _answers(state, client, said, into, kept, after, False, now, changes)
    keep_answer(state.store, claim, _parts(into, answers), now)


def _parts(into: Sequence[FileOf], answers: Sequence[ScoreAnswer]) -> list[AnswerPart]:
    return [
        AnswerPart(where.file_id, where.school_id, answer.model_dump_json().encode())
        for where, answer in zip(into, answers, strict=True)
    ]


def _answers(
    state: State,
    client: Client,
    said: Sequence[Assessment],
    into: Sequence[FileOf],
    ids: Sequence[str | None],
    after: Mapping[str, StudentFacts],
    dry_run: bool,
    now: datetime,
    changes: Changes,
) -> list[ScoreAnswer]:
    """What is so of each student, with what was `said` of the record."""
    duties = {school_id: duty_of(state.store, school_id, changes) for school_id in {one.school_id for one in into}}
    presents = [_present(state, after[one.file_id], one.school_id, duties[one.school_id]) for one in into]
    explain = client_can(client, "explain")
    name_of = names_for(state.store, explain)
    cases = cases_of(state.store, list({one.file_id for one in into}), changes)
    blind = blind_among(state.store, into, now, state.policy, state.calendars)
    found = []
    for one, where, present, entry_id in zip(said, into, presents, ids, strict=True):
        filing = Recorded(entry_id, where.on_roster)
        # Evidence in a record ends it. That somebody is away or has declined, which does so too, a dry run may make up.
        ends = bool(present.open or present.leads or present.in_review) if dry_run else not may_be_drawn(present, now)
        hidden = where.file_id in blind and not ends
        case: CaseCode = cases[where.file_id].state.code  # type: ignore[assignment]
        found.append(
            answer_of(
                one, present, due_of(present, now), filing, case, hidden, explain, partial(name_of, where.file_id)
            )
        )
    return found


def _files(state: State, client: Client, checked: Sequence[Checked], today: date, changes: Changes) -> list[FileOf]:
    at = homes_now(state.store, [one.request.student_id for one in checked], today, changes)
    return _file(state, client, [(one.request.student_id, one.request.school_id) for one in checked], at, changes)


def _file(
    state: State, client: Client, named: Sequence[tuple[str, str | None]], at: Mapping[str, str], changes: Changes
) -> list[FileOf]:
    store = state.store
    schools = store.kept.once(" known schools", (changes.of_all, changes.settings), lambda: known_school_ids(store))
    files = [file_of(student_id, school_id, at, schools, client.schools) for student_id, school_id in named]
    return follow_decisions(store, files, client.schools, changes)


def _may_read(client: Client, file: FileOf) -> bool:
    """Whether a key may be told what is on record: of students of its own schools. Whoever is on no roster is not
    readable, so that an id of another school cannot be told from one of nobody."""
    return client.schools is None or file.on_roster


def file_for(state: State, client: Client, student_id: str, school_id: str | None) -> FileOf:
    """Where something is filed that a client sends about a student under a school, or under none."""
    changes = changes_at(state.store, [student_id])
    at = homes_now(state.store, [student_id], state.today(), changes)
    return _file(state, client, [(student_id, school_id)], at, changes)[0]


def _present(state: State, facts: StudentFacts, school_id: str, duty: Duty | None) -> Present:
    return present_of([facts], state.policy, state.calendars.of(school_id), duty)[0]


def _entry(
    client: Client, one: Checked, filed: Filed, where: FileOf, now: datetime, by_age: bool, whole: bool
) -> NewEntry:
    """What is kept of a record: the `whole` of it, or only what facts are made of."""
    request = one.request
    return NewEntry(
        client=client.client,
        student_id=where.file_id,
        school_id=where.school_id,
        stage=request.stage,
        grade=request.grade,
        record=request.model_dump(mode="json", exclude_none=True) | {"as_of": one.as_of.isoformat()} if whole else {},
        assessment=filed.assessment,
        received_at=now,
        floors=filed.assessment.proven,
        contacts=tuple(
            NewContact(where.file_id, where.school_id, row.contacted_on, row.whom, row.recorded_on)
            for row in request.contacts or ()
            if row.whom is not None  # who does not say that somebody was reached has tried
        ),
        consents=consents_sent(request, by_age),
        context=filed.context if whole else None,
        inputs=entry_inputs(filed.record) if whole and filed.context is not None else None,
    )
