"""`runxin replay`: an assessment made again from what was stored, and held against what it said."""

from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from runxin.cli.operator import operator
from runxin.cli.output import answer
from runxin.errors import Kind
from runxin.settings import read_settings
from serving.replay import Replay, replay_assessment
from serving.store import PURPOSES, open_store

Purpose = StrEnum("Purpose", {name.upper(): name for name in PURPOSES})  # type: ignore[misc]
DEFAULT = Purpose("quality_audit")


def replay_command(
    assessment_id: Annotated[
        str, typer.Argument(metavar="ASSESSMENT_ID", help="As the list's JSON, a student's page or the API shows it.")
    ],
    purpose: Annotated[Purpose, typer.Option(help="What the reading is for; it is put in the trail.")] = DEFAULT,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Rebuild a past assessment from stored inputs, model and policy; 0 identical or erased, 4 different, 3 missing."""
    settings = read_settings()
    with open_store(settings) as store:
        done = replay_assessment(store, settings.models, assessment_id, datetime.now(UTC), operator(), purpose.value)
    answer(_payload(assessment_id, done), json, _text(done))
    if done.outcome == "different":
        raise typer.Exit(Kind.REFUSED.exit_code)


def _payload(assessment_id: str, done: Replay) -> dict[str, Any]:
    if done.as_of is None:
        return {"outcome": done.outcome}
    return {
        "assessment_id": assessment_id,
        "outcome": done.outcome,
        "as_of": done.as_of.isoformat(),
        "model": done.model,
        "policy": done.policy,
        "same_code": done.same_code,
        "made_by": done.made_by,
        "replayed_by": done.replayed_by,
        "differences": [asdict(one) for one in done.differences],
    }


def _text(done: Replay) -> str:
    if done.as_of is None:
        return done.outcome
    model = f"model {done.model}" if done.model else "no model, rules alone"
    lines = [f"{done.outcome}: as of {done.as_of.isoformat()}, {model}, policy {done.policy}"]
    if not done.same_code:
        made, again = done.made_by or {}, done.replayed_by or {}
        changed = [f"{name} {made.get(name)} → {again.get(name)}" for name in again if made.get(name) != again[name]]
        lines.append(f"replayed by other code than it was made by: {', '.join(changed)}")
    lines += [f"  {one.field}: stored {one.stored!r}, replayed {one.replayed!r}" for one in done.differences]
    return "\n".join(lines)
