"""From received bytes to checked records. Nothing that was received is repeated in an error."""

import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import date, datetime, time
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException

from data_schemas.zone import CHINA
from runxin.errors import Kind, Problem, UserError, usage
from serving.api.check import invalid
from serving.api.request import MOST_RECORDS, ScoreRequest
from serving.platform.limits import parts_of

M = TypeVar("M", bound=BaseModel)
BOM = b"\xef\xbb\xbf"  # Windows programs put it before their UTF-8; it says nothing
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
    "union_tag_invalid": "there is no such kind",
    "union_tag_not_found": "it does not say of which kind it is",
}

# Stable names of what may be wrong with a field; what is of the wrong type is `wrong_type`.
CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "literal_error": "unknown_code",
    "union_tag_invalid": "unknown_code",
    "union_tag_not_found": "missing",
    "string_pattern_mismatch": "malformed",
    "date": "malformed",
    "time": "malformed",
    "id": "malformed",
    "range": "out_of_range",
    "finite_number": "out_of_range",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
    "too_long": "too_many",
    "too_short": "too_few",
    "string_too_long": "too_long",
}


def received(most: int) -> Callable[[Request], Awaitable[bytes]]:
    """A dependency: the body of a request that says it is JSON, of `most` bytes at most.

    Bytes are counted as they come, since a chunked body announces no length and an announced one may be untrue.
    """

    async def body_of(request: Request) -> bytes:
        kind, parameters = content_kind(request.headers.get("content-type", ""))
        if kind != "application/json":
            raise HTTPException(415, "send the body as application/json")
        if parameters.get("charset", "utf-8") not in ("utf-8", "utf8"):
            raise HTTPException(415, "send the body in UTF-8")
        if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise HTTPException(415, "send the body as it is, not packed", {"Accept-Encoding": "identity"})
        announced = request.headers.get("content-length", "")
        body = bytearray()
        if announced.isdecimal() and int(announced) > most:
            raise _too_large(most)
        async with aclosing(parts_of(request, most)) as parts:
            async for chunk in parts:
                body += chunk
                if len(body) > most:
                    raise _too_large(most)
        return bytes(body)

    return body_of


def content_kind(header: str) -> tuple[str, dict[str, str]]:
    """A content type and its parameters, in small letters."""
    kind, *rest = (part.strip() for part in header.lower().split(";"))
    said = (part.partition("=") for part in rest)
    return kind, {name.strip(): value.strip().strip('"') for name, _, value in said}


def _too_large(most: int) -> UserError:
    return UserError(Kind.TOO_LARGE, f"a body holds {most} bytes at most here", fix="send fewer records at once")


def read_json(body: bytes) -> Any:
    """The body's JSON; raises `UserError` (usage, 400) where there is none, or where an object has a key twice, since
    nobody can tell which of the two is meant. NaN is let through, for its field to be named where it is refused."""
    doubled: list[int] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        doubled.append(len(pairs))
        return _Doubled(pairs)

    try:
        content = json.loads(body.removeprefix(BOM).decode("utf-8"), object_pairs_hook=once)
        twice = [path_of(place) for place in _doubled_keys(content, ())] if doubled else []
    except json.JSONDecodeError as error:
        # The parser tells the place and what it expected, not what stood there.
        raise usage(f"the body is not JSON in UTF-8: {error}") from error
    except UnicodeDecodeError as error:
        raise usage(f"the body is not JSON in UTF-8: byte {error.start} fits no character") from error
    except RecursionError:
        raise usage("the body is not JSON in UTF-8: it is nested too deeply") from None
    except ValueError:  # more digits than Python turns into a number
        raise usage("the body is not JSON in UTF-8: a number has too many digits") from None
    if doubled:
        problems = [Problem("this key is there twice", column=place) for place in twice]
        raise UserError(Kind.USAGE, "an object of the body has a key twice", fix="send each once", problems=problems)
    return content


class _Doubled(dict[str, Any]):
    """An object with a key twice; `pairs` are as they came."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def _doubled_keys(content: Any, place: tuple[int | str, ...]) -> Iterator[tuple[int | str, ...]]:
    """The place of every key that its object has twice."""
    if isinstance(content, list):
        for index, part in enumerate(content):
            yield from _doubled_keys(part, (*place, index))
    elif isinstance(content, dict):
        pairs = content.pairs if isinstance(content, _Doubled) else list(content.items())
        seen = Counter(key for key, _ in pairs)
        yield from ((*place, key) for key, count in seen.items() if count > 1)
        for key, part in pairs:
            yield from _doubled_keys(part, (*place, key))


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
    beside = [Problem("there is no such field", column=name_shown(key)) for key in content if key != "records"]
    if beside:
        raise invalid(beside)
    records: list[Any] = content["records"]
    if len(records) > MOST_RECORDS:
        raise UserError(Kind.TOO_LARGE, f"a batch holds {MOST_RECORDS} records at most", fix="send several batches")
    return records


def plain_record(request: ScoreRequest, as_of: date, now: datetime) -> dict[str, Any]:
    """The record as `models.records_of_requests` reads it. What came without a receipt or a day of record is known
    when the request arrives (`now`), or at the end of the as-of date where that is an earlier day."""
    record = request.model_dump(exclude_none=True) | {"as_of": as_of}
    for name in ("leaves", "leave_totals", "concerns"):
        for row in record.get(name, ()):
            row.setdefault("recorded_on", as_of)
    arrived = min(now.astimezone(CHINA).replace(tzinfo=None), datetime.combine(as_of, time(23, 59)))
    for name in ("responses", "scores"):
        for row in record.get(name, ()):
            row.setdefault("received_at", arrived)
    return record


def path_of(place: Sequence[int | str]) -> str:
    """A field's path as one writes it: `responses[0].answers[3]`."""
    path = ""
    for part in place:
        path += f"[{part}]" if isinstance(part, int) else f".{name_shown(part)}" if path else name_shown(part)
    return path or "record"


def name_shown(key: str) -> str:
    """A field's or parameter's name where it can be one; else it may hold anything, and is not repeated."""
    return key if FIELD.fullmatch(key) else "(unnamed)"


def _problem(fault: ErrorDetails) -> Problem:
    kind = fault["type"]
    text = WORDS.get(kind) or fault["msg"].replace("Input should", "it should")
    return Problem(text, column=path_of(fault["loc"]), fix=_fix(fault), code=CODES.get(kind, "wrong_type"))


def _fix(fault: ErrorDetails) -> str | None:
    context: Mapping[str, Any] = fault.get("ctx", {})
    if fault["type"] == "id":
        return str(context["fix"])
    if fault["type"] == "string_pattern_mismatch":
        return f"it matches {context['pattern']}"
    return "see /docs for the fields" if fault["type"] == "extra_forbidden" else None
