"""`runxin check`: look a dataset folder over."""

from pathlib import Path
from typing import Annotated

import typer

from data_schemas.check import CheckReport, check_dataset
from data_schemas.dataset import read_dataset
from data_schemas.problem_groups import listed, payload_of
from runxin.cli.output import answer
from runxin.errors import Kind, how_many

SHOWN = 100


def check_command(
    dataset: Annotated[Path, typer.Argument(metavar="DIR", help="A dataset folder.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Check a dataset's codes, ranges, references, dates and coding, and ask about what can hardly be; exit 3 where
    there are problems."""
    read = read_dataset(dataset)
    report = check_dataset(read)
    payload = {
        "dataset": str(dataset),
        "name": read.description.name,
        "synthetic": read.description.synthetic,
        "mode": read.description.mode,
        "as_of": read.description.as_of.isoformat(),
        "ok": report.ok,
        "problem_count": len(report.problems),
        "problems": payload_of(report.problems, None),
        "question_count": len(report.questions),
        "questions": payload_of(report.questions, None),
        "notes": list(report.notes),
        "counts": report.counts,
        "label": report.label,
    }
    answer(payload, json, _text(dataset, report))
    if not report.ok:
        raise typer.Exit(Kind.BAD_DATA.exit_code)


def _text(dataset: Path, report: CheckReport) -> str:
    lines = [f"{dataset}: {', '.join(f'{name} {count}' for name, count in report.counts.items())}"]
    lines += [f"note: {note}" for note in report.notes]
    for name, found in (("question", report.questions), ("problem", report.problems)):
        lines += [f"{name}: {one}" for one in listed(found, SHOWN)]
    asked = f", {how_many(len(report.questions), 'question')}" if report.questions else ""
    lines.append(("no problems" if report.ok else how_many(len(report.problems), "problem")) + asked)
    return "\n".join(lines)
