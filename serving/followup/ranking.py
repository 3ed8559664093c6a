"""The list's lines in their order of work, which `models.order` defines."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from data_schemas.calendar import SchoolCalendar
from models import order
from models.policy import Due as DuePolicy
from serving.followup.due import clock_of
from serving.followup.entries import Section
from serving.store import Standing


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
    """Where each student of a school stands by margin, or by severity where there is no margin."""
    return order.strengths({s.pupil.student_id: (s.margin, s.severity) for s in everyone})


def rank_key(standing: Standing, strength: float, overdue: float) -> order.Key:
    assessment = standing.assessment
    assert assessment is not None
    return order.rank_key(assessment, evidence_severity(standing), strength, overdue)


def evidence_severity(standing: Standing) -> int:
    """The gravest open safety evidence, 0 where there is none; an old sheet's does not count."""
    return max((row.floor.severity for row in standing.evidence if not row.floor.history), default=0)
