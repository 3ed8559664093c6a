"""A half-year looked back on: each event of a student below the line, replayed and classed."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from data_schemas.codes import OutcomeKind
from data_schemas.school_days import Calendars
from models import Policy, archived_artifact
from models.triage import ZONE, present_of
from models.triage.queues import IMMEDIATE, WEEK
from runxin.errors import UserError
from serving.miss_review.classes import MissClass, also_there, classified
from serving.miss_review.halves import Half
from serving.miss_review.store import KeptCase, KeptReview, keep_reviews
from serving.replay import Made, read_context, replay_assessment
from serving.store import (
    UNASSIGNED,
    AuditEvent,
    InForce,
    KeptOutcome,
    Store,
    facts_of,
    in_force_before,
    outcomes_between,
    published_days,
    read_at,
    school_ids,
)
from serving.today import build_list

KINDS = (OutcomeKind.CRISIS_EVENT.code, OutcomeKind.REFERRAL.code, OutcomeKind.SUSPENSION.code)
REVIEWED = "misses.reviewed"
PURPOSE = "quality_audit"
NOT_SAID = "not_said"


@dataclass(frozen=True)
class Case:
    """One event of a student below the line. `as_of`, `tier` and `assessment_id` are of the assessment in force
    before; `also` is what else was on record (`interviewed`: a named person had spoken with the student since);
    `replay` is `identical`, `different` or None where nothing was in force, and `why_not` says why there is none."""

    kind: str
    observed_on: date
    stream: str
    miss: str
    as_of: date | None = None
    tier: str | None = None
    assessment_id: str | None = None
    also: tuple[str, ...] = ()
    replay: str | None = None
    why_not: str | None = None


def case_of(kept: KeptCase) -> Case:
    """A case as it was kept."""
    said = dict(kept.case)
    for name in ("observed_on", "as_of"):
        said[name] = None if said[name] is None else date.fromisoformat(said[name])
    return Case(**said | {"also": tuple(said["also"])})


def review_half(
    store: Store,
    archive: Path,
    half: Half,
    policy: Policy,
    now: datetime,
    actor: str,
    school_id: str | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[KeptReview]:
    """Look back on every school or on one, from its first list on, and keep what is found in place of an earlier look.
    Each replay is put in the trail, as a reading of a student's record."""
    known = [*school_ids(store), UNASSIGNED] if school_id is None else [school_id]
    events = [one for one in outcomes_between(store, half.first, half.last, KINDS) if one.school_id in known]
    lists = {school: published_days(store, None if school == UNASSIGNED else school) for school in known}
    looking = _Looking(store, archive, policy, now, actor)
    looked_at: dict[str, list[KeptOutcome]] = {school: [] for school in known}
    found: dict[str, list[KeptCase]] = {school: [] for school in known}
    synthetic = set()
    for done, event in enumerate(events):
        progress(done, len(events))
        before = in_force_before(store, event.outcome.student_id, event.outcome.observed_on)
        if before is None and not any(day < event.outcome.observed_on for day in lists[event.school_id]):
            continue  # where there was no list yet there was no line to be below
        looked_at[event.school_id].append(event)
        if before is not None and before.run is not None and before.run.synthetic:
            synthetic.add(event.school_id)
        if before is None or not looking.on_line(event, before):
            said = _plain(looking.case(event, before))
            found[event.school_id].append(KeptCase(event.sha256, event.outcome.student_id, said))
    reviews = []
    for school in known:
        mine, cases = looked_at[school], tuple(found[school])
        early = sum(one.school_id == school for one in events) - len(mine)
        if school == UNASSIGNED and not mine:
            continue
        students = len({one.outcome.student_id for one in mine})
        counts = counts_of(cases) | {"no_list": {"all": early}}
        reviews.append(KeptReview(half.name, school, now, school in synthetic, len(mine), students, counts, cases))
    detail = f"events={len(events)} below={sum(len(one.cases) for one in reviews)}"
    keep_reviews(store, reviews, AuditEvent(now, actor, REVIEWED, PURPOSE, school_id or half.name, detail))
    return reviews


def _plain(case: Case) -> dict[str, Any]:
    """A case in JSON's own types."""
    as_of = None if case.as_of is None else case.as_of.isoformat()
    return asdict(case) | {"observed_on": case.observed_on.isoformat(), "as_of": as_of, "also": list(case.also)}


def counts_of(cases: Sequence[KeptCase]) -> dict[str, dict[str, int]]:
    """Counts by class, by class and kind, and by stream; every class is there."""
    classes = Counter(one.case["miss"] for one in cases)
    kinds = Counter(f"{one.case['miss']}/{one.case['kind']}" for one in cases)
    return {
        "class": {code: classes[code] for code in MissClass.codes()},
        "kind": dict(kinds),
        "stream": dict(Counter(one.case["stream"] for one in cases)),
    }


class _Looking:
    """What is opened once for many cases: models, contexts and the lists of the time."""

    def __init__(self, store: Store, archive: Path, policy: Policy, now: datetime, actor: str) -> None:
        self.store, self.archive, self.policy, self.now, self.actor = store, archive, policy, now, actor
        self._interviewed: dict[str, list[date]] = {}
        for one in outcomes_between(store, kinds=[OutcomeKind.INTERVIEW.code]):
            if one.outcome.interviewer is not None:
                self._interviewed.setdefault(one.outcome.student_id, []).append(one.outcome.observed_on)
        self._model_of = cache(archived_artifact)
        self._made: dict[tuple[str, str], Made | None] = {}
        self._lines: dict[tuple[str, str], frozenset[str]] = {}

    def on_line(self, event: KeptOutcome, before: InForce) -> bool:
        """Whether somebody was to look at the student: on the week's line or among the immediate checks of the list
        when it was published, or by safety evidence that was open then or opened since."""
        student, run = event.outcome.student_id, before.run
        began = datetime.combine(event.outcome.observed_on, time(), ZONE)
        until = began if run is None else max(began, run.published_at)
        since = run.published_at if run is not None else before.entry.received_at if before.entry is not None else began
        facts = facts_of(self.store, [student], self.now.astimezone(ZONE).date())[student]
        for one in present_of([facts], self.policy, Calendars().default)[0].evidence:
            was_open = one.piece.received_at <= until and (one.closed_by is None or one.closed_by.received_at > since)
            if was_open and one.piece.floor.urgent:
                return True
        return run is not None and student in self._line(before)

    def _line(self, before: InForce) -> frozenset[str]:
        run, entry = before.run, before.entry
        assert run is not None
        key = (run.run_id, before.school_id)
        if entry is None and key in self._lines:
            return self._lines[key]
        made = self.made(before)
        policy, calendars = (self.policy, Calendars()) if made is None else (made.policy, made.calendars)
        sent = {} if entry is None else {entry.student.student_id: [entry]}
        facts = read_at(self.store, run, before.school_id, sent)
        slots, calendar = policy.list.weekly_slots, calendars.of(before.school_id)
        listed = build_list(facts, before.school_id, run.published_at, policy, slots, calendar)
        line = frozenset(one.student.student_id for one in (*listed.queue(IMMEDIATE), *listed.queue(WEEK)))
        if entry is None:
            self._lines[key] = line
        return line

    def made(self, before: InForce) -> Made | None:
        """What the assessment was made with; None where that was not kept, or is at fault."""
        if before.context is None:
            return None
        key = (before.context, before.school_id)
        if key not in self._made:
            try:
                self._made[key] = read_context(self.store, *key)
            except UserError:
                self._made[key] = None
        return self._made[key]

    def case(self, event: KeptOutcome, before: InForce | None) -> Case:
        outcome = event.outcome
        stream = outcome.selection_reason or NOT_SAID
        case = Case(outcome.kind, outcome.observed_on, stream, MissClass.UNSCREENED.code)
        if before is None:
            return case
        assessment = before.assessment
        days = self._interviewed.get(outcome.student_id, [])
        spoken = any(assessment.as_of < day <= outcome.observed_on for day in days)
        case = replace(
            case,
            as_of=assessment.as_of,
            tier=assessment.tier.code,
            assessment_id=before.assessment_id,
            also=(*also_there(assessment), *(("interviewed",) if spoken else ())),
        )
        outcome_of_replay, why_not = self._replayed(before)
        made = self.made(before)
        if why_not is not None or made is None:
            return replace(case, miss=MissClass.NOT_REPLAYABLE.code, also=(), why_not=why_not or "incomplete")
        grace = made.policy.staleness.grace_days
        found = classified(assessment, outcome.observed_on, made.instruments, grace)
        return replace(case, miss=found.code, replay=outcome_of_replay)

    def _replayed(self, before: InForce) -> tuple[str | None, str | None]:
        """How the replay ended, or why there is none: `erased`, `not_kept` (from before replay) or `incomplete`."""
        if before.erased:
            return None, "erased"
        if before.assessment_id is None or before.context is None:
            return None, "not_kept"
        try:
            reading = (before.assessment_id, self.now, self.actor, PURPOSE)
            done = replay_assessment(self.store, self.archive, *reading, model_of=self._model_of)
        except UserError:
            return None, "incomplete"
        return (None, "erased") if done.outcome == "erased" else (done.outcome, None)
