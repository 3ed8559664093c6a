"""`runxin school`: which schools there are."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from data_schemas.codes import Stage
from data_schemas.schools import SchoolRow, school_faults, school_rows
from data_schemas.table_file import read_table_file
from data_schemas.tables import TABLES
from runxin.cli.operator import operator
from runxin.cli.output import answer
from runxin.errors import how_many
from runxin.settings import read_settings
from serving.store import keep_schools, known_school_ids, list_schools, open_store

school_app = typer.Typer(help="Schools: who there is, how it is called and staffed.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]


@school_app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV, XLSX or Parquet file of the table schools.")],
    json: Json = False,
) -> None:
    """Take schools from a file, all or none; a school that is there already is as the file says from now on."""
    given = school_rows(read_table_file(file, TABLES["schools"], school_faults).frame)
    with open_store(read_settings()) as store:
        new = keep_schools(store, given, operator(), datetime.now(UTC))
    payload = {"schools": len(given), "new_or_changed": new}
    answer(payload, json, f"{how_many(len(given), 'school')}, {new} of them new or changed")


@school_app.command("list")
def list_command(json: Json = False) -> None:
    """Show every known school: those that were imported, and those of screenings, of which only the id is known."""
    with open_store(read_settings()) as store:
        imported = {school.school_id: school for school in list_schools(store)}
        ids = sorted(known_school_ids(store))
    schools = [
        {**asdict(imported.get(school_id, SchoolRow(school_id, school_id))), "imported": school_id in imported}
        for school_id in ids
    ]
    lines = [_line(school_id, imported.get(school_id)) for school_id in ids]
    answer({"schools": schools}, json, "\n".join(lines) or "no schools; runxin school import FILE makes them known")


def _line(school_id: str, school: SchoolRow | None) -> str:
    if school is None:
        return f"{school_id}  (from a screening; not imported)"
    stages = "、".join(Stage.of(code).zh for code in school.stages)
    staff = None if school.counselors is None else f"counselors {school.counselors}"
    double = None if school.double_certified is None else f"double-certified {school.double_certified}"
    room = None if school.room is None else "room" if school.room else "no room"
    return "  ".join(part for part in (school_id, school.name, school.county, stages, staff, double, room) if part)
