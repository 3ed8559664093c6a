"""Requests that nobody would send: every route, by everybody and by nobody, with values at random among them."""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_schemas import codes
from data_schemas.codes import Code
from serving.app import PAGES, ROUTERS

ROOT = Path(__file__).parents[1]
CODES = sorted(
    {
        code
        for kind in vars(codes).values()
        if isinstance(kind, type) and issubclass(kind, Code) and kind is not Code
        for code in kind.codes()
    }
)
FIELDS = sorted(
    {
        found
        for file in (ROOT / "serving").rglob("*.html")
        for found in re.findall(r'name="(\w+)"', file.read_text("utf-8"))
    }
    | {"form_token", "link", "lang", "school", "as_of", "q", "half", "page", "sort", "dry_run", "explain", "after"}
)
ODD = (
    *("", " ", "\0", "\r\n", "null", "None", "NaN", "inf", "-1", "0", "99999999999999999999", "1e309", "٣", "½", "０"),
    *("2026-02-30", "9999-12-31", "0001-01-01", "2026-11-20", "24:00", "2026H3", "0000H1", "2026-W60"),
    *("../../etc/passwd", "%2e%2e%2f", "{{7*7}}", "%s%n", "' OR 1=1 --", "<script>", "=cmd|'/c x'!A1", "💀" * 20),
    *("林小满", "S-1", "ZQ-ID", "S-1 (school-01)", "(", "A" * 5000, "a;b", "\ud7ff", "\u202e", "ﷺ" * 50, "school-01"),
)
METHODS = ("GET", "GET", "GET", "POST", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE")
TYPES = ("application/json", "application/json", "text/plain", "multipart/form-data; boundary=x", "application/json;a=")


@dataclass(frozen=True)
class OddRequest:
    method: str
    path: str
    who: int  # place among the visitors
    query: dict[str, str]
    form: dict[str, str | list[str]] | None = None
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


def routes() -> list[tuple[str, str]]:
    """Method and path of everything that is there, and of a few that are not."""
    every = [*PAGES, *(route for router in ROUTERS for route in router.routes)]
    found = {(method, route.path) for route in every for method in route.methods}  # type: ignore[attr-defined]
    return sorted(found | {("GET", "/metrics"), ("GET", "/nowhere"), ("GET", "/help"), ("GET", "/static/x.css")})


def odd_request(
    rng: random.Random, known: Sequence[tuple[str, str]], visitors: int, values: Sequence[str]
) -> OddRequest:
    method, path = rng.choice(known)
    method = method if rng.random() < 0.9 else rng.choice(METHODS)
    for place in re.findall(r"\{[^}]+\}", path):
        path = path.replace(place, _address(_value(rng, values)))
    query = {rng.choice(FIELDS): _value(rng, values) for _ in range(rng.choice((0, 0, 1, 3)))}
    who = rng.randrange(visitors)
    if method in ("GET", "HEAD", "OPTIONS"):
        return OddRequest(method, path, who, query)
    if rng.random() < 0.5:
        form = {name: _field(rng, values) for name in rng.sample(FIELDS, rng.randrange(0, 20))}
        form |= MEANT if rng.random() < 0.5 else {}
        return OddRequest(method, path, who, query, form)
    headers = {"content-type": rng.choice(TYPES)}
    return OddRequest(method, path, who, query, content=_body(rng, values), headers=headers)


def _address(value: str) -> str:
    return "".join(f"%{byte:02x}" for byte in value.encode("utf-8", "replace")[:900])


def _value(rng: random.Random, values: Sequence[str]) -> str:
    kind = rng.random()
    if kind < 0.35:
        return rng.choice(values)
    if kind < 0.6:
        return rng.choice(CODES)
    if kind < 0.9:
        return rng.choice(ODD)
    return "".join(
        chr(rng.choice((rng.randrange(1, 128), rng.randrange(0x4E00, 0x9FFF)))) for _ in range(rng.randrange(9))
    )


def _field(rng: random.Random, values: Sequence[str]) -> str | list[str]:
    return _value(rng, values) if rng.random() < 0.85 else [_value(rng, values) for _ in range(rng.randrange(5))]


def _body(rng: random.Random, values: Sequence[str]) -> bytes:
    kind = rng.random()
    if kind < 0.1:
        return rng.randbytes(rng.randrange(200))
    if kind < 0.15:
        return b"[" * 20_000
    told = _spoilt(rng, values, rng.choice(RECORDS)) if kind < 0.6 else _json(rng, values, 0)
    content = json.dumps(told, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    return content if kind < 0.9 else content[: rng.randrange(len(content) + 1)]


def _spoilt(rng: random.Random, values: Sequence[str], told: Any) -> Any:
    """A record as a platform would send it, of which a few parts are others."""
    if rng.random() < 0.04:
        return _json(rng, values, 3)
    if isinstance(told, dict):
        return {name: _spoilt(rng, values, value) for name, value in told.items() if rng.random() > 0.02}
    return [_spoilt(rng, values, one) for one in told] if isinstance(told, list) else told


MEANT: dict[str, str | list[str]] = {"student_id": "ZQ-ID", "student": "ZQ-ID", "school": "school-01", "how": "face"}
RECORD = {
    "student_id": "ZQ-ID",
    "school_id": "school-01",
    "stage": "junior",
    "grade": 7,
    "sex": "female",
    "age_years": 13.5,
    "responses": [{"instrument": "phq9", "administered_on": "2026-11-18", "answers": [1] * 8 + [2]}],
    "leaves": [{"type": "sick", "start_on": "2026-11-02", "end_on": "2026-11-03", "reason_code": "fever"}],
    "family": [{"flag": "left_behind", "value": "yes"}],
    "concerns": [{"kind": "bullying", "reported_on": "2026-11-10", "source": "teacher"}],
    "consents": [{"scope": "model_score", "given_by": "parent", "given_on": "2026-09-01"}],
}
TALK = {"student_id": "ZQ-ID", "observed_on": "2026-11-19", "kind": "interview", "level": 1, "assessed": []}
RECORDS: tuple[Any, ...] = (RECORD, {"records": [RECORD, RECORD]}, {"outcomes": [TALK]})
NAMES = (
    *("student_id", "school_id", "stage", "grade", "sex", "age_years", "birth_date", "responses", "scores", "leaves"),
    *("family", "concerns", "contacts", "consents", "feeds", "records", "outcomes", "instrument", "answers", "kind"),
    *("administered_on", "reported_on", "observed_on", "given_on", "scope", "given_by", "level", "assessed", "as_of"),
)


def _json(rng: random.Random, values: Sequence[str], depth: int) -> Any:
    kind = rng.random()
    if depth < 4 and (depth == 0 or kind < 0.25):
        return {rng.choice(NAMES): _json(rng, values, depth + 1) for _ in range(rng.randrange(8))}
    if depth < 4 and kind < 0.45:
        return [_json(rng, values, depth + 1) for _ in range(rng.randrange(5))]
    return rng.choice((None, True, -1, 0, 3, 10**30, 1.5, float("nan"), float("-inf"), _value(rng, values)))
