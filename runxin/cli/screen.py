"""`runxin screen`: assess everyone of a dataset as of a day and publish the follow-up list."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from data_schemas.calendar_tables import read_calendars
from data_schemas.codes import Tier
from data_schemas.dataset import Dataset, read_dataset
from data_schemas.schools import nearest_schools
from data_schemas.unknown_codes import unknown_codes
from models import Artifact, archive_artifact, read_policy
from models.champions import is_expected
from runxin.cli.named_schools import HELP, split_schools
from runxin.cli.operator import operator
from runxin.cli.output import answer, console
from runxin.cli.screen_progress import HowFar
from runxin.errors import Kind, Problem, UserError, bad_data, how_many
from runxin.settings import Settings, read_settings
from serving.screening import Screening, may_rank, publish_screening
from serving.store import open_store


def screen_command(
    dataset: Annotated[Path, typer.Argument(metavar="DIR", help="A dataset folder.")],
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day at whose end students are assessed.")],
    school: Annotated[list[str] | None, typer.Option(help=f"Only this school; {HELP}.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Assess all enrolled students and publish the list, whole or not at all; the same screening is there once."""
    settings = read_settings()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress, _uncollected():
        task = progress.add_task("reading", total=None)
        asked = split_schools(school)
        read = read_dataset(dataset)
        check_in_dataset(read, asked)
        check_codes(read)
        artifact, status, note = champion_for(settings, read)
        with open_store(settings) as store:
            done = publish_screening(
                store,
                read,
                as_of.date(),
                artifact,
                read_policy(settings.policy_file),
                datetime.now(UTC),
                status=status,
                actor=operator(),
                schools=asked or None,
                calendars=read_calendars(settings.calendar),
                progress=HowFar(progress, task),
            )
    if note:
        console.print(note, highlight=False, markup=False)
    payload = {**asdict(done), "as_of": done.as_of.isoformat(), "note": note}
    answer(payload, json, _text(done))
    if done.model.status == "unavailable":
        # What safety rules found is published all the same; a scheduler has to see that the model is missing.
        raise typer.Exit(Kind.UNAVAILABLE.exit_code)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of cycles, which would walk millions of objects again and again: what a screening makes
    does not go in a circle, and is freed all the same."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def check_in_dataset(dataset: Dataset, asked: Sequence[str]) -> None:
    """Raise `UserError` (usage) naming each school that is asked for and has no student in the dataset."""
    here = {str(school): str(school) for school in sorted(dataset.students["school_id"].dropna().unique())}
    absent = [
        Problem(f"there is no school {school!r}", column="school", fix=nearest_schools(school, here))
        for school in asked
        if school not in here
    ]
    if absent:
        raise UserError(Kind.USAGE, "no student of the dataset is at a school that is asked for", problems=absent)


def check_codes(dataset: Dataset) -> None:
    """Raise `UserError` (bad data) naming each cell with a code nobody knows, as `runxin check` does: a report of an
    unknown kind, or a consent by an unknown giver, is asked about and neither dropped nor taken for another."""
    wrong = unknown_codes(dataset)
    if wrong:
        fix = "mend them in the dataset, or import it anew; `runxin check` names them too"
        raise bad_data("codes that nobody knows stand in the dataset; nothing was published", wrong, fix)


def champion_for(settings: Settings, dataset: Dataset) -> tuple[Artifact | None, str, str | None]:
    """The promoted model where it may rank these students, else None with its status and a word on why."""
    if not settings.champion.is_dir():
        if is_expected(settings.history):
            return None, "unavailable", "the promoted model is not there any more; safety rules alone decide"
        return None, "none", "no model is promoted: safety rules and questionnaires alone decide"
    try:
        artifact = archive_artifact(settings.champion, settings.models)
    except (UserError, OSError) as error:
        return None, "unavailable", f"the promoted model cannot be read: {error}; safety rules alone decide"
    origin, students = artifact.manifest.data_origin, dataset.description.origin
    if not may_rank(origin, students):
        return None, "none", f"a {origin} model may not rank {students} students: safety rules alone decide"
    if origin != "local":
        return artifact, "ok", f"a {origin} model ranks {students} students: for demonstration only"
    return artifact, "ok", None


def _where(done: Screening) -> str:
    """At which schools, where it is in force at others."""
    return f" at {', '.join(done.behind)}" if len(done.behind) < done.schools else ""


def _text(done: Screening) -> str:
    tiers = "  ".join(f"{tier.zh} {done.tiers[tier.code]}" for tier in reversed(Tier))
    model = f"{done.model.name} {done.model.version}" if done.model.status == "ok" else f"model: {done.model.status}"
    later = ", ".join(f"{name} {rows}" for name, rows in done.later.items())
    lines = [
        f"run {done.run_id}, as of {done.as_of.isoformat()}" + (", 合成数据 / synthetic" if done.synthetic else ""),
        f"{how_many(done.students, 'student')} at {how_many(done.schools, 'school')}, {model}, "
        f"policy {done.model.policy}",
        f"as assessed (what people found since stands on the list): {tiers}",
        "rules met: "
        + (", ".join(f"{rule} {n} ({n / done.students:.1%})" for rule, n in done.floors.items()) or "none"),
        *(
            f"note: {floor} flags {share:.0%} of the wave: are its answers coded as declared? See `runxin check`; what "
            "it flags elsewhere: `runxin instrument flag-rates`"
            for floor, share in done.flooding.items()
        ),
        *(
            f"note: {items} items of {code} run against the others: was its coding declared rightly? See `runxin check`"
            for code, items in done.miscoded.items()
        ),
        f"new evidence {done.opened}, students whom the roster cannot place {done.strangers}",
        f"not screened {done.not_screened}, to be repeated {done.retest}",
        *(
            [f"came in after {done.as_of.isoformat()} and waits for the screening of a later day: {later}"]
            if done.later
            else []
        ),
        "published" if done.published else "this screening was published before; nothing was changed",
        *(
            []
            if done.in_force
            else [
                f"not in force{_where(done)}: a list of a later day, one of this day that was published since, or a "
                "withdrawal of this one, goes before it"
            ]
        ),
    ]
    return "\n".join(lines)
