"""`POST /events`: something happened to a student; join it with what is on record, assess at once, record, answer."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from runxin.errors import UserError
from serving.access import Client, client_can
from serving.api.answer import ScoreAnswer
from serving.api.answer_parts import Given
from serving.api.check import invalid
from serving.api.events.joining import joined
from serving.api.events.prompts import PromptGiven, prompt_given
from serving.api.events.request import EventsRequest
from serving.api.filing import file_for, file_records
from serving.api.once import REPLAYED, Once, earlier, part_of
from serving.api.problems import problem_responses
from serving.api.reading import read_as, read_json
from serving.api.score import body_of
from serving.api.sent import Sent, sent
from serving.platform.limits import MOST_BYTES, MOST_SCORES
from serving.platform.state import instruments_of, own_features_of
from serving.prompts.service import Prompt, prompt_for
from serving.store.joined_rows import rows_to_join
from serving.store.sent_requests import claim_of

router = APIRouter(tags=["events"])
KIND = re.compile(r"^(events\[\d+\])\.(?:leave|sheet|concern|roster|discharge|suspension|resumption)\b")
EventKind = Literal["leave", "sheet", "concern", "roster", "discharge", "suspension", "resumption"]


class EventsAnswer(Given):
    """What was recorded, in the order of the request, under which id, and whether the roster has the student. `state`
    is how the student stands now, as `/score` answers it; null for a key without the scope `score`."""

    student_id: str
    recorded: bool
    entry_id: str
    student: Literal["on_list", "identity_to_check"]
    filed: tuple[EventKind, ...] = Field(description="The events that were recorded: all of the request, or none.")
    state: ScoreAnswer | None
    prompt: PromptGiven | None = Field(
        description="Where somebody waits to speak with the student; null without the scope `prompts`, for whoever is "
        "neither a counselor nor staff, and where nobody waits."
    )


@router.post(
    "/events",
    response_model=EventsAnswer,
    responses=problem_responses(400, 401, 403, 408, 409, 410, 413, 415, 422, 429, 500, 503),
    openapi_extra=body_of("EventsRequest"),
)
def events(
    given: Annotated[Sent, Depends(sent("events", MOST_BYTES, "events", MOST_SCORES), scope="function")],
    key: Once,
) -> Response:
    """Record what happened to one student: all events of the request, or none. They are read beside everything that is
    on record of the student, whoever sent it, so that nothing has to be sent twice; rules and the model answer at once,
    and danger rings whoever is on duty. Of a student on no list, or of another school's, they are kept all the same."""
    state, client, body = given.state, given.client, given.body
    claim = None if key is None else claim_of(client.key_id, key, b"/events\n" + body)
    before = earlier(state, client, claim)
    content = read_json(body)
    request = _read(content)
    where = file_for(state, client, request.student_id, request.school_id)
    if before is not None:
        first = ScoreAnswer.model_validate_json(part_of(before, 0))
        return _answer(client, request, first, prompt_for(state, client, where, request.entered_by, True), REPLAYED)
    stored = rows_to_join(state.store, where.file_id, where.school_id)
    checked = joined(request, content, stored, instruments_of(state), own_features_of(state), state.today())
    (found,) = file_records(state, client, [checked], False, claim)
    if not isinstance(found, ScoreAnswer):
        raise found
    return _answer(client, request, found, prompt_for(state, client, where, request.entered_by, False), {})


def _read(content: Any) -> EventsRequest:
    """A request of the right form; a field at fault is named by its place in what was sent."""
    try:
        return read_as(EventsRequest, content)
    except UserError as error:
        raise invalid([replace(one, column=KIND.sub(r"\1", one.column or "")) for one in error.problems]) from None


def _answer(
    client: Client, request: EventsRequest, found: ScoreAnswer, prompt: Prompt | None, headers: Mapping[str, str]
) -> Response:
    assert found.entry_id is not None, "what is filed has an entry"
    answer = EventsAnswer(
        student_id=request.student_id,
        recorded=found.recorded,
        entry_id=found.entry_id,
        student=found.student,
        filed=tuple(one.event for one in request.events),
        state=found if client_can(client, "score") else None,
        prompt=prompt_given(prompt),
    )
    return Response(answer.model_dump_json(), 200, headers, "application/json")
