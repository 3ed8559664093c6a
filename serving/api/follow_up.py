"""`GET /follow_up_list`: one school's ranked list, for a platform with the `list` scope."""

import json
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from serving.access import PURPOSE_OF_SCOPE, Client, check_client_can, client_can
from serving.api.answer import CaseCode, ModelGiven, TierGiven
from serving.api.answer_parts import DueGiven, Given, WordsGiven
from serving.api.fields import Id
from serving.api.problems import problem_responses
from serving.cases.service import cases_of
from serving.platform.callers import caller
from serving.platform.state import State, state_of
from serving.store import AuditEvent, write_audit
from serving.today import follow_up_list
from serving.today.export import list_json, students_of_list

router = APIRouter(tags=["list"])


class EntryGiven(Given):
    """One line of a queue. `rank` counts within the week's line and below it. A blind student (drawn by lot for a
    routine talk that is not recorded yet) has no tier. `lacks` is what is missing to close evidence, `others` are
    further students whom an import brought and no roster knows. `assessment_id` names the assessment for a replay."""

    student_id: str
    assessment_id: str | None
    class_id: str | None
    stage: str
    grade: int | None
    queue: str
    rank: int | None
    slot: Literal["ranked", "concern", "audit"] | None
    blind: bool
    tier: TierGiven | None
    tier_source: Literal["model", "floor", "human"] | None
    undecided: bool | None
    suspended: bool | None
    lacks: Literal["second_person"] | None
    floors: tuple[str, ...]
    protection: bool = Field(description="No notice goes to guardians.")
    why: tuple[WordsGiven, ...] | None
    due: DueGiven
    also_due: DueGiven | None = Field(
        description="What the queue itself asks for, where something else is due before it."
    )
    case: CaseCode | None = Field(description="Where the case stands; null of a blind student.")
    others: tuple[str, ...]


class QueueGiven(Given):
    """One queue; `count` is of its students, before it was cut: an entry may stand for `others` too."""

    code: str
    title: WordsGiven
    count: int
    entries: tuple[EntryGiven, ...]


class MissedGiven(Given):
    """How many students with need are expected among those who are not scheduled: an interval in students, null while
    fewer than `needed` routine talks by lot are on record."""

    talks: int
    found: int
    needed: int
    value: float | None
    low: float | None
    high: float | None


class FollowUpAnswer(Given):
    """One school's list as it stands. `unscheduled` counts those under the week's line, `unmet_deadlines` those of the
    week that its places cannot meet."""

    school_id: str
    run_id: str
    as_of: date
    published_at: datetime
    synthetic: bool
    notice: WordsGiven
    model: ModelGiven
    enrolled: int
    screened: int
    unscheduled: int
    weekly_slots: int
    check_minutes: int
    unmet_deadlines: int
    more_hours: float
    expected_missed: MissedGiven
    silent_feeds: tuple[str, ...]
    tier_counts: dict[str, int]
    class_tasks: dict[str, int]
    queues: tuple[QueueGiven, ...]


@router.get(
    "/follow_up_list",
    response_model=FollowUpAnswer,
    responses=problem_responses(401, 403, 404, 422, 500, 503),
)
def get_list(
    state: Annotated[State, Depends(state_of)],
    client: Annotated[Client, Depends(caller("list"))],
    school_id: Annotated[Id, Query(description="The school whose list it is.")],
    limit: Annotated[
        int, Query(ge=1, le=10_000, description="Lines of a queue at most; urgent ones always come.")
    ] = 200,
) -> Response:
    """Who is to be seen, in order: immediate checks, confirmed crises, this week's line, those below it, and the queues
    beside it. Sentences come only with the `explain` scope, names never."""
    check_client_can(client, "list", school_id)
    now = state.clock()
    write_audit(state.store, AuditEvent(now, client.client, "list.read", PURPOSE_OF_SCOPE["list"], school_id))
    shown = follow_up_list(state.store, school_id, now, False, state.policy, calendars=state.calendars)
    cases = cases_of(state.store, students_of_list(shown))
    answer = list_json(shown, limit, client_can(client, "explain"), cases)
    return Response(json.dumps(answer, ensure_ascii=False), media_type="application/json")
