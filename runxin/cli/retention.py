"""`runxin retention`: what has been kept for as long as its purpose asks."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from models import read_policy
from runxin.cli.operator import operator
from runxin.cli.output import answer
from runxin.errors import how_many
from runxin.settings import read_settings
from serving.retention import DueToGo, apply_retention, look_at_retention, read_retention
from serving.store import open_store


def retention_command(
    apply: Annotated[bool, typer.Option("--apply", help="Remove it; without this nothing is changed.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Say what has been kept long enough, by purpose; with --apply remove it, but for open danger and running cases."""
    settings, now = read_settings(), datetime.now(UTC)
    table = read_retention(settings.retention_file)
    with open_store(settings) as store:
        due = look_at_retention(store, table, read_policy(settings.policy_file), now, operator())
        if apply:
            apply_retention(store, due, now, operator())
    answer({"applied": apply, "purposes": [_payload(one) for one in due]}, json, _text(due, apply))


def _payload(one: DueToGo) -> dict[str, Any]:
    said: dict[str, Any] = {"purpose": one.purpose, "months": one.months, "source": one.source}
    said["before"] = None if one.before is None else one.before.date().isoformat()
    return said | {"rows": one.rows, "students": len(one.students), "kept_for_danger_or_a_case": one.kept}


def _text(due: list[DueToGo], applied: bool) -> str:
    done = "removed" if applied else "would be removed"
    lines = []
    for one in due:
        if one.before is None:
            lines.append(f"{one.purpose}: kept until a person decides ({one.source})")
            continue
        stays = f"; {one.kept} students stay, since danger is open or a case runs" if one.kept else ""
        lines.append(
            f"{one.purpose}: {how_many(one.rows, 'row')} of {how_many(len(one.students), 'student')} from before "
            f"{one.before.date().isoformat()} {done} ({one.months} months: {one.source}){stays}"
        )
    return "\n".join([*lines, *([] if applied else ["nothing was changed; --apply removes it"])])
