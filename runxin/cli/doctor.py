"""`runxin doctor`: what is wrong with this installation, and what to do."""

from typing import Annotated

import typer

from runxin.cli.output import answer
from runxin.errors import Kind
from runxin.settings import read_settings
from serving.health.examination import examine


def doctor_command(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Look at the home, disk, database, audit log, model, clock, policy and calendars, and change nothing; 5 where one
    keeps Runxin from working."""
    parts = dict(examine(read_settings()))
    troubles = [one for found in parts.values() for one in found]
    lines = [f"{'ok' if not found else 'LOOK'}\t{part}" for part, found in parts.items()]
    lines += [f"- {trouble}" for trouble in troubles]
    payload = {
        "parts": {part: not found for part, found in parts.items()},
        "troubles": [{"part": o.part, "what": o.what, "fix": o.fix, "stops": o.stops} for o in troubles],
    }
    answer(payload, json, "\n".join(lines))
    if any(trouble.stops for trouble in troubles):
        raise typer.Exit(Kind.UNAVAILABLE.exit_code)
