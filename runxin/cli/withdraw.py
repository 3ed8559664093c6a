"""`runxin withdraw`: a screening that should not have been published is taken back."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from runxin.cli.operator import operator
from runxin.cli.output import answer
from runxin.errors import usage
from runxin.settings import read_settings
from serving.store import open_store, withdraw_run


def withdraw_command(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The id that `runxin screen` answers with.")],
    reason: Annotated[str, typer.Option(help="Why; it stands in the audit log.")] = "",
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who takes it back, where another gives the command.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Take a screening back: the list before it is in force again. The evidence that it filed stays on file."""
    if not reason.strip():
        raise usage("why is it withdrawn?", fix="--reason 'why'")
    with open_store(read_settings()) as store:
        new = withdraw_run(store, run, reason.strip(), datetime.now(UTC), f"{by} ({operator()})" if by else operator())
    done = f"withdrawn: {run}; the list before it is in force, where there is one"
    answer({"run_id": run, "withdrawn": new}, json, done if new else f"{run} was withdrawn before")
