"""`runxin rights`: what a student or guardian may ask for, once it was checked who they are."""

import json as jsons
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from models import read_policy
from runxin.cli.named_schools import school_to_read
from runxin.cli.operator import operator
from runxin.cli.output import answer
from runxin.errors import how_many, usage
from runxin.settings import read_settings
from serving.rights import IDENTITIES, birthdays, correct_student, erase_student, explain_student, export_student
from serving.store import open_store

rights_app = typer.Typer(no_args_is_help=True, help="A copy, explanation, correction or erasure for one person.")
STUDENT = Annotated[str, typer.Argument(metavar="STUDENT", help="The student's pseudonymous id.")]
BY = Annotated[str, typer.Option("--for", help="Who asks: student or guardian.")]
CHECKED = Annotated[str, typer.Option("--identity", help=f"How it was checked: {', '.join(IDENTITIES)}.")]
JSON = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]


def _do(work: Callable[..., Any], student: str, asked_by: str, identity: str, *more: Any) -> Any:
    settings = read_settings()
    with open_store(settings) as store:
        policy = read_policy(settings.policy_file)
        return work(store, policy, student, asked_by, identity, datetime.now(UTC), operator(), *more)


@rights_app.command("export")
def export(
    student: STUDENT,
    asked_by: BY,
    identity: CHECKED,
    out: Annotated[Path, typer.Option(help="A JSON file that is not there yet, readable by its owner only.")],
    json: JSON = False,
) -> None:
    """Write everything that is stored of a student."""
    if out.exists():
        raise usage("the file is there already", fix="name another")
    found = _do(export_student, student, asked_by, identity)
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        jsons.dump(found, file, ensure_ascii=False, indent=1)
    rows = sum(len(rows) for rows in found["tables"].values())
    answer({"student_id": student, "rows": rows, "file": str(out)}, json, f"{how_many(rows, 'row')}: {out}")


@rights_app.command("explain")
def explain(student: STUDENT, asked_by: BY, identity: CHECKED, json: JSON = False) -> None:
    """Say in plain words what is so of a student, and why."""
    found = _do(explain_student, student, asked_by, identity)
    lines = [f"{found['tier']['zh']} / {found['tier']['en']}", *(f"{one['zh']} / {one['en']}" for one in found["why"])]
    answer(found, json, "\n".join([*lines, found["rights"]["zh"], found["rights"]["en"]]))


@rights_app.command("correct")
def correct(
    student: STUDENT,
    asked_by: BY,
    identity: CHECKED,
    field: Annotated[str, typer.Option(help="name, class_id, grade, sex, birth_date, or family.CODE.")],
    value: Annotated[
        str | None, typer.Option(help="A day as 2012-09-01, a code as the tables have it; left out, it is asked for.")
    ] = None,
    json: JSON = False,
) -> None:
    """Correct a value of the record; it goes before the school's files until these say something else.

    A name is typed or piped in: what stands on a command line is kept in the shell's history.
    """
    if value is not None and field == "name":
        fix = "leave --value out and type the name when asked, or pipe it in"
        raise usage("a name on the command line is kept in the shell's history", fix=fix)
    if value is None:
        print(f"{field}: ", end="", file=sys.stderr, flush=True)
        value = sys.stdin.readline().strip()
    _do(correct_student, student, asked_by, identity, field, value)
    text = "corrected; the next screening reads it so. Have it mended in the source system too"
    answer({"student_id": student, "field": field}, json, text)


@rights_app.command("turning-14")
def turning_14(
    days: Annotated[int, typer.Option(min=0, max=400, help="Birthdays of the next so many days.")] = 60,
    school: Annotated[str | None, typer.Option(help="Only this school.")] = None,
    json: JSON = False,
) -> None:
    """Name those whose guardian has consented and who turn 14: from then on the own consent is the one that counts."""
    with open_store(read_settings()) as store:
        found = birthdays(store, datetime.now(UTC), days, school_to_read(store, school), operator())
    told = [vars(one) | {"on": one.on.isoformat()} for one in found]
    lines = [f"{one.on.isoformat()}  {one.student_id}  {one.school_id}" for one in found]
    lines.append(
        f"{len(found)} students turn 14 within {days} days; ask them themselves, or the model says nothing more"
    )
    answer({"days": days, "students": told}, json, "\n".join(lines))


@rights_app.command("erase")
def erase(student: STUDENT, asked_by: BY, identity: CHECKED, json: JSON = False) -> None:
    """Remove everything of a student, also from dataset folders under RUNXIN_HOME and from later training."""
    done = _do(erase_student, student, asked_by, identity, read_settings())
    files = {"written": [str(file) for file in done.written], "left": [str(file) for file in done.left]}
    lines = [
        f"{how_many(done.assessments, 'assessment')} erased, {how_many(len(done.written), 'file')} written anew "
        "without the student",
        *(f"the id stands still in {file}" for file in files["left"]),
        "take the student out of the source system, datasets elsewhere, extracts and backups too",
    ]
    answer({"student_id": student, "erased": done.assessments, **files}, json, "\n".join(lines))
