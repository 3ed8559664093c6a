"""`GET /follow_up_list`: one school's ranked list, for a platform with the `list` scope."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from serving.access import Client, check_client_can, client_can
from serving.api.answer import ModelGiven, Notice, TierCode, model_given, notice_of, words
from serving.api.answer_parts import Given, Words
from serving.api.problems import problem_responses
from serving.followup import Entry, FollowUpList, follow_up_list
from serving.platform.callers import caller
from serving.platform.state import State, state_of
from serving.store import AuditEvent, write_audit

router = APIRouter(tags=["list"])
SectionCode = Literal["immediate", "week", "below", "contact", "history", "retest", "not_screened", "identity"]
BLIND = "audit"  # a blind audit shows neither tier nor reasons


class DueGiven(Given):
    what: Words
    by: datetime | None
    overdue: bool


class EntryGiven(Given):
    """One line. `rank` counts within the week's line and below it. A blind audit (`slot` "audit") has no tier.
    `assessment_id` names the assessment for a replay."""

    student_id: str
    assessment_id: str | None
    class_id: str | None
    stage: str
    grade: int | None
    section: SectionCode
    rank: int | None
    slot: Literal["ranked", "concern", "audit"] | None
    tier: TierCode | None
    tier_source: Literal["model", "floor", "human"] | None
    floors: tuple[str, ...]
    why: tuple[Words, ...] | None
    due: DueGiven


class Interval(Given):
    value: float
    low: float
    high: float


class FollowUpAnswer(Given):
    """One school's list of one published run. `unscheduled` counts those under the week's line.

    `expected_missed` is null where there are too few audits to say how many students with need stand below it.
    """

    school_id: str
    run_id: str
    as_of: date
    published_at: datetime
    synthetic: bool
    model: ModelGiven
    enrolled: int
    screened: int
    unscheduled: int
    weekly_slots: int
    check_minutes: int
    tier_counts: dict[str, int]
    expected_missed: Interval | None
    silent_feeds: tuple[str, ...]
    entries: tuple[EntryGiven, ...]
    notice: Notice


@router.get(
    "/follow_up_list",
    response_model=FollowUpAnswer,
    responses=problem_responses(401, 403, 404, 422, 500, 503),
)
def get_list(
    state: Annotated[State, Depends(state_of)],
    client: Annotated[Client, Depends(caller("list"))],
    school_id: Annotated[str, Query(min_length=1, max_length=64)],
    limit: Annotated[int, Query(ge=1, le=10_000, description="Lines at most; immediate checks always come.")] = 200,
) -> Response:
    """Who is to be seen, in order: immediate checks, this week's line, those below it, and the queues beside it."""
    check_client_can(client, "list", school_id)
    now = datetime.now(UTC)
    shown = follow_up_list(state.store, school_id, now, False, state.policy, calendars=state.calendars)
    write_audit(state.store, AuditEvent(now, client.client, "list.read", "follow_up", school_id))
    answer = list_given(shown, limit, client_can(client, "explain"))
    return Response(answer.model_dump_json(), media_type="application/json")


def list_given(shown: FollowUpList, limit: int, explain: bool) -> FollowUpAnswer:
    """The list as a platform sees it; sentences only with the `explain` scope, names never."""
    missed = shown.expected_missed
    lines = list(_lines(shown))
    kept = lines[: max(limit, len(shown.immediate))]
    return FollowUpAnswer(
        school_id=shown.school_id,
        run_id=shown.run_id,
        as_of=shown.as_of,
        published_at=shown.published_at,
        synthetic=shown.synthetic,
        model=model_given(shown.model),
        enrolled=shown.enrolled,
        screened=shown.screened,
        unscheduled=shown.unscheduled,
        weekly_slots=shown.weekly_slots,
        check_minutes=shown.check_minutes,
        tier_counts=shown.tier_counts,
        expected_missed=None if missed is None else Interval(value=missed[0], low=missed[1], high=missed[2]),
        silent_feeds=shown.silent_feeds,
        entries=tuple(_entry(entry, explain) for entry in kept),
        notice=notice_of("synthetic" if shown.synthetic else shown.model.data_origin),
    )


def _lines(shown: FollowUpList) -> Iterator[Entry]:
    yield from shown.immediate
    yield from shown.week
    yield from shown.below
    yield from shown.contact
    yield from shown.history
    yield from shown.retest
    yield from shown.not_screened
    yield from shown.identity


def _entry(entry: Entry, explain: bool) -> EntryGiven:
    blind = entry.slot == BLIND
    assessment = entry.assessment
    return EntryGiven(
        student_id=entry.pupil.student_id,
        assessment_id=entry.assessment_id,
        class_id=entry.pupil.class_id,
        stage=entry.pupil.stage,
        grade=entry.pupil.grade,
        section=entry.section.code,
        rank=entry.rank,
        slot=entry.slot,
        tier=None if blind else assessment.tier.code,
        tier_source=None if blind else assessment.tier_source,
        floors=() if blind else tuple(floor.id for floor in assessment.floors),
        why=tuple(words(sentence) for sentence in entry.why) if explain and not blind else None,
        due=DueGiven(what=words(entry.due.what), by=entry.due.by, overdue=entry.due.overdue),
    )
