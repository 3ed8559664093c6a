"""What the API says when something is wrong: RFC 9457 problem details, without the value that was wrong."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from runxin.errors import Kind, Problem, UserError
from serving.health.request_log import request_id

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 100  # a request with more mistakes than this is told of the first hundred

# Stable names of what went wrong, for programs; sentences may change.
CODES = {
    400: "malformed",
    401: "unauthenticated",
    403: "refused",
    404: "not_found",
    405: "wrong_method",
    408: "body_stopped",
    409: "conflict",
    410: "gone",
    413: "too_large",
    415: "wrong_content_type",
    422: "invalid",
    429: "too_many",
    500: "fault",
    503: "unavailable",
}
TITLES = {
    400: "The request cannot be read",
    401: "A key is needed",
    403: "The key does not allow this",
    404: "There is nothing at this address",
    405: "This address does not take this method",
    408: "The request did not come to its end",
    409: "The same request is being worked on",
    410: "What was asked for was erased",
    413: "The request is too large",
    415: "The content is not JSON as it is, in UTF-8",
    422: "The request is not valid",
    429: "Too many requests at once",
    500: "The service failed",
    503: "The service is not available now",
}


class FieldError(BaseModel):
    """One mistake, named by the path of its field. The value itself is never repeated."""

    model_config = ConfigDict(frozen=True)

    field: str = Field(examples=["responses[0].answers[3]"], description="The path of the field.")
    problem: str = Field(description="What is wrong with it, in words that may change.")
    fix: str | None = Field(None, description="What to do about it.")
    code: str = Field(
        "invalid",
        description="A stable name of what is wrong: `missing`, `unknown_field`, `unknown_code`, `wrong_type`, "
        "`malformed`, `out_of_range`, `too_many`, `too_few`, `too_long`, else `invalid`, which is left out.",
    )


class ProblemDetails(BaseModel):
    """Problem details (RFC 9457)."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(examples=["/docs#problem-422"], description="Where this kind of problem is described.")
    title: str = Field(description="What the kind is called.")
    status: int = Field(description="The status of the answer.")
    code: str = Field(examples=["invalid"], description="A stable name of the kind, for programs.")
    detail: str = Field(description="What went wrong this time, in words that may change.")
    instance: str | None = Field(None, description="Names this occurrence in the service's log, where there is one.")
    errors: tuple[FieldError, ...] = Field((), description="Each field at fault, the first hundred of them.")


def problem(
    status: int, detail: str, errors: tuple[FieldError, ...] = (), instance: str | None = None
) -> ProblemDetails:
    title = TITLES.get(status) or HTTPStatus(status).phrase
    return ProblemDetails(
        type=f"/docs#problem-{status}" if status in TITLES else "about:blank",
        title=title,
        status=status,
        code=CODES.get(status) or HTTPStatus(status).name.lower(),
        detail=detail,
        instance=instance,
        errors=errors[:MOST_ERRORS],
    )


def problem_of(error: UserError) -> ProblemDetails:
    """The same mistake that the command line would name, as problem details."""
    return problem(error.kind.status, str(error), tuple(_field_error(mistake) for mistake in error.problems))


def _field_error(mistake: Problem) -> FieldError:
    place = [part for part in (mistake.file, f"row {mistake.row}" if mistake.row else None, mistake.column) if part]
    field = ", ".join(place) or "request"
    return FieldError(field=field, problem=mistake.what, fix=mistake.fix, code=mistake.code or "invalid")


def answer_problem(found: ProblemDetails, headers: Mapping[str, str] | None = None) -> Response:
    content = found.model_dump_json(exclude_none=True, exclude_defaults=True)
    return Response(content, found.status, headers, media_type=MEDIA_TYPE)


def install_problems(app: FastAPI) -> None:
    """Make every failure of `app` a problem: users' mistakes, wrong addresses, and bugs, which keep their traceback."""
    app.add_exception_handler(UserError, _user_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _query_error)
    app.add_exception_handler(Exception, _bug)


RETRY_AFTER = {Kind.UNAVAILABLE: "5", Kind.CONFLICT: "1"}  # seconds


async def _user_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, UserError)
    headers = {}
    if error.kind is Kind.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = "Bearer"
    if error.kind in RETRY_AFTER:
        headers["Retry-After"] = RETRY_AFTER[error.kind]
    return answer_problem(problem_of(error), headers)


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = error.detail if error.detail != HTTPStatus(error.status_code).phrase else DETAILS.get(error.status_code)
    return answer_problem(problem(error.status_code, detail or error.detail), error.headers)


DETAILS = {
    404: "the addresses of this service are listed at /docs",
    405: "the methods of this address are listed at /docs",
}


async def _query_error(_request: Request, error: Exception) -> Response:
    """Query parameters that do not fit; bodies are read by `reading`, which names their fields itself."""
    assert isinstance(error, RequestValidationError)
    errors = tuple(FieldError(field=str(fault["loc"][-1]), problem=fault["msg"]) for fault in error.errors())
    return answer_problem(problem(422, "a parameter of this address does not fit", errors))


async def _bug(_request: Request, _error: Exception) -> Response:
    instance = f"urn:uuid:{request_id()}"
    return answer_problem(problem(500, "a fault of the service, which its log describes", instance=instance))


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route declares in its OpenAPI description about the problems it may answer with."""
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {status: {"description": TITLES[status], "content": {MEDIA_TYPE: {"schema": schema}}} for status in statuses}
