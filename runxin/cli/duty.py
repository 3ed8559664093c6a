"""`runxin duty`: who is on duty at a school, and when."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from data_schemas.duty import DutySpan, duty_faults, duty_spans
from data_schemas.rules import Fault, faults
from data_schemas.schools import unknown_schools
from data_schemas.table_file import read_table_file
from data_schemas.tables import TABLES
from runxin.cli.named_schools import HELP, schools_to_read
from runxin.cli.operator import operator
from runxin.cli.output import answer
from runxin.settings import read_settings
from serving.store import (
    AuditEvent,
    duty_in_force,
    duty_of,
    keep_duty,
    known_school_ids,
    open_store,
    school_ids,
    write_audit,
)

duty_app = typer.Typer(help="Duty rosters, and how the tasks of the city's plan stand.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]
TABLE = TABLES["duty"]


@duty_app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV, XLSX or Parquet file of the table duty.")],
    json: Json = False,
) -> None:
    """Take turns of duty from a file, all or none; for each school they replace what was there from the first turn's
    start to the last one's end."""
    with open_store(read_settings()) as store:
        spans = duty_spans(read_table_file(file, TABLE, partial(_faults, known_school_ids(store))).frame)
        keep_duty(store, spans, operator(), datetime.now(UTC))
    schools = sorted({span.school_id for span in spans})
    payload = {"turns": len(spans), "schools": schools}
    answer(payload, json, f"{len(spans)} turns of duty at {', '.join(schools)}")


@duty_app.command("list")
def list_command(
    school: Annotated[list[str] | None, typer.Option(help=f"Only this school; {HELP}.")] = None,
    json: Json = False,
) -> None:
    """Show who is on duty now, and the turns that are not over; the reading is put in the trail."""
    now = datetime.now(UTC)
    with open_store(read_settings()) as store:
        asked = schools_to_read(store, school)
        found = duty_in_force(store, asked or None)
        schools = asked or list(found)
        who = {school_id: duty_of(store, school_id).who(now) for school_id in schools}
        for school_id in schools:
            write_audit(store, AuditEvent(now, operator(), "duty.read", object_id=school_id))
    ahead = {school_id: [span for span in found.get(school_id, ()) if span.ends_at > now] for school_id in schools}
    payload = {
        "schools": [
            {
                "school_id": school_id,
                "now": {"zh": who[school_id].zh, "en": who[school_id].en},
                "turns": [_plain(span) for span in ahead[school_id]],
            }
            for school_id in schools
        ]
    }
    lines = []
    for school_id in schools:
        lines += [f"{school_id}  now: {who[school_id].zh} / {who[school_id].en}", *map(_line, ahead[school_id])]
    answer(payload, json, "\n".join(lines) or "no duty roster; runxin duty import FILE brings one")


@duty_app.command("tasks")
def tasks_command(
    school: Annotated[list[str] | None, typer.Option(help=f"Only this school; {HELP}.")] = None,
    json: Json = False,
) -> None:
    """Count how the tasks of the city's plan stand: to do, overdue, done, missed, excused; nobody is named."""
    from runxin.cli.duty_tasks import tasks_of  # students are read with numpy, which costs what the others do without

    settings = read_settings()
    with open_store(settings) as store:
        payload, lines = tasks_of(store, settings, schools_to_read(store, school) or school_ids(store))
    answer(payload, json, "\n".join(lines) or "no list is published; runxin screen DIR publishes one")


def _faults(known: frozenset[str], frame: pd.DataFrame) -> Sequence[Fault]:
    return [*faults(frame, TABLE, datetime.max.date(), ()), *duty_faults(frame), unknown_schools(frame, known)]


def _plain(span: DutySpan) -> dict[str, str | None]:
    return {
        "person": span.person,
        "role": span.role.code,
        "phone": span.phone,
        "starts_at": span.starts_at.isoformat(),
        "ends_at": span.ends_at.isoformat(),
        "note": span.note,
    }


def _line(span: DutySpan) -> str:
    when = f"{span.starts_at:%Y-%m-%d %H:%M} – {span.ends_at:%Y-%m-%d %H:%M}"
    return "  ".join(part for part in (f"  {when}", span.role.zh, span.person, span.phone, span.note) if part)
