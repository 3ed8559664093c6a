"""From received bytes to checked records. Nothing that was received is repeated in an error."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, from_json
from starlette.exceptions import HTTPException

from runxin.errors import Kind, Problem, UserError, usage
from serving.api.check import invalid
from serving.api.request import MOST_RECORDS, ScoreRequest

M = TypeVar("M", bound=BaseModel)
FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
WORDS = {
    "missing": "this field is required",
    "extra_forbidden": "there is no such field",
    "int_type": "a whole number is needed",
    "float_type": "a number is needed",
    "finite_number": "a number is needed that is neither NaN nor infinite",
    "bool_type": "true or false is needed",
    "string_type": "a string is needed",
    "list_type": "a list is needed",
    "model_type": "an object is needed",
    "string_pattern_mismatch": "this is not of the form that the field has",
}


def received(most: int) -> Callable[[Request], Awaitable[bytes]]:
    """A dependency: the body of a request that says it is JSON, of `most` bytes at most.

    Bytes are counted as they come, since a chunked body announces no length and an announced one may be untrue.
    """

    async def body_of(request: Request) -> bytes:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise HTTPException(415, "send the body as application/json")
        announced = request.headers.get("content-length", "")
        body = bytearray()
        if announced.isdecimal() and int(announced) > most:
            raise _too_large(most)
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise _too_large(most)
        return bytes(body)

    return body_of


def _too_large(most: int) -> UserError:
    return UserError(Kind.TOO_LARGE, f"a body holds {most} bytes at most here", fix="send fewer records at once")


def read_json(body: bytes) -> Any:
    """The body's JSON; raises `UserError` (usage, 400) where there is none. NaN is let through, for its field to
    be named where it is refused."""
    try:
        return from_json(body, allow_inf_nan=True)
    except ValueError as error:
        # The parser's message tells the place and what it expected, not what stood there.
        raise usage(f"the body is not JSON in UTF-8: {error}") from error


def read_as(model: type[M], content: Any) -> M:
    """A request of the right form; raises `UserError` (bad data) naming each field that is not."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=True, include_input=False)
        raise invalid([_problem(fault) for fault in faults]) from None


def read_batch(content: Any) -> Sequence[Any]:
    """The raw records of a batch; raises `UserError` where the envelope is wrong or holds too many."""
    if not isinstance(content, dict) or not isinstance(content.get("records"), list):
        raise invalid([Problem("a list of records is needed", column="records")])
    beside = [Problem("there is no such field", column=_name(key)) for key in content if key != "records"]
    if beside:
        raise invalid(beside)
    records: list[Any] = content["records"]
    if len(records) > MOST_RECORDS:
        raise UserError(Kind.TOO_LARGE, f"a batch holds {MOST_RECORDS} records at most", fix="send several batches")
    return records


def plain_record(request: ScoreRequest, as_of: date) -> dict[str, Any]:
    """The record as `models.records_of_requests` reads it. What came without a day of record is known today."""
    record = request.model_dump(exclude_none=True) | {"as_of": as_of}
    for name in ("leaves", "leave_totals"):
        for row in record.get(name, ()):
            row.setdefault("recorded_on", as_of)
    return record


def path_of(place: Sequence[int | str]) -> str:
    """A field's path as one writes it: `responses[0].answers[3]`."""
    path = ""
    for part in place:
        path += f"[{part}]" if isinstance(part, int) else f".{_name(part)}" if path else _name(part)
    return path or "record"


def _name(key: str) -> str:
    return key if FIELD.fullmatch(key) else "(unnamed)"


def _problem(fault: ErrorDetails) -> Problem:
    kind = fault["type"]
    text = WORDS.get(kind) or fault["msg"].replace("Input should", "it should")
    return Problem(text, column=path_of(fault["loc"]), fix=_fix(fault))


def _fix(fault: ErrorDetails) -> str | None:
    context: Mapping[str, Any] = fault.get("ctx", {})
    if fault["type"] == "string_pattern_mismatch":
        return f"it matches {context['pattern']}"
    return "see /docs for the fields" if fault["type"] == "extra_forbidden" else None
