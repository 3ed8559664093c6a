"""`runxin audit`: whether the audit log is whole, and a year of it for the compliance audit."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from runxin.cli.operator import operator
from runxin.cli.output import answer
from runxin.errors import bad_data, how_many
from runxin.settings import read_settings
from serving.audit import Verified, export_year, verify_log
from serving.store import open_store

audit_app = typer.Typer(help="The log of who did what with whose record.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]


@audit_app.command("verify")
def verify_command(
    checkpoints: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A copy of the checkpoints, kept elsewhere.")
    ] = None,
    json: Json = False,
) -> None:
    """Look whether any row was changed, moved, removed or cut off; 3 where one was."""
    settings = read_settings()
    with open_store(settings) as store:
        checked = verify_log(store, checkpoints or settings.audit_checkpoints)
    if checked.faults:
        raise bad_data("the audit log is not as it was written", checked.faults, fix="keep the files and find out who")
    payload = {
        "rows": checked.rows,
        "checkpoints": checked.checkpoints,
        "covered": checked.covered,
        "clock_set": [{"row": row, "seconds": seconds} for row, seconds in checked.clocks],
    }
    answer(payload, json, _text(checked))


@audit_app.command("export")
def export_command(
    year: Annotated[int, typer.Option(min=2000, max=9998, help="The calendar year, in China's time.")],
    out: Annotated[Path, typer.Option(help="A folder that is absent or empty.")],
    json: Json = False,
) -> None:
    """Write a year's rows (CSV, students as pseudonyms) and a summary with counts and whether the log is whole."""
    with open_store(read_settings()) as store:
        said = export_year(store, year, out, datetime.now(UTC), operator())
    whole = "the log is whole" if said["whole"] else "the log is NOT whole: runxin audit verify"
    answer({"out": str(out), **said}, json, f"{how_many(said['rows'], 'row')} of {year} written to {out}; {whole}")


def _text(checked: Verified) -> str:
    lines = [
        f"{how_many(checked.rows, 'row')}, none changed, moved or removed",
        f"checkpoints cover rows up to {checked.covered}; whatever is younger could be cut off unseen",
    ]
    if checked.clocks:
        places = ", ".join(f"row {row} ({seconds:+d} s)" for row, seconds in checked.clocks[:20])
        lines.append(
            f"the clock had been set, or stood behind the row before, {how_many(len(checked.clocks), 'time')}: {places}"
        )
    return "\n".join(lines)
