"""`runxin names`: bring students' names, which live apart from all other data."""

from pathlib import Path
from typing import Annotated

import typer

from runxin.cli.output import answer
from runxin.settings import read_settings
from serving.store import load_names, open_store


def names_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file with the columns student_id and name.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Bring names for the pages; only counselors of a student's school see them."""
    with open_store(read_settings()) as store:
        count = load_names(store, file)
    answer({"names": count}, json, f"{count} names")
