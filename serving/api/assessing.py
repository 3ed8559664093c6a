"""From checked records to assessments: with what the store knows of each student, in one batch a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from data_schemas.codes import ConsentScope
from models import Artifact, Assessment, assess, records_of_requests
from models.consent import OWN_FROM, counts, lasts_until, own_from
from models.triage import ZONE, StudentFacts, in_force
from models.triage.facts import NO_MODEL
from runxin.errors import UserError
from runxin.logs import get_logger
from serving.api.reading import plain_record
from serving.api.request import ScoreRequest
from serving.platform.champion import Serving
from serving.platform.state import State, instruments_of
from serving.replay import make_context
from serving.store import Changes, Consent, Feed, FileOf, ReplayContext, feeds_of_schools, outcome_row, taken_back_of
from serving.store.joined_rows import JoinedRows, without_known
from serving.today import silent


@dataclass(frozen=True)
class Filed:
    """An assessment with the record as it was assessed, and with what."""

    assessment: Assessment
    record: Mapping[str, Any]
    context: ReplayContext | None


@dataclass(frozen=True)
class Checked:
    """A valid record, the day as of which it is assessed, and what it is `joined` with of what is on record, None where
    it is to be read by itself."""

    request: ScoreRequest
    as_of: date
    joined: JoinedRows | None = None


def assessed(
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
        vars(outcome_row(word, before.student_id))
        | {"assessed": None if word.assessed is None else " ".join(word.assessed)}
        for word in in_force(before.words)
    ]
    if one.joined is not None:
        _join(record, one.joined, before)
    elif one.request.feeds is None:
        # A platform that says nothing of its reach is believed, but where the school's list says that a feed stopped.
        rows = stopped.get(before.school_id, ())
        record["feeds"] = [{"table": f.feed, "covered_from": f.covered_from, "covered_to": f.covered_to} for f in rows]
    if _refused(one.request, before, one.as_of, by_age):
        taken_back = {"scope": ConsentScope.MODEL_SCORE.code, "given_on": one.as_of, "withdrawn_on": one.as_of}
        record["consents"] = [taken_back]
    return record


def _join(record: dict[str, Any], stored: JoinedRows, before: StudentFacts) -> None:
    """Put what is on record before what a record says."""
    for name, rows in stored.tables.items():
        record[name] = [*rows, *without_known(record.get(name) or (), rows, name)]
    met = [
        {"contacted_on": c.on, "whom": c.with_whom, "recorded_on": c.received_at.astimezone(ZONE).date()}
        for c in before.contacts
    ]
    record["contacts"] = [*met, *(record.get("contacts") or ())]
    feeds = (*stored.feeds, *(record.get("feeds") or ()))
    record["feeds"] = [one for one in feeds if one["table"] not in stored.whole]


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
    sent = [
        one if counts(one.given_by, grown) else replace(one, given_on=None) for one in consents_sent(request, by_age)
    ]
    return bool(NO_MODEL & taken_back_of([*on_record, *sent], as_of).keys())


def consents_sent(request: ScoreRequest, by_age: bool) -> tuple[Consent, ...]:
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
