"""`GET /changes`: what has changed at a key's schools since a cursor, by id and code."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from models.triage import ZONE
from serving.access import PURPOSE_OF_SCOPE, Client
from serving.api.answer_parts import Given
from serving.api.problems import problem_responses
from serving.changes.cursor import Cursor, check_known, read_cursor
from serving.changes.store import changes_after, newest_change
from serving.platform.callers import caller
from serving.platform.state import State, state_of
from serving.store import AuditEvent, write_audit

router = APIRouter(tags=["changes"])
MOST = 1000
ChangeCode = Literal["record", "evidence", "word", "case", "list"]


class Changed(Given):
    """That something has changed, not what: ask for it with the scope that may read it. `record`: something was sent or
    reported; `evidence`: a rule or a report has filed evidence; `word`: somebody has recorded a talk, a contact or an
    assessment; `case`: the case was taken on or moved; `list`: a list was published or withdrawn, or who is who was
    settled: read the lists anew."""

    id: str | None = Field(description="The student's id, as it was sent; null of `list`.")
    code: ChangeCode


class ChangesAnswer(Given):
    """In the order in which they were made. Nothing that was made before the cursor comes to be seen behind it."""

    changes: tuple[Changed, ...]
    cursor: str = Field(description="Where to go on: send it as `since`.", examples=["1734-20261128"])
    more: bool = Field(description="Whether there is more already: ask again at once.")


@router.get("/changes", response_model=ChangesAnswer, responses=problem_responses(401, 403, 410, 422, 429, 500, 503))
def changes(
    state: Annotated[State, Depends(state_of)],
    client: Annotated[Client, Depends(caller("changes"))],
    since: Annotated[
        str | None,
        Query(
            max_length=40,
            description="The `cursor` of the last answer; left out, everything from the oldest change on.",
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Changes at most.")] = 200,
) -> Response:
    """What has changed at the key's schools since a cursor: ids and codes, never what. Changes are kept for 30 days; a
    cursor that is older is answered 410. For whoever cannot be called; others have a webhook."""
    now = state.clock()
    today = now.astimezone(ZONE).date()
    after = Cursor(0, today) if since is None else read_cursor(since, today)
    check_known(after, newest_change(state.store))
    found, until = changes_after(state.store, after.seq, client.schools, limit)
    more = len(found) == limit
    if found:
        read = AuditEvent(
            now, client.client, "changes.read", PURPOSE_OF_SCOPE["changes"], detail=f"changes={len(found)}"
        )
        write_audit(state.store, read)
    reached = found[-1].made_at.astimezone(ZONE).date() if more else today
    answer = ChangesAnswer(
        changes=tuple(Changed.model_validate({"id": one.id, "code": one.code}) for one in found),
        cursor=str(Cursor(until, min(reached, today))),
        more=more,
    )
    return Response(answer.model_dump_json(), media_type="application/json")
