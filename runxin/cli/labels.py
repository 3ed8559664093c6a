"""`runxin labels`: dated labels from structured outcomes, and what is not a label."""

import io
import os
from csv import DictWriter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from data_schemas.codes import OutcomeKind, Selection
from data_schemas.plain_text import plain
from runxin.cli.named_schools import school_to_read
from runxin.cli.operator import operator
from runxin.cli.output import answer, console
from runxin.errors import bad_data, how_many, usage
from runxin.settings import read_settings
from serving.labels import NOT_LABELS, LabelRow, Labels, read_labels
from serving.store import open_store

COLUMNS = (
    "student_id", "school_id", "observed_on", "recorded_on", "kind", "level", "stream", "selection_prob", "interviewer",
    "second_interviewer", "saw_score", "cannot_weigh",
)  # fmt: skip


def labels_command(
    reason: Annotated[str, typer.Option(help="Why individual records are read; goes to the trail. No names.")],
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Observed on or after.")
    ] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Observed on or before.")] = None,
    school: Annotated[str | None, typer.Option(help="Only this school.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write a row a label, readable by you alone.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Show what may be learned from, by stream and level; rows go to --csv or --json. Tiers are no labels."""
    if first is not None and last is not None and last < first:
        raise usage("--to lies before --from")
    with open_store(read_settings()) as store:
        first_day, last_day = (None if day is None else day.date() for day in (first, last))
        found = read_labels(
            store, datetime.now(UTC), operator(), reason, first_day, last_day, school_to_read(store, school)
        )
    if csv is not None:
        write_private(csv, _csv([_row(one) for one in found.labels]))
        console.print(f"written: {csv}", highlight=False, markup=False)
    answer(_payload(found) if json else {}, json, "" if json else _text(found))


def write_private(path: Path, text: str) -> None:
    """Write a new file that its owner alone can read. Raises `UserError` where there is one, or the folder is not."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise usage(f"{path} is there already", fix="choose another name or remove it") from error
    except OSError as error:
        raise bad_data(f"{path} cannot be written", fix="does the folder exist?") from error


def _row(one: LabelRow) -> dict[str, Any]:
    outcome = one.outcome
    said = asdict(outcome) | {"school_id": one.school_id, "stream": outcome.selection_reason}
    said |= {"observed_on": outcome.observed_on.isoformat(), "cannot_weigh": one.cannot_weigh}
    said["recorded_on"] = None if outcome.recorded_on is None else outcome.recorded_on.isoformat()
    return {name: said[name] for name in COLUMNS}


def _csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return plain(value) if isinstance(value, str) else value


def _payload(found: Labels) -> dict[str, Any]:
    return {
        "from": None if found.first is None else found.first.isoformat(),
        "to": None if found.last is None else found.last.isoformat(),
        "labels": [_row(one) for one in found.labels],
        "summary": [
            {"kind": kind, "stream": stream, "level": level, "n": n}
            for (kind, stream, level), n in sorted(found.by_stream.items(), key=str)
        ],
        "students": found.students,
        "unlabelled": found.unlabelled,
        "cannot_weigh": found.unweighable,
        "routine_interviews_not_blind": found.not_blind,
        "not_labels": [{"zh": words.zh, "en": words.en} for words in NOT_LABELS],
    }


def _text(found: Labels) -> str:
    table = Table(box=None, pad_edge=False)
    for name in ("kind", "stream", "level 0", "1", "2", "3", "all"):
        table.add_column(name, justify="left" if name in ("kind", "stream") else "right")
    streams = [*Selection.codes(), None]
    for kind in OutcomeKind:
        for stream in streams:
            counts = [found.by_stream.get((kind.code, stream, level), 0) for level in range(4)]
            if sum(counts):
                named = "not said" if stream is None else f"{Selection.of(stream).zh} {stream}"
                table.add_row(f"{kind.zh} {kind.code}", named, *map(str, counts), str(sum(counts)))
    out = io.StringIO()
    shown = Console(file=out, width=110)
    shown.print(how_many(len(found.labels), "label"), highlight=False)
    if found.labels:
        shown.print(table)
    lines = [out.getvalue().rstrip()]
    lines.append(
        f"of {how_many(found.students, 'student')} without one then {found.unlabelled}: unlabelled, not negative"
    )
    lines += [
        f"{n} cannot be weighed: no {'stream' if lack == 'stream' else 'selection probability'} is on record"
        for lack, n in found.unweighable.items()
        if n
    ]
    if found.not_blind:
        lines.append(f"{found.not_blind} routine interviews were not blind: the interviewer had seen the score")
    lines += ["not labels 不是标签:", *(f"  {words.zh}\n  {words.en}" for words in NOT_LABELS)]
    return "\n".join(lines)
