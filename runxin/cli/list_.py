"""`runxin list`: the ranked follow-up list of each school."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from data_schemas.calendar_tables import read_calendars
from models import read_policy
from runxin.cli.named_schools import HELP, schools_to_read
from runxin.cli.operator import operator
from runxin.cli.output import answer, console
from runxin.errors import Kind, UserError
from runxin.settings import read_settings
from serving.cases.case import CaseNow
from serving.cases.store import cases_of
from serving.store import AuditEvent, open_store, school_ids, write_audit
from serving.today import FollowUpList, follow_up_list
from serving.today.cells import cells, foot, headline, model_words, pick, queue_title
from serving.today.export import NOTICE, SYNTHETIC, list_json, queues_of, students_of_list

WIDTH_IN_FILES = 120


class Lang(StrEnum):
    ZH = "zh"
    EN = "en"


def list_command(
    school: Annotated[list[str] | None, typer.Option(help=f"Only this school's list; {HELP}.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The list of that day instead of the newest.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help="At most so many lines of a section; immediate checks are always whole.")
    ] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write an Excel workbook, a sheet per school.")] = None,
    lang: Annotated[Lang, typer.Option(help="Language of the table and the workbook.")] = Lang.ZH,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Show who is to be seen first, why, and what is due; ids are pseudonymous."""
    lists, cases = read_lists(school, as_of)
    if xlsx is not None:
        from serving.today.workbook import write_workbook  # openpyxl costs a quarter of a second

        write_workbook(lists, xlsx, lang.value, limit)
        console.print(f"written: {xlsx}", highlight=False, markup=False)
    if json:
        answer({"lists": [list_json(listed, limit, cases=cases) for listed in lists]}, json, "")
    elif xlsx is None:
        out = Console(highlight=False)
        if not out.is_terminal:
            out.width = WIDTH_IN_FILES
        for listed in lists:
            show(listed, lang.value, limit, out)


def read_lists(school: Sequence[str] | None, as_of: datetime | None) -> tuple[list[FollowUpList], dict[str, CaseNow]]:
    """The lists in force, of these schools or of all that have one, with the cases of their students; the reading is
    put in the trail."""
    settings = read_settings()
    policy, calendars = read_policy(settings.policy_file), read_calendars(settings.calendar)
    now = datetime.now(UTC)
    with open_store(settings) as store:
        asked = schools_to_read(store, school)
        lists = []
        for school_id in asked or school_ids(store):
            write_audit(store, AuditEvent(now, operator(), "list.read", "follow_up", school_id))
            day = as_of.date() if as_of is not None else None
            try:
                lists.append(follow_up_list(store, school_id, now, False, policy, as_of=day, calendars=calendars))
            except UserError as error:
                # What is filed at a school may be of students who are at another.
                if asked or day is not None or error.kind is not Kind.NOT_FOUND:
                    raise
        if not lists:
            raise UserError(Kind.NOT_FOUND, "nothing is published yet", fix="runxin screen DIR --as-of DATE")
        return lists, cases_of(store, sorted({one for listed in lists for one in students_of_list(listed)}))


def show(listed: FollowUpList, lang: str, limit: int | None, out: Console) -> None:
    """One school's list as tables, a section each."""
    if listed.synthetic:
        out.print(Text(pick(SYNTHETIC, lang), style="bold"))
    out.print(Text(headline(listed, lang), style="bold"))
    out.print(Text(f"{pick(NOTICE, lang)}\n{model_words(listed, lang)}"))
    for name, group in queues_of(listed, limit).items():
        total = listed.count(name)
        if total == 0 and name not in ("immediate", "week"):
            continue
        out.print(Text(f"\n{queue_title(name, lang)} {total}", style="bold"))
        if group:
            out.print(_table([cells(entry, lang) for entry in group]))
        if name == "week":
            out.print(Text(f"┄┄ {foot(listed, lang)} ┄┄"))


def _table(lines: Sequence[tuple[str, ...]]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1), expand=True)
    for _ in range(4):  # rank, tier, student, class: never cut
        table.add_column(no_wrap=True, overflow="fold")
    table.add_column(ratio=3, overflow="fold")
    table.add_column(ratio=2, overflow="fold")
    for rank, tier, student, group, why, what, by, overdue in lines:
        table.add_row(*map(Text, (rank, tier, student, group, why, f"{what}\n{by} {overdue}".strip())))
    return table
