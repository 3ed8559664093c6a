"""`runxin leave-rates`: what share of students each rule of leave flags, and how much leave is usual."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from data_schemas.calendar import date_to_day
from data_schemas.calendar_tables import read_calendars
from data_schemas.codes import Stage
from data_schemas.dataset import read_dataset
from models import read_policy, records_of
from models.flag_rates import Share
from models.leave_rates import PERCENTILE, LeaveRate, Usual, leave_rates, usual_leave
from runxin.cli.output import answer, console
from runxin.settings import read_settings


def leave_rates_command(
    dataset: Annotated[Path, typer.Argument(metavar="DIR", help="A dataset folder with leave.")],
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The dataset's own day if left out.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Show what share of students each rule of leave flags, switched on or not, and how much leave is usual."""
    settings = read_settings()
    policy = read_policy(settings.policy_file)
    with console.status("counting"):
        whole = read_dataset(dataset)
        records = records_of(whole, read_calendars(settings.calendar))
        on = as_of.date() if as_of else whole.description.as_of
        rates, usual = leave_rates(records, date_to_day(on), policy), usual_leave(records, date_to_day(on))
    payload = {
        "dataset": str(dataset),
        "as_of": on.isoformat(),
        "rules": [_payload(rate) for rate in rates],
        "usual": [{"stage": one.stage, "students": one.n, "days": one.days} for one in usual],
        "frequent_above": policy.leave.frequent_above,
    }
    answer(payload, json, _text(rates, usual, policy.leave.frequent_above))


def _payload(rate: LeaveRate) -> dict[str, Any]:
    return {
        "rule": rate.rule,
        "tier": rate.tier.code if rate.tier else None,
        "switched_on": rate.switched_on,
        **_figures(rate.overall),
        "stages": {stage: _figures(share) for stage, share in rate.stages.items()},
    }


def _figures(share: Share) -> dict[str, Any]:
    return {"flagged": share.flagged, "students": share.screened, "share": round(share.value, 5)}


def _text(rates: list[LeaveRate], usual: list[Usual], above: dict[str, float]) -> str:
    lines = []
    for rate in rates:
        what = rate.tier.zh if rate.tier else "待办"
        lines.append(f"{rate.rule} ({what}, {'on' if rate.switched_on else 'off'}): {_share(rate.overall)}")
        lines.append("  " + "; ".join(f"{Stage.of(stage).zh} {_share(share)}" for stage, share in rate.stages.items()))
    if not usual:
        return "\n".join([*lines, "how much leave is usual cannot be told: nobody's is on record for 60 school days"])
    lines.append(f"days of leave in 60 school days that {PERCENTILE:.0%} of a stage do not exceed:")
    lines += [
        f"  {Stage.of(one.stage).zh}: {one.days:g} of {one.n:,} students (policy: {above[one.stage]:g})"
        for one in usual
    ]
    figures = above | {one.stage: one.days for one in usual}
    inline = ", ".join(f"{stage} = {days:.1f}" for stage, days in figures.items())
    return "\n".join([*lines, "for RUNXIN_HOME/policy.toml:", "[leave]", f"frequent_above = {{ {inline} }}"])


def _share(share: Share) -> str:
    return f"{share.flagged} of {share.screened:,} ({share.value:.2%})"
