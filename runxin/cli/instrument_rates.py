"""`runxin instrument flag-rates`: what share of a wave each floor would flag, and how many reports of each kind there
are, before a floor or a kind is switched on."""

from pathlib import Path
from typing import Annotated, Any

import typer

from data_schemas.calendar import date_to_day
from data_schemas.codes import Sex, Stage, Tier
from data_schemas.dataset import read_dataset
from models import read_policy, records_of
from models.concern_rates import ConcernRate, concern_rates
from models.flag_rates import FlagRate, Share, flag_rates
from runxin.cli.output import answer
from runxin.errors import how_many
from runxin.settings import read_settings

LOOK_FIRST = "first see with `runxin check` whether its answers are coded as declared 先核对计分编码"


def flag_rates_command(
    dataset: Annotated[Path, typer.Argument(metavar="DIR", help="A dataset folder with answered questionnaires.")],
    every_wave: Annotated[bool, typer.Option("--all", help="Every wave, not only the newest.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Show what share of a wave each floor would flag, by stage and sex, and how many reports of each kind there are
    per thousand students and week, whether they are switched on or not."""
    policy, data = read_policy(read_settings().policy_file), read_dataset(dataset)
    records = records_of(data)
    rates = flag_rates(records, policy, every_wave=every_wave)
    concerns = concern_rates(records, policy, date_to_day(data.description.as_of))
    limit = policy.floors.flag_rate_limit
    payload = {
        "dataset": str(dataset),
        "limit": limit,
        "floors": [_payload(rate) for rate in rates],
        "concerns": [_concern(rate) for rate in concerns],
    }
    answer(payload, json, "\n".join([_text(rates, limit), "", *_concern_lines(concerns)]))


USES = {
    "evidence": "opens its rule",
    "lead": "lead and errand",
    "class_task": "errand of the homeroom teacher",
    "off": "off",
}


def _concern(rate: ConcernRate) -> dict[str, Any]:
    figures = {"reports": rate.reports, "per_thousand_and_week": round(rate.per_thousand, 4)}
    return {"kind": rate.kind.code, "use": rate.use, **figures}


def _concern_lines(rates: list[ConcernRate]) -> list[str]:
    lines = ["reports per thousand students and week:"]
    return lines + [
        f"    {rate.kind.code} ({rate.kind.zh}, {USES[rate.use]}): {rate.per_thousand:.3f} "
        f"({how_many(rate.reports, 'report')})"
        for rate in rates
    ]


def _payload(rate: FlagRate) -> dict[str, Any]:
    return {
        "floor": rate.floor,
        "instrument": rate.instrument,
        "tier": rate.tier,
        "switched_on": rate.switched_on,
        "wave": {"from": rate.wave_from, "to": rate.wave_to},
        **_figures(rate.overall),
        "too_many": rate.too_many,
        "look_first": LOOK_FIRST if rate.too_many else None,
        "groups": [{"stage": stage, "sex": sex, **_figures(share)} for (stage, sex), share in rate.groups.items()],
        "expected": [one.model_dump(include={"share", "zh", "en"}) for one in rate.expected],
    }


def _figures(share: Share) -> dict[str, Any]:
    return {"flagged": share.flagged, "screened": share.screened, "share": round(share.value, 4)}


def _text(rates: list[FlagRate], limit: float) -> str:
    if not rates:
        return "no floor belongs to a questionnaire that was answered here"
    lines = []
    for rate in rates:
        mark = f"  MORE THAN {limit:.0%}: {LOOK_FIRST}" if rate.too_many else ""
        state = "on" if rate.switched_on else "off"
        lines.append(
            f"{rate.floor} ({rate.instrument}, {Tier.of(rate.tier).zh}, {state}) {rate.wave_from} – {rate.wave_to}: "
            f"{_share(rate.overall)}{mark}"
        )
        by_stage: dict[str, list[str]] = {stage: [] for stage, _ in rate.groups}
        for (stage, sex), share in rate.groups.items():
            by_stage[stage].append(f"{Sex.of(sex).zh} {_share(share)}")
        lines += [f"    {Stage.of(stage).zh}: {' · '.join(shares)}" for stage, shares in by_stage.items()]
        lines += [f"    expected {one.share:.1%}: {one.zh} / {one.en}" for one in rate.expected]
    return "\n".join(lines)


def _share(share: Share) -> str:
    return f"{share.value:.1%} ({share.flagged} of {share.screened})"
