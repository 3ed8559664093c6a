"""`runxin restore`: the way back to a backup."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from runxin.cli.operator import operator
from runxin.cli.output import answer
from runxin.settings import read_settings
from serving.backup import restore_backup


def restore_command(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="What `runxin backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in place of what is there.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Go back to a backup, after every file of it was checked. Stop the service first."""
    done = restore_backup(read_settings(), folder, datetime.now(UTC), operator(), replace)
    faults = [str(fault) for fault in done.checked.faults]
    payload = {"made_at": done.made_at, "files": done.files, "aside": str(done.aside) if done.aside else None}
    lines = [f"everything is as it was at {done.made_at}; what came in later has to be brought again"]
    lines += [f"what was there before lies in {done.aside}"] if done.aside else []
    lines += [f"audit log: {fault}" for fault in faults]
    answer(payload | {"audit_faults": faults}, json, "\n".join(lines))
