"""The order of work inside a list. It never reads a name, a class, a mark or a family's circumstances by themselves.

Tier first; within it (1) open safety evidence by severity, (2) never seen before seen, (3) the model's margin, or
the questionnaires' severity where no model may rank, (4) the newest change, (5) how much of the deadline has run.
Ties go by opaque id, so that the order is total.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from models.assessment import Assessment

Key = tuple[int, int, bool, float, int, float, str]
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


def rank_key(one: Assessment, evidence: int, strength: float, overdue: float = 0.0) -> Key:
    """`evidence` is the severity of the gravest open safety evidence, `overdue` the share of the deadline that has
    run."""
    return (
        -one.tier.ord,
        -evidence,
        one.last_interview_on is not None,
        -strength,
        -(one.changed_on.toordinal() if one.changed_on is not None else 0),
        -overdue,
        one.student_id,
    )


def _share(ordered: Sequence[float], value: float) -> float:
    return (bisect_left(ordered, value) + bisect_right(ordered, value)) / (2 * len(ordered))
