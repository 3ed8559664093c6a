"""A promotion that one person has asked for and a second one has not yet signed off: a file under RUNXIN_HOME."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from evaluation.gates.gate import REFUSE, Gate
from evaluation.gates.gates import FloorCheck, waivable
from models import Policy
from models.champions import Served
from runxin.errors import Kind, Problem, UserError, bad_data, refused, usage
from runxin.settings import Settings


class GateSeen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    status: Literal["pass", "refuse", "waiver"]
    zh: str
    en: str


class Request(BaseModel):
    """Everything that was looked at, by its hash, and what was seen. `at` is ISO 8601 with its offset."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    model: Served
    before: Served | None
    report_sha256: str
    policy_sha256: str
    gates: tuple[GateSeen, ...]
    floors: FloorCheck
    preview: dict[str, Any]
    waivers: dict[str, str]
    by: str
    at: str


def policy_sha256(policy: Policy) -> str:
    """Of every number of a policy, what a promotion asks for among them."""
    return hashlib.sha256(policy.model_dump_json().encode()).hexdigest()


def seen(found: Sequence[Gate]) -> tuple[GateSeen, ...]:
    return tuple(GateSeen(id=gate.id, status=gate.status, zh=gate.zh, en=gate.en) for gate in found)


def check_waivers(found: Sequence[Gate], waivers: Mapping[str, str]) -> None:
    """Raise `UserError` where a waiver is of no gate that asks for one, or has no reason."""
    for name, reason in waivers.items():
        gate = next((gate for gate in found if gate.id == name), None)
        if gate is None:
            raise usage(f"there is no gate {name!r}", fix=f"the gates are {', '.join(one.id for one in found)}")
        if gate.status == REFUSE:
            raise refused(f"{name} cannot be waived: what was found bad stays bad", fix="mend what it names")
        if name not in waivable(found):
            raise usage(f"{name} passes and needs no waiver")
        if not reason.strip():
            raise usage(f"the waiver of {name} needs a reason", fix=f"--waive {name}='why'")


def write_request(settings: Settings, request: Request) -> str:
    """Keep a request in place of an earlier one for the same version; answers with the SHA-256 of its file."""
    settings.promotions.mkdir(parents=True, exist_ok=True)
    content = request.model_dump_json(indent=1).encode()
    _file(settings, request.model.version).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def read_request(settings: Settings, version: str) -> tuple[Request, str]:
    """The open request for a version and the SHA-256 of its file; raises `UserError` where there is none."""
    file = _file(settings, version)
    if not file.is_file():
        fix = f"runxin promote {version} --data DIR --by USER"
        raise UserError(Kind.NOT_FOUND, f"nobody has asked to promote version {version}", fix=fix)
    content = file.read_bytes()
    try:
        return Request.model_validate_json(content), hashlib.sha256(content).hexdigest()
    except ValidationError as error:
        problem = Problem("not a request that Runxin wrote", file=file.name)
        raise bad_data("the request cannot be read", [problem], fix="ask for the promotion again") from error


def close_request(settings: Settings, version: str, sha256: str) -> None:
    """Keep a request that was signed off beside the history, out of the way of the next one."""
    file = _file(settings, version)
    file.rename(file.with_name(f"signed-{version}-{sha256[:12]}.json"))


def check_fresh(request: Request, now: datetime, days: int) -> None:
    """Raise `UserError` (refused) where a request has waited too long."""
    if now - datetime.fromisoformat(request.at) > timedelta(days=days):
        raise refused(f"the request is older than {days} days", fix="ask for the promotion again")


def _file(settings: Settings, version: str) -> Path:
    if not version.isdigit():
        raise usage(f"a version is a number, not {version!r}", fix="`runxin train` prints it")
    return settings.promotions / f"request-{version}.json"
