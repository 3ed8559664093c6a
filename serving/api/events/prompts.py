"""`POST /prompts`: what came of a prompt that an event was answered with."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from serving.api.answer_parts import Given, WordsGiven, words
from serving.api.fields import RequestPart
from serving.api.problems import problem_responses
from serving.api.reading import read_as, read_json
from serving.api.score import body_of
from serving.api.sent import Sent, sent
from serving.platform.limits import MOST_BYTES, MOST_SCORES
from serving.prompts.service import Prompt, answer_prompt

router = APIRouter(tags=["events"])
Step = Literal["told", "could_not"]


class PromptGiven(Given):
    """Somebody waits to speak with this student: for the member of staff who has entered the event, and nobody else. It
    says nothing of why."""

    prompt_id: str
    text: WordsGiven = Field(description="What to show, as it stands.")
    tell: WordsGiven = Field(description="Whom to tell: who is on duty now.")


class PromptRequest(RequestPart):
    """What came of a prompt."""

    prompt_id: Annotated[str, Field(pattern=r"^e-[0-9a-f]{24}$")]
    step: Step = Field(description="`told`: the person was told; `could_not`: nobody could be reached")
    entered_by: Literal["counselor", "staff"]


class PromptAnswer(Given):
    """It is counted once, however often it is sent."""

    prompt_id: str
    step: Step


def prompt_given(prompt: Prompt | None) -> PromptGiven | None:
    if prompt is None:
        return None
    return PromptGiven(prompt_id=prompt.prompt_id, text=words(prompt.text), tell=words(prompt.tell))


@router.post(
    "/prompts",
    response_model=PromptAnswer,
    responses=problem_responses(400, 401, 403, 404, 408, 413, 415, 422, 429, 500, 503),
    openapi_extra=body_of("PromptRequest"),
)
def prompts(
    given: Annotated[Sent, Depends(sent("prompts", MOST_BYTES, "prompts", MOST_SCORES), scope="function")],
) -> Response:
    """Say what came of a prompt, so that shown and acted on can be counted. After `told` no other is given for the
    student that day, but in danger that nobody has answered."""
    said = read_as(PromptRequest, read_json(given.body))
    answer_prompt(given.state, given.client, said.prompt_id, said.step, said.entered_by)
    answer = PromptAnswer(prompt_id=said.prompt_id, step=said.step)
    return Response(answer.model_dump_json(), media_type="application/json")
