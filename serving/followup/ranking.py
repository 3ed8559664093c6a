"""The order of work inside the list. It never reads a name, a class, a mark or a family's circumstances by themselves.

Tier first; within it (1) open safety evidence by severity, (2) never seen before seen, (3) the model's margin, or
the questionnaires' severity where no model may rank, (4) the newest change, (5) how much of the deadline has run.
Ties go by opaque id, so that the order is total.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from data_schemas.calendar import SchoolCalendar
from models.policy import Due as DuePolicy
from serving.followup.due import clock_of
from serving.followup.entries import Section
from serving.store import Standing

Key = tuple[int, int, bool, float, int, float, str]


def in_order(
    standings: Iterable[Standing],
    strength: Mapping[str, float],
    section: Section,
    now: datetime,
    policy: DuePolicy,
    school: SchoolCalendar,
) -> list[Standing]:
    """`standings` as they are to be worked through; `strength` is what `strengths` says of everyone on the list."""
    return sorted(
        standings,
        key=lambda s: rank_key(s, strength[s.pupil.student_id], clock_of(s, section, policy, school).share(now)),
    )


def strengths(everyone: Sequence[Standing]) -> dict[str, float]:
    """Per student, the share of the school that stands below by margin, or by severity where there is no margin.

    Both are shares of the same school, so that a student whom the model may not score keeps a place among the rest.
    """
    margins = sorted(s.margin for s in everyone if s.margin is not None)
    severities = sorted(s.severity for s in everyone)
    return {
        s.pupil.student_id: _share(margins, s.margin) if s.margin is not None else _share(severities, s.severity)
        for s in everyone
    }


def rank_key(standing: Standing, strength: float, overdue: float) -> Key:
    assessment = standing.assessment
    assert assessment is not None
    return (
        -assessment.tier.ord,
        -evidence_severity(standing),
        assessment.last_interview_on is not None,
        -strength,
        -(assessment.changed_on.toordinal() if assessment.changed_on is not None else 0),
        -overdue,
        standing.pupil.student_id,
    )


def evidence_severity(standing: Standing) -> int:
    """The gravest open safety evidence, 0 where there is none; an old sheet's does not count."""
    return max((row.floor.severity for row in standing.evidence if not row.floor.history), default=0)


def _share(ordered: Sequence[float], value: float) -> float:
    return (bisect_left(ordered, value) + bisect_right(ordered, value)) / (2 * len(ordered))
