"""What an assessment is made with beside the rows about its student: kept by hashes, and opened again for a replay."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import data_schemas
import models
from data_schemas.calendar_content import calendar_from_json, calendar_json
from data_schemas.instruments import Instrument
from data_schemas.own_features import OwnFeature
from data_schemas.school_days import Calendars
from models import Artifact, Policy
from serving.store import ReplayContext, Store, content_of, kept_contents

LIBRARIES = ("numpy", "pandas", "lightgbm", "numba")  # those that figures go through


@dataclass(frozen=True)
class Made:
    """A context, opened. `model` is the manifest's hash of the model that was asked; `status` says why there was none.

    Of a screening: `columns` names the cells of each table's rows, `feeds` are the rows of that table, and `answered`
    the questionnaires that anyone had answered.
    """

    code: str
    libraries: dict[str, str]
    model: str | None
    status: str | None
    policy: Policy = field(repr=False)
    calendars: Calendars = field(repr=False)
    instruments: dict[str, Instrument] = field(repr=False)
    own: tuple[OwnFeature, ...] = ()
    columns: dict[str, list[str]] = field(default_factory=dict)
    feeds: list[list[Any]] = field(default_factory=list, repr=False)
    answered: tuple[str, ...] = ()


def make_context(
    artifact: Artifact | None,
    status: str | None,
    policy: Policy,
    calendars: Calendars,
    instruments: Mapping[str, Instrument],
    own: Sequence[OwnFeature] = (),
    columns: Mapping[str, Sequence[str]] | None = None,
    feeds: Sequence[Sequence[Any]] = (),
    answered: Sequence[str] = (),
) -> ReplayContext | None:
    """None where the model has no hash, since it was not read from files: what it said cannot be said again."""
    if artifact is not None and not artifact.sha256:
        return None
    said_policy = content_of("policy", policy.model_dump(mode="json"))
    said_default = content_of("calendar", calendar_json(calendars.default))
    said_own = {school: content_of("calendar", calendar_json(one)) for school, one in calendars.own.items()}
    defined = {code: content_of("instrument", one.model_dump(mode="json")) for code, one in instruments.items()}
    said = {
        "code": code_fingerprint(),
        "libraries": library_versions(),
        "model": None if artifact is None else artifact.sha256,
        "status": status,
        "policy": said_policy.sha256,
        "calendar": said_default.sha256,
        "own_calendars": {school: one.sha256 for school, one in said_own.items()},
        "instruments": {code: one.sha256 for code, one in defined.items()},
        "own_features": [feature.model_dump(mode="json") for feature in own],
        "columns": dict(columns or {}),
        "feeds": list(feeds),
        "answered": list(answered),
    }
    others = (said_policy, said_default, *said_own.values(), *defined.values())
    return ReplayContext(content_of("context", said), others)


def read_context(store: Store, sha256: str, school_id: str | None) -> Made:
    """The context of that hash, with the calendar of one school; raises `UserError` naming what is missing or
    changed."""
    said = kept_contents(store, [sha256])[sha256]
    own = {school: one for school, one in said["own_calendars"].items() if school == school_id}
    found = kept_contents(store, [said["policy"], said["calendar"], *own.values(), *said["instruments"].values()])
    calendars = {school: calendar_from_json(found[one]) for school, one in own.items()}
    return Made(
        code=said["code"],
        libraries=said["libraries"],
        model=said["model"],
        status=said["status"],
        policy=Policy.model_validate(found[said["policy"]]),
        calendars=Calendars(calendar_from_json(found[said["calendar"]]), calendars),
        instruments={code: Instrument.model_validate(found[one]) for code, one in said["instruments"].items()},
        own=tuple(OwnFeature.model_validate(one) for one in said["own_features"]),
        columns=said["columns"],
        feeds=said["feeds"],
        answered=tuple(said["answered"]),
    )


@cache
def code_fingerprint() -> str:
    """A hash of the code and definitions that assessments come from: other code is another screening."""
    digest = hashlib.sha256()
    for package in (data_schemas, models):
        root = Path(str(package.__file__)).parent
        for file in sorted([*root.rglob("*.py"), *root.rglob("*.toml")]):
            digest.update(file.relative_to(root).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    return tuple((name, version(name)) for name in LIBRARIES)


def library_versions() -> dict[str, str]:
    return dict(_versions())
