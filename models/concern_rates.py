"""How many reports of each kind there are: to be looked at before a kind is switched on."""

from dataclasses import dataclass

import numpy as np

from data_schemas.codes import Concern
from models.columns import NO_DAY
from models.floors.concerns import known_concerns
from models.policy import Policy
from models.records import Records, rows_of

WEEK = 7  # days


@dataclass(frozen=True)
class ConcernRate:
    """Reports of one kind: `use` is what the policy does with them. One report exported again counts once."""

    kind: Concern
    use: str
    reports: int
    student_weeks: float

    @property
    def per_thousand(self) -> float:
        """Reports per thousand students and week."""
        return 1000 * self.reports / self.student_weeks if self.student_weeks else 0.0


def concern_rates(records: Records, policy: Policy, until: int) -> list[ConcernRate]:
    """Every kind of concern, as known at the end of the day `until`; the most frequent first.

    Weeks are those of enrolled students within the coverage of the table, from the first report on where no beginning
    is on record.
    """
    concerns = known_concerns(records, until)
    concerns = concerns.where(concerns["reported_on"] <= until)
    weeks = _student_weeks(records, int(concerns["reported_on"].min(initial=until)), until)
    reports = np.unique(np.stack([concerns["kind"], concerns.student, concerns["reported_on"]]), axis=1)[0]
    counts = np.bincount(reports.astype(np.int64), minlength=len(Concern)).tolist()
    found = [
        ConcernRate(kind, policy.concerns[kind.code], count, weeks) for kind, count in zip(Concern, counts, strict=True)
    ]
    return sorted(found, key=lambda rate: (-rate.reports, rate.kind.place))


def _student_weeks(records: Records, first: int, until: int) -> float:
    _, coverage = rows_of(records, "concerns")
    began, left = records.students["enrolled_on"], records.students["left_on"]
    there = np.where(left == NO_DAY, until, np.minimum(left - 1, until))[coverage.student]
    start = np.maximum.reduce([coverage.start, began[coverage.student], np.full(len(there), first)])
    days = np.minimum(coverage.end, there) - start + 1
    return float(np.maximum(days, 0).sum() / WEEK)
