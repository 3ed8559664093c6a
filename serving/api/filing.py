"""From checked records to answers on record: assess, keep, file the evidence, and answer what is so now."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from data_schemas.codes import ConsentScope
from models import Artifact, Assessment, assess, records_of_requests
from models.consent import OWN_FROM, counts, lasts_until, own_from
from models.duty import Duty
from models.triage import ZONE, Present, StudentFacts, in_force, present_of
from models.triage.facts import NO_MODEL
from models.triage.lots import may_be_drawn
from runxin.errors import UserError, refused
from runxin.logs import get_logger
from serving.access import PURPOSE_OF_SCOPE, Client, client_can
from serving.api.answer import CaseCode, Recorded, ScoreAnswer, answer_of
from serving.api.reading import plain_record
from serving.api.request import ScoreRequest
from serving.cases.service import cases_of
from serving.platform.champion import Serving
from serving.platform.state import State, instruments_of
from serving.reading.service import note_reading
from serving.replay import entry_inputs, make_context
from serving.store import (
    AuditEvent,
    Changes,
    Consent,
    Feed,
    FileOf,
    NewContact,
    NewEntry,
    ReplayContext,
    changes_at,
    facts_if_recorded,
    facts_of,
    facts_once_recorded,
    feeds_of_schools,
    file_of,
    homes_now,
    outcome_row,
    record_entries,
    taken_back_of,
    write_audit,
)
from serving.store.duty import duty_of
from serving.store.identity import follow_decisions
from serving.store.schools import known_school_ids
from serving.today import due_of, silent
from serving.today.blind import blind_among

NOT_READABLE = "this student is not at one of this key's schools"


@dataclass(frozen=True)
class Filed:
    """An assessment with the record as it was assessed, and with what."""

    assessment: Assessment
    record: Mapping[str, Any]
    context: ReplayContext | None


@dataclass(frozen=True)
class Checked:
    """A valid record, and the day as of which it is assessed."""

    request: ScoreRequest
    as_of: date


def file_records(
    state: State, client: Client, checked: Sequence[Checked], dry_run: bool
) -> list[ScoreAnswer | UserError]:
    """One answer per record, in order; of a dry run, the refusal of a record whose student this key may not read.

    Filing is never refused: what cannot be put into a student's own file gets one of its own, for a person to find out
    who it is. What is answered was recorded before, all records or none; a dry run records nothing.
    """
    now = state.clock()
    today = now.astimezone(ZONE).date()
    changes = changes_at(state.store, [one.request.student_id for one in checked])
    files = _files(state, client, checked, today, changes)
    found: list[ScoreAnswer | UserError | None] = [None] * len(checked)
    mine = []
    for place, where in enumerate(files):
        if dry_run and not _may_read(client, where):
            found[place] = refused(NOT_READABLE, fix="a dry run reads what is on record")
        else:
            mine.append(place)
    kept, into = [checked[place] for place in mine], [files[place] for place in mine]
    if not changes.asked.issuperset(one.file_id for one in into):
        changes = changes_at(state.store, [one.file_id for one in into])
    before = facts_of(state.store, [one.file_id for one in into], today, changes)
    filed = _assessed(state, state.champion.now(), kept, into, before, now, changes)
    by_age = state.policy.consent.by_age
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
        ids = recorded = record_entries(state.store, entries)
        after = facts_once_recorded(state.store, entries, recorded, today, changes)
    duties = {school_id: _duty(state, school_id, changes) for school_id in {one.school_id for one in into}}
    presents = [_present(state, after[one.file_id], one.school_id, duties[one.school_id]) for one in into]
    explain = client_can(client, "explain")
    cases = cases_of(state.store, list({one.file_id for one in into}), changes)
    blind = blind_among(state.store, into, now, state.policy, state.calendars)
    for place, made, where, present, entry_id in zip(mine, filed, into, presents, ids, strict=True):
        said = replace(made.assessment, student_id=checked[place].request.student_id)
        filing = Recorded(entry_id, where.on_roster)
        # Evidence in a record ends it. That somebody is away or has declined, which does so too, a dry run may make up.
        ends = bool(present.open or present.leads or present.in_review) if dry_run else not may_be_drawn(present, now)
        hidden = where.file_id in blind and not ends
        case: CaseCode = cases[where.file_id].state.code  # type: ignore[assignment]
        found[place] = answer_of(said, present, due_of(present, now), filing, case, hidden, explain)
    return [one for one in found if one is not None]


def _files(state: State, client: Client, checked: Sequence[Checked], today: date, changes: Changes) -> list[FileOf]:
    store = state.store
    at = homes_now(store, [one.request.student_id for one in checked], today, changes)
    schools = store.kept.once(" known schools", (changes.of_all, changes.settings), lambda: known_school_ids(store))
    files = [file_of(c.request.student_id, c.request.school_id, at, schools, client.schools) for c in checked]
    return follow_decisions(store, files, client.schools, changes)


def _duty(state: State, school_id: str, changes: Changes) -> Duty:
    return state.store.kept.once(f" duty of {school_id}", changes.settings, lambda: duty_of(state.store, school_id))


def _may_read(client: Client, file: FileOf) -> bool:
    """Whether a key may be told what is on record: of students of its own schools. Whoever is on no roster is not
    readable, so that an id of another school cannot be told from one of nobody."""
    return client.schools is None or file.on_roster


def _present(state: State, facts: StudentFacts, school_id: str, duty: Duty | None) -> Present:
    return present_of([facts], state.policy, state.calendars.of(school_id), duty)[0]


def _assessed(
    state: State,
    serving: Serving,
    checked: Sequence[Checked],
    into: Sequence[FileOf],
    before: Mapping[str, StudentFacts],
    now: datetime,
    changes: Changes,
) -> list[Filed]:
    """Assess records in one batch per as-of date; a model that does not fit a record is left out for all of them."""
    stopped = _stopped(state, into, now, changes)
    found: dict[int, Filed] = {}
    by_day: dict[date, list[int]] = {}
    for place, one in enumerate(checked):
        by_day.setdefault(one.as_of, []).append(place)
    for as_of, places in by_day.items():
        rows = [
            _record(checked[place], before[into[place].file_id], stopped, now, state.policy.consent.by_age)
            for place in places
        ]
        records = records_of_requests(rows, instruments_of(state), state.calendars)
        asked, why_not = serving.artifact, None if serving.status == "ok" else serving.status
        try:
            assessed = assess(records, as_of, asked, state.policy, status=why_not)
        except UserError:
            # The records are valid, so it is the model that does not fit them. Floors run without it.
            get_logger("api").error("model_refused")
            asked, why_not = None, "unavailable"
            assessed = assess(records, as_of, asked, state.policy, status=why_not)
        context = _context(state, asked, why_not)
        filed = [Filed(one, row, context) for one, row in zip(assessed, rows, strict=True)]
        found.update(zip(places, filed, strict=True))
    return [found[place] for place in range(len(checked))]


def _context(state: State, artifact: Artifact | None, status: str | None) -> ReplayContext | None:
    """What records are assessed with at this moment; made anew only where the model or its status is another."""
    key = (None if artifact is None else artifact.sha256, status)
    if key not in state.contexts:
        instruments = {**state.instruments, **(artifact.instruments if artifact is not None else {})}
        state.contexts[key] = make_context(artifact, status, state.policy, state.calendars, instruments)
    return state.contexts[key]


def _record(
    one: Checked, before: StudentFacts, stopped: Mapping[str, Sequence[Feed]], now: datetime, by_age: bool
) -> dict[str, Any]:
    record = plain_record(one.request, one.as_of, now)
    record["outcomes"] = [
        asdict(outcome_row(word, before.student_id))
        | {"assessed": None if word.assessed is None else " ".join(word.assessed)}
        for word in in_force(before.words)
    ]
    if one.request.feeds is None:
        # A platform that says nothing of its reach is believed, but where the school's list says that a feed stopped.
        rows = stopped.get(before.school_id, ())
        record["feeds"] = [{"table": f.feed, "covered_from": f.covered_from, "covered_to": f.covered_to} for f in rows]
    if _refused(one.request, before, one.as_of, by_age):
        taken_back = {"scope": ConsentScope.MODEL_SCORE.code, "given_on": one.as_of, "withdrawn_on": one.as_of}
        record["consents"] = [taken_back]
    return record


def _stopped(state: State, into: Sequence[FileOf], now: datetime, changes: Changes) -> Mapping[str, Sequence[Feed]]:
    """Per school, the feeds that had stopped when its list was published."""
    today, found = now.astimezone(ZONE).date(), {}
    for school in {one.school_id for one in into}:

        def read(school: str = school) -> Sequence[Feed]:
            lists = feeds_of_schools(state.store, {school}, today)
            return silent(lists[school][1], lists[school][0], state.calendars.of(school)) if school in lists else ()

        found[school] = state.store.kept.once(f" stopped at {school}", (changes.of_all, today), read)
    return found


def _refused(request: ScoreRequest, before: StudentFacts, as_of: date, by_age: bool) -> bool:
    """Whether consent to a model score, or to being screened at all, is taken back: on record or in the record itself,
    which may also say that it was given again, by whom it is asked of at the age that the record states."""
    on_record = [Consent(scope, None, min(on, as_of)) for scope, on in before.withdrawn.items()]
    born, years = request.birth_date, request.age_years
    grown = own_from(born) <= as_of if born is not None else years is not None and years >= OWN_FROM
    sent = [one if counts(one.given_by, grown) else replace(one, given_on=None) for one in _consents(request, by_age)]
    return bool(NO_MODEL & taken_back_of([*on_record, *sent], as_of).keys())


def _consents(request: ScoreRequest, by_age: bool) -> tuple[Consent, ...]:
    """Without `by_age` it is not kept who gave a consent, so that nobody looks at it."""
    return tuple(
        Consent(
            row.scope,
            row.given_on,
            row.withdrawn_on,
            lasts_until(row.given_by, row.valid_until, request.birth_date) if by_age else row.valid_until,
            row.given_by if by_age else None,
        )
        for row in request.consents or ()
    )


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
        consents=_consents(request, by_age),
        context=filed.context if whole else None,
        inputs=entry_inputs(filed.record) if whole and filed.context is not None else None,
    )
