"""`runxin names`: bring students' names, which live apart from all other data."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from runxin.cli.operator import operator
from runxin.cli.output import answer
from runxin.errors import how_many
from runxin.settings import read_settings
from serving.store import load_names, open_store

SHOWN = 20  # rows


def names_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file with the columns student_id and name.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Bring names for the pages; only counselors of a student's school see them."""
    with open_store(read_settings()) as store:
        taken = load_names(store, file, datetime.now(UTC), operator())
    count, unshown = len(taken.names), list(taken.unshown)
    lines = [how_many(count, "name")]
    if unshown:
        rows = ", ".join(map(str, unshown[:SHOWN])) + (", …" if unshown[SHOWN:] else "")
        lines.append(
            f"{len(unshown)} of them hold a character that no font shows (自造字), and are kept as they are: "
            f"rows {rows}; write the character of the newest Unicode where there is one"
        )
    answer({"names": count, "unshown": unshown}, json, "\n".join(lines))
