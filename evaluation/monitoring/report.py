"""Monitoring as one page that opens anywhere: both languages in it, no script, nothing fetched from elsewhere."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from data_schemas.codes import Tier
from evaluation.monitoring.snapshot import EVERYONE
from evaluation.monitoring.words import GROUPS, STATES, feature_title, source_title, stage_title
from evaluation.templates import environment
from models.features import Feature

TEMPLATES = Path(__file__).parent / "templates"
ORDER = ("alarm", "watch", "quiet", "absent", "steady", "too_few")


def monitoring_page(found: Mapping[str, Any], features: Sequence[Feature]) -> str:
    """The page of one comparison; `features` are the model's own."""
    by_name = {feature.name: feature for feature in features}
    rows = sorted(found["features"].items(), key=lambda one: (ORDER.index(one[1]["state"]), -(one[1]["psi"] or 0)))
    return (
        environment(TEMPLATES)
        .get_template("monitoring.html")
        .render(
            r=found,
            rows=rows,
            both=both,
            bars=bars,
            interval=interval,
            group=lambda code: both(*GROUPS[code]),
            state=lambda code: both(*STATES[code]),
            tier=lambda code: both(Tier.of(code).zh, Tier.of(code).en),
            stage=lambda code: both(**stage_title(None if code == EVERYONE else code)),
            feature=lambda name: both(**feature_title(by_name[name])),
            source=lambda name: both(**source_title(name, by_name)),
        )
    )


def both(zh: str, en: str) -> Markup:
    """A text in both languages, of which the page shows one."""
    return Markup('<span class="zh" lang="zh">{}</span><span class="en" lang="en">{}</span>').format(zh, en)


def interval(figure: Mapping[str, float | None] | None, digits: int = 2) -> str:
    """A figure with its interval, with a true minus sign; a dash where it cannot be told."""
    if figure is None or figure["value"] is None:
        return "–"
    value, low, high = (
        "–" if figure[name] is None else f"{figure[name]:.{digits}f}".replace("-", "−")
        for name in ("value", "low", "high")
    )
    return f"{value} ({low} – {high})"


def bars(then: Sequence[float], now: Sequence[float], width: int = 150, height: int = 34) -> Markup:
    """Two shares a bin, side by side: an outlined bar for training, a filled one for now."""
    most, slot = max(*then, *now, 1e-9), width / len(then)
    drawn = Markup("")
    for place, pair in enumerate(zip(then, now, strict=True)):
        for side, (share, name) in enumerate(zip(pair, ("then", "now"), strict=True)):
            tall = share / most * (height - 2)
            drawn += Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
                name, place * slot + 1 + side * slot * 0.44, height - 0.5 - tall, slot * 0.4, tall
            )
    said = "训练时 then: {} · 现在 now: {}".format(*(", ".join(f"{one:.0%}" for one in part) for part in (then, now)))
    return Markup(
        '<svg role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}"><title>{}</title>'
        '<line x1="0" x2="{}" y1="{}" y2="{}"/>{}</svg>'
    ).format(said, width, height, width, height, said, width, height - 0.5, height - 0.5, drawn)
