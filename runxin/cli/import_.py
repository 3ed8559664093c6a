"""`runxin import`: a platform's files become a dataset folder."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from data_schemas.instruments import known_instruments
from data_schemas.mapping import Imported, answer_questions, draft_mapping, import_files, preview_files, write_problems
from data_schemas.problem_groups import listed, payload_of
from runxin.cli.import_preview import drafted_words, preview_words
from runxin.cli.import_questions import ask_open
from runxin.cli.import_safety import safety_words
from runxin.cli.output import answer, console
from runxin.errors import UserError, how_many, usage
from runxin.settings import read_settings

SHOWN = 100


class Format(StrEnum):
    PARQUET = "parquet"
    CSV = "csv"


def import_command(
    sources: Annotated[list[Path], typer.Argument(metavar="SRC", help="Files of the platform, or folders of them.")],
    mapping: Annotated[Path | None, typer.Option(help="The mapping file (TOML).")] = None,
    out: Annotated[Path | None, typer.Option(help="The dataset folder to make; absent or empty.")] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Say what is understood of the files, and write nothing.")
    ] = False,
    draft: Annotated[
        Path | None, typer.Option(help="Write a mapping for files of items, totals, leave or attendance.")
    ] = None,
    instrument: Annotated[
        list[str] | None, typer.Option(help="For --draft: each questionnaire, in the order of the files and columns.")
    ] = None,
    answers: Annotated[
        list[str] | None,
        typer.Option("--answer", help="ID=ANSWER to a question of the mapping; it is written into the mapping."),
    ] = None,
    set_aside: Annotated[
        bool, typer.Option("--set-aside", help="Import the good rows and list the others in OUT/set_aside.")
    ] = False,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As-of date, in place of the mapping's.")
    ] = None,
    expect: Annotated[
        int | None, typer.Option(min=0, help="How many rows the platform says there are; any other number is refused.")
    ] = None,
    format: Annotated[Format, typer.Option(help="Kind of the files written.")] = Format.PARQUET,
    problems: Annotated[Path | None, typer.Option(help="Write every problem to this CSV file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Turn a platform's files into a dataset by a mapping; any problem refuses the whole unless --set-aside."""
    known = known_instruments(read_settings().instruments)
    day = as_of.date() if as_of else None
    if draft is not None:
        drafted = draft_mapping(sources, draft, instrument or [], known, as_of=day, today=date.today())
        answer(drafted.payload(), json, drafted_words(drafted))
        return
    if instrument:
        raise usage("--instrument belongs to --draft", fix="a mapping names its questionnaires itself")
    if mapping is None:
        raise usage("which mapping?", fix="name it with --mapping, or make one with --draft")
    if answers:
        answer_questions(mapping, answers)
    try:
        if preview:
            if not json:
                ask_open(mapping)
            told, found = preview_files(mapping, sources, as_of=day, today=date.today(), known=known)
            payload = {**told, "problem_count": len(found), "problems": payload_of(found)}
            answer(payload, json, "\n".join([preview_words(told, found), *safety_words(told["safety"])]))
            if problems is not None:
                write_problems(found, problems)
            if found:
                raise typer.Exit(3)
            return
        if out is None:
            raise usage("where to?", fix="name a folder with --out, or look first with --preview")
        done = import_files(
            mapping,
            sources,
            out,
            set_aside=set_aside,
            format=format.value,
            as_of=day,
            known=known,
            expect=expect,
            today=date.today(),
        )
    except UserError as error:
        for line in safety_words(error.details.get("safety", [])):
            console.print(line, highlight=False, markup=False, soft_wrap=True)
        if problems is not None and error.problems:
            write_problems(error.problems, problems)
            console.print(f"every problem is listed in {problems}")
        raise
    if problems is not None:
        write_problems(done.problems, problems)
    answer({"dataset": str(out), **done.payload()}, json, _text(done, out))


def _text(done: Imported, out: Path) -> str:
    told = done.payload()
    lines = [f"{out}: {told['name']}, as of {told['as_of']}{', 合成数据' if told['synthetic'] else ''}"]
    lines.append(f"read {how_many(told['rows_read'], 'row')}, filtered {told['rows_filtered']}")
    lines += [f"  {name}: {count}" for name, count in told["filters"].items() if count]
    for count in done.applied.counts:
        parts = [f"{count.written} written"]
        parts += [f"{count.outside} outside its where"] if count.outside else []
        parts += [f"{number} skipped, {column} blank" for column, number in count.skipped_by.items() if number]
        parts += [f"{how_many(count.unopened, 'form')} never opened"] if count.unopened else []
        parts += [f"{count.dated} without a day of their own, which take the file's"] if count.dated else []
        parts += [f"{count.replaced} replaced by a later record of the same day"] if count.replaced else []
        parts += [f"{count.left_out} of students left out by a filter"] if count.left_out else []
        parts += [f"{count.set_aside} set aside"] if count.set_aside else []
        parts += [f"{count.unsettled} of those written have no settled student"] if count.unsettled else []
        lines.append(f"  {count.step}: {', '.join(parts)}")
    lines += told["notes"]
    lines += safety_words(told["safety"])
    if done.problems:
        kept = f" and {told['rows_unsettled']} kept for 身份待核" if told["rows_unsettled"] else ""
        aside, problems = how_many(told["rows_set_aside"], "row"), how_many(len(done.problems), "problem")
        lines.append(f"{aside} set aside{kept} with {problems}:")
        lines += [f"  {line}" for line in listed(done.problems, SHOWN)]
        lines.append(f"all of them are listed in {out / 'set_aside'}")
    return "\n".join(lines)
