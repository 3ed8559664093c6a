"""`POST /score` and `POST /score_batch`: assess, record, answer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, TypeAdapter

from data_schemas.instruments import Instrument
from data_schemas.own_features import OwnFeature
from runxin.errors import UserError
from serving.access import Client, check_client_can
from serving.api.answer import ScoreAnswer
from serving.api.assessing import Checked
from serving.api.check import check_request
from serving.api.filing import file_records
from serving.api.once import Once, earlier, part_of, replayed
from serving.api.problems import ProblemDetails, problem_of, problem_responses
from serving.api.reading import read_as, read_batch, read_json
from serving.api.request import ScoreRequest
from serving.api.sent import Sent, sent
from serving.api.turns import SMALL, ScoreTurns
from serving.platform.limits import MOST_BATCHES, MOST_BYTES, MOST_BYTES_BATCH, MOST_SCORES
from serving.platform.state import instruments_of, own_features_of
from serving.store.sent_requests import claim_of

router = APIRouter(tags=["assessment"])
DryRun = Annotated[bool, Query(description="Assess without recording anything; needs the `dry_run` scope.")]
MAY_FAIL = problem_responses(400, 401, 403, 408, 409, 410, 413, 415, 422, 429, 500, 503)


class BatchError(BaseModel):
    """A record at fault, by its place in the request, counted from 0."""

    model_config = ConfigDict(frozen=True)

    index: int
    problem: ProblemDetails


class BatchAnswer(BaseModel):
    """Answers in the order of the records, without those at fault."""

    model_config = ConfigDict(frozen=True)

    results: tuple[ScoreAnswer, ...]
    errors: tuple[BatchError, ...]


_ERRORS = TypeAdapter(tuple[BatchError, ...])


def body_of(model: str) -> dict[str, Any]:
    """The description of a body that the route reads by itself, to name each field at fault."""
    schema = {"$ref": f"#/components/schemas/{model}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post(
    "/score",
    response_model=ScoreAnswer,
    responses=MAY_FAIL,
    openapi_extra=body_of("ScoreRequest"),
)
def score(
    request: Request,
    given: Annotated[Sent, Depends(sent("score", MOST_BYTES, "score", MOST_SCORES), scope="function")],
    key: Once,
    dry_run: DryRun = False,
) -> Response:
    """Assess one student from raw records, record the entry, open its floors and put it on the list."""
    state, client, body = given.state, given.client, given.body
    claim = None if key is None or dry_run else claim_of(client.key_id, key, b"/score\n" + body)
    before = earlier(state, client, claim)
    if before is not None:
        return replayed(part_of(before, 0))
    record = read_as(ScoreRequest, read_json(body))
    checked = _checked(record, instruments_of(state), own_features_of(state), state.today())
    _may(client, dry_run)
    if claim is None and len(body) <= SMALL:
        turns: ScoreTurns = request.app.state.turns
        answer = turns.answer(state, client, checked, dry_run)
    else:
        answer = file_records(state, client, [checked], dry_run, claim)[0]
    if isinstance(answer, UserError):
        raise answer
    return _json(answer)


@router.post(
    "/score_batch",
    response_model=BatchAnswer,
    responses=MAY_FAIL,
    openapi_extra=body_of("BatchRequest"),
)
def score_batch(
    given: Annotated[Sent, Depends(sent("score", MOST_BYTES_BATCH, "batch", MOST_BATCHES), scope="function")],
    key: Once,
    dry_run: DryRun = False,
) -> Response:
    """Assess many students. A record at fault is named by its index and spoils no other; the order is kept."""
    state, client, body = given.state, given.client, given.body
    claim = None if key is None or dry_run else claim_of(client.key_id, key, b"/score_batch\n" + body)
    before = earlier(state, client, claim)
    if before is not None:
        parts = [part_of(before, place) for place in range(before.places)]
        return replayed(b'{"results":[' + b",".join(parts) + b'],"errors":' + before.rest + b"}")
    raw = read_batch(read_json(body))
    _may(client, dry_run)
    checked: dict[int, Checked] = {}
    errors: dict[int, UserError] = {}
    instruments, own, today = instruments_of(state), own_features_of(state), state.today()
    for index, content in enumerate(raw):
        try:
            checked[index] = _checked(read_as(ScoreRequest, content), instruments, own, today)
        except UserError as error:
            errors[index] = error
    if claim is not None:
        claim = replace(claim, rest=_ERRORS.dump_json(_named(errors)))
    results = []
    for index, answer in zip(checked, file_records(state, client, list(checked.values()), dry_run, claim), strict=True):
        if isinstance(answer, UserError):
            errors[index] = answer
        else:
            results.append(answer)
    return _json(BatchAnswer(results=tuple(results), errors=_named(errors)))


def _named(errors: Mapping[int, UserError]) -> tuple[BatchError, ...]:
    return tuple(BatchError(index=index, problem=problem_of(errors[index])) for index in sorted(errors))


def _checked(
    request: ScoreRequest, instruments: Mapping[str, Instrument], own: Sequence[OwnFeature], today: date
) -> Checked:
    return Checked(request, check_request(request, instruments, own, today))


def _may(client: Client, dry_run: bool) -> None:
    if dry_run:
        check_client_can(client, "dry_run")


def _json(answer: BaseModel) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")
