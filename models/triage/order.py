"""The order of work inside a list. It never reads a name, a class, a mark or a family's circumstances by themselves.

Tier first; within it (1) open safety evidence by severity, (2) the model's margin, or the order of published effects
(`severity`) where no model may rank, (3) the newest change, (4) how much of the deadline has run. Ties go by opaque id,
so that the order is total. Contacts, visits and paperwork move nobody.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from models.triage.present import Present

Key = tuple[int, int, float, int, float, str]
Scores = tuple[float | None, float]  # a student's margin, None where no model ranks, and severity


def strengths(school: Mapping[str, Scores]) -> dict[str, float]:
    """Per student, the share of the school that stands below by margin, or by severity where there is no margin.

    Both are shares of the same school, so that a student whom the model may not score keeps a place among the rest.
    """
    margins = sorted(margin for margin, _ in school.values() if margin is not None)
    severities = sorted(severity for _, severity in school.values())
    return {
        student: _share(severities, severity) if margin is None else _share(margins, margin)
        for student, (margin, severity) in school.items()
    }


def strengths_of(everyone: Iterable[Present]) -> dict[str, float]:
    return strengths({one.student_id: (one.facts.margin, one.facts.severity) for one in everyone})


def rank_key(one: Present, strength: float, now: datetime) -> Key:
    said, clock = one.facts.assessment, one.clock
    changed = said.changed_on if said is not None else None
    return (
        -one.tier.ord,
        -one.severity,
        -strength,
        -(changed.toordinal() if changed is not None else 0),
        -(clock.share(now) if clock is not None else 0.0),
        one.student_id,
    )


def in_order(everyone: Iterable[Present], strength: Mapping[str, float], now: datetime) -> list[Present]:
    """As they are to be worked through; `strength` is what `strengths_of` says of everyone at the school."""
    return sorted(everyone, key=lambda one: rank_key(one, strength[one.student_id], now))


def by_deadline(everyone: Iterable[Present]) -> list[Present]:
    """The strictest clock first; those without one last, by tier."""
    return sorted(everyone, key=_deadline)


def _deadline(one: Present) -> tuple[bool, tuple[object, ...], int, str]:
    clock = one.clock
    return clock is None, clock.strictness if clock is not None else (), -one.tier.ord, one.student_id


def _share(ordered: Sequence[float], value: float) -> float:
    return (bisect_left(ordered, value) + bisect_right(ordered, value)) / (2 * len(ordered))
