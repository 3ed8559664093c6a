"""`runxin miss-review`: what befell students below the line in a half-year, replayed and classed."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from data_schemas.codes import OutcomeKind
from models import read_policy
from runxin.cli.named_schools import school_to_read
from runxin.cli.operator import operator
from runxin.cli.output import answer, console
from runxin.errors import how_many
from runxin.settings import read_settings
from serving.miss_review import Half, KeptReview, MissClass, case_of, read_half, review_half
from serving.store import open_store

NO_PROOF = "found none is no proof of none missed: only what was reported is looked at here"


def miss_review_command(
    half: Annotated[str, typer.Option(help="2026H1 is January to June, 2026H2 July to December.")],
    school: Annotated[str | None, typer.Option(help="Only this school.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Replay and class each crisis, referral and suspension of a student below the line; the page shows the result."""
    wanted, settings, now = read_half(half), read_settings(), datetime.now(UTC)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with open_store(settings) as store, Progress(*columns, console=console, transient=True) as bar:
        asked = school_to_read(store, school)
        task = bar.add_task("outcomes", total=None)
        policy = read_policy(settings.policy_file)

        def progress(done: int, of: int) -> None:
            bar.update(task, description=f"event {done + 1} of {of}")

        found = review_half(store, settings.models, wanted, policy, now, operator(), asked, progress)
    complete = wanted.last < now.date()
    answer(_payload(wanted, found, complete) if json else {}, json, "" if json else _text(wanted, found, complete))


def _payload(half: Half, found: list[KeptReview], complete: bool) -> dict[str, Any]:
    return {
        "half": half.name,
        "from": half.first.isoformat(),
        "to": half.last.isoformat(),
        "complete": complete,
        "events": sum(one.events for one in found),
        "below_the_line": sum(len(one.cases) for one in found),
        "before_the_first_list": sum(one.counts["no_list"]["all"] for one in found),
        "classes": _summed(found),
        "schools": [
            {
                "school_id": one.school_id,
                "events": one.events,
                "students": one.students,
                "below_the_line": len(one.cases),
                "classes": one.counts["class"],
                "streams": one.counts["stream"],
                "cases": [{"student_id": case.student_id, **case.case} for case in one.cases],
            }
            for one in found
        ],
        "note": NO_PROOF,
    }


def _summed(found: list[KeptReview]) -> dict[str, int]:
    return {code: sum(one.counts["class"][code] for one in found) for code in MissClass.codes()}


def _text(half: Half, found: list[KeptReview], complete: bool) -> str:
    events, below = sum(one.events for one in found), sum(len(one.cases) for one in found)
    kinds = "、".join(OutcomeKind.of(kind).zh for kind in ("crisis_event", "referral", "suspension"))
    lines = [
        f"{half.name}, {half.first.isoformat()} to {half.last.isoformat()}" + ("" if complete else ", not over yet"),
        f"{how_many(events, 'event')} ({kinds}), {below} of students below the line",
        *(f"  {MissClass.of(code).zh} {code}: {n}" for code, n in _summed(found).items() if n),
    ]
    replays = [case_of(case) for one in found for case in one.cases]
    again = sum(case.replay == "identical" for case in replays)
    lines.append(f"replayed: {again} identical, {sum(case.replay == 'different' for case in replays)} different")
    for why in ("erased", "not_kept", "incomplete"):
        n = sum(case.why_not == why for case in replays)
        lines += [f"  not replayable, {why.replace('_', ' ')}: {n}"] if n else []
    early = sum(one.counts["no_list"]["all"] for one in found)
    lines += [f"{early} more before a school's first list, not counted"] if early else []
    lines += [f"  {one.school_id}: {how_many(one.events, 'event')}, {len(one.cases)} below the line" for one in found]
    return "\n".join([*lines, NO_PROOF])
