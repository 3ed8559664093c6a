"""`runxin prompts`: how often staff were told that somebody waits to speak with a student, and what came of it."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from runxin.cli.output import answer
from runxin.settings import read_settings
from serving.prompts.store import count_prompts
from serving.store import open_store


def prompts_command(
    days: Annotated[int, typer.Option(min=1, help="How far back.")] = 30,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Count prompts by school: of a student and day, how often shown, and of how many it was said what came of it."""
    with open_store(read_settings()) as store:
        found = count_prompts(store, datetime.now(UTC) - timedelta(days=days))
    lines = [
        f"{one.school_id}  prompts {one.prompts}, shown {one.shown} times, told {one.told}, could not {one.could_not}"
        for one in found
    ]
    answer({"days": days, "schools": [asdict(one) for one in found]}, json, "\n".join(lines) or "no prompts")
