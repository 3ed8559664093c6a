"""From checked records to answers on record: assess, raise by open evidence, keep, answer."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from data_schemas.codes import ConsentScope
from models import Artifact, Assessment, assess, records_of_requests
from models.assessment import Floor
from runxin.errors import UserError
from runxin.logs import get_logger
from serving.access import Client, check_school, client_can
from serving.api.answer import Filing, ScoreAnswer, answer_of
from serving.api.reading import plain_record
from serving.api.request import ScoreRequest
from serving.followup import silent
from serving.platform.champion import Serving
from serving.platform.state import State, instruments_of
from serving.replay import entry_inputs, make_context
from serving.store import (
    UNASSIGNED,
    Context,
    Evidence,
    Feed,
    Known,
    NewEntry,
    as_it_stands,
    interview_rows,
    known_feeds,
    known_students,
    record_entries,
    school_ids,
)

NO_MODEL = {ConsentScope.MODEL_SCORE.code, ConsentScope.SCREENING.code}


@dataclass(frozen=True)
class Filed:
    """An assessment with the record as it was assessed, and with what."""

    assessment: Assessment
    record: Mapping[str, Any]
    context: Context | None


@dataclass(frozen=True)
class Checked:
    """A valid record, and the day as of which it is assessed."""

    request: ScoreRequest
    as_of: date


def file_records(
    state: State, client: Client, checked: Sequence[Checked], dry_run: bool
) -> list[ScoreAnswer | UserError]:
    """One answer per record, in order, or the refusal of a record whose student is of another school.

    What is answered was recorded before, all records or none; a dry run records nothing.
    """
    now = datetime.now(UTC)
    serving = state.champion.now()
    known = known_students(state.store, [c.request.student_id for c in checked])
    found: list[ScoreAnswer | UserError | None] = [None] * len(checked)
    mine: list[int] = []
    for place, one in enumerate(checked):
        try:
            check_school(client, one.request.school_id, known[one.request.student_id].school_id)
            mine.append(place)
        except UserError as error:
            found[place] = error
    kept = [checked[place] for place in mine]
    filed = _assessed(state, serving, kept, known)
    answered = [_settled(one.assessment, known[one.assessment.student_id], now) for one in filed]
    ids: list[str | None] = [None] * len(kept)
    if not dry_run and kept:
        nowhere = school_of_strangers(state, client)
        entries = [_entry(client, one, f, now, nowhere) for one, f in zip(kept, filed, strict=True)]
        ids = list(record_entries(state.store, entries))
    explain = client_can(client, "explain")
    for place, assessment, entry_id in zip(mine, answered, ids, strict=True):
        found[place] = answer_of(assessment, Filing(now, entry_id), state.policy, explain)
    return [one for one in found if one is not None]


def _assessed(state: State, serving: Serving, checked: Sequence[Checked], known: Mapping[str, Known]) -> list[Filed]:
    """Assessments in order. A day's records go through the model together; each is scored as if it were alone."""
    status = None if serving.status == "ok" else serving.status
    stopped = _stopped(state, checked, known)
    by_day: dict[date, list[int]] = {}
    for place, one in enumerate(checked):
        by_day.setdefault(one.as_of, []).append(place)
    found: dict[int, Filed] = {}
    for as_of, places in by_day.items():
        rows = [_record(checked[place], known, stopped) for place in places]
        records = records_of_requests(rows, instruments_of(state), state.calendars)
        asked, why_not = serving.artifact, status
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


def _context(state: State, artifact: Artifact | None, status: str | None) -> Context | None:
    """What records are assessed with at this moment; made anew only where the model or its status is another."""
    key = (None if artifact is None else artifact.sha256, status)
    if key not in state.contexts:
        instruments = {**state.instruments, **(artifact.instruments if artifact is not None else {})}
        state.contexts[key] = make_context(artifact, status, state.policy, state.calendars, instruments)
    return state.contexts[key]


def _record(one: Checked, known: Mapping[str, Known], stopped: Mapping[str, Sequence[Feed]]) -> dict[str, Any]:
    record = plain_record(one.request, one.as_of)
    record["outcomes"] = interview_rows(known[one.request.student_id].interviews)
    if one.request.feeds is None:
        # A platform that says nothing of its reach is believed, but where the school's list says that a feed stopped.
        school = known[one.request.student_id].school_id or one.request.school_id or ""
        rows = [{"table": f.feed, "covered_from": f.covered_from, "covered_to": f.covered_to} for f in stopped[school]]
        record["feeds"] = rows
    if known[one.request.student_id].withdrawn & NO_MODEL or _opted_out(one.request, one.as_of):
        taken_back = {"scope": ConsentScope.MODEL_SCORE.code, "given_on": one.as_of, "withdrawn_on": one.as_of}
        record["consents"] = [taken_back]
    return record


def _stopped(state: State, checked: Sequence[Checked], known: Mapping[str, Known]) -> defaultdict[str, Sequence[Feed]]:
    """Per school, the feeds that had stopped when its list was published."""
    schools = {known[one.request.student_id].school_id or one.request.school_id or "" for one in checked}
    lists = known_feeds(state.store, schools)
    return defaultdict(
        tuple, {school: silent(feeds, as_of, state.calendars.of(school)) for school, (as_of, feeds) in lists.items()}
    )


def _opted_out(request: ScoreRequest, as_of: date) -> bool:
    """Whether consent to being screened at all was taken back in the record itself."""
    screening = [row for row in request.consents or () if row.scope == ConsentScope.SCREENING.code]
    newest = max(screening, key=lambda row: row.given_on, default=None)
    return newest is not None and newest.withdrawn_on is not None and newest.withdrawn_on <= as_of


def _settled(assessment: Assessment, known: Known, now: datetime) -> Assessment:
    """The assessment as it stands: evidence that a person has closed is out, what is open from before is in."""
    before = {row.floor.evidence: row for row in known.evidence}
    standing = {key: row.floor for key, row in before.items() if row.closed_at is None}
    for floor in assessment.floors:
        held = before.get(floor.evidence)
        if held is None or (held.closed_at is None and floor.tier.ord > held.floor.tier.ord):
            standing[floor.evidence] = floor
    rows = [Evidence(assessment.student_id, floor, now, "api") for floor in sorted(standing.values(), key=_gravest)]
    return as_it_stands(assessment, rows)


def _gravest(floor: Floor) -> tuple[int, int, int, str]:
    return (-floor.tier.ord, -floor.severity, -floor.evidence_on.toordinal(), floor.evidence)


def school_of_strangers(state: State, client: Client) -> str:
    """Where a student goes who is on no list and comes without a school: to the one school that the key or the
    service has, else to every school's. Never nowhere, since there may be danger in the record."""
    schools = client.schools if client.schools is not None else school_ids(state.store)
    return schools[0] if len(schools) == 1 else UNASSIGNED


def _entry(client: Client, one: Checked, filed: Filed, now: datetime, nowhere: str) -> NewEntry:
    request = one.request
    return NewEntry(
        client=client.client,
        student_id=request.student_id,
        school_id=request.school_id or nowhere,
        stage=request.stage,
        grade=request.grade,
        record=request.model_dump(mode="json", exclude_none=True) | {"as_of": one.as_of.isoformat()},
        assessment=filed.assessment,
        received_at=now,
        context=filed.context,
        inputs=entry_inputs(filed.record) if filed.context is not None else None,
    )
