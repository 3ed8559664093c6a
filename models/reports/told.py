"""Figures as they are told to a reader: small ones hidden, and the others so that no two reports tell of one child."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from models.reports.duties_done import DutyDone
from models.reports.figures import NEVER, Figures
from models.small_counts import STEP, about, told


@dataclass(frozen=True)
class Median:
    """The middle of what students waited, in hours, those still waiting among them: infinite where fewer than half
    have got there, None where nobody or too few waited."""

    n: int | None
    hours: float | None


@dataclass(frozen=True)
class ToldFigures:
    """`groups` by group and part, `sums` of each group, `counts` and `waits` as `Figures` has them. What is None is not
    told: of a sum or a count because it is too small."""

    groups: Mapping[str, Mapping[str, int | None]]
    sums: Mapping[str, int | None]
    counts: Mapping[str, int | None]
    waits: Mapping[str, Median]


@dataclass(frozen=True)
class DutyTold:
    """Of one duty, as it is told; what is None is too small."""

    due: int | None
    done: int | None
    late: int | None


def told_of(figures: Figures, least: int) -> ToldFigures:
    """For a reader who is told counts from `least` on (0: all of them, exactly)."""
    return ToldFigures(
        {name: told(parts, least) for name, parts in figures.groups.items()},
        {name: about(sum(parts.values()), least) for name, parts in figures.groups.items()},
        {name: about(n, least) for name, n in figures.counts.items()},
        {name: _median(hours, least) for name, hours in figures.waits.items()},
    )


def duty_told(one: DutyDone, least: int) -> DutyTold:
    return DutyTold(about(one.due, least), about(one.done, least), about(one.late, least))


def _median(hours: tuple[float, ...], least: int) -> Median:
    n = about(len(hours), least)
    if not hours or n is None or (least and len(hours) < 2 * STEP):
        return Median(n, None)
    middle = median(hours)
    if middle == NEVER or not least:
        return Median(n, middle)
    return Median(n, max(24.0, round(middle / 24) * 24.0))  # in days: the hours of one family are nobody else's
