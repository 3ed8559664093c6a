"""`runxin backup`: everything that is kept, in a folder of its own."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from runxin.cli.operator import operator
from runxin.cli.output import answer
from runxin.errors import how_many
from runxin.settings import read_settings
from serving.backup import make_backup
from serving.store import open_store

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]


def backup_command(
    out: Annotated[Path, typer.Option(help="A folder that is absent or empty, on another disk.")],
    json: Json = False,
) -> None:
    """Copy the database, models, settings, keys and checkpoints as they stand; the service goes on."""
    settings = read_settings()
    with open_store(settings) as store:
        made = make_backup(settings, store, out, datetime.now(UTC), operator())
    payload = {name: made[name] for name in ("made_at", "database", "revision")} | {"files": len(made["files"])}
    files = how_many(len(made["files"]), "file")
    text = f"{files} in {out}. It holds names, answers and keys: keep it as closed as the home itself"
    answer({"out": str(out), **payload}, json, text)
