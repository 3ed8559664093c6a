"""What share of students each rule of leave flags on a day: to be looked at before it is switched on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_schemas.codes import Stage, Tier
from models.assessing import enrolled
from models.features.at_school import at_school
from models.features.leave import NAMES, leave_features
from models.flag_rates import Share
from models.floors.leave import leave_floors
from models.leave_reference import LeaveReference
from models.policy import Policy
from models.records import Records
from models.tasks import open_tasks
from models.triage.from_records import seen_of

PERCENTILE = 0.95
RULES = {  # the rule's name on a list → its switch in the policy
    "leave-long": "leave_long",
    "leave-frequent": "leave_frequent",
    "leave-return": "leave_return",
    "R16": "R16",
    "R17": "R17",
    "suspension-expired": "suspension_expired",
}


@dataclass(frozen=True)
class LeaveRate:
    """One rule on one day: the highest tier that it opens (None for an errand), whether it is switched on, and the
    share of students at school whom it flags, by stage."""

    rule: str
    tier: Tier | None
    switched_on: bool
    overall: Share
    stages: dict[str, Share]


@dataclass(frozen=True)
class Usual:
    """Days of leave in 60 school days that `PERCENTILE` of a stage's students do not exceed; of `n` whose leave is on
    record throughout."""

    stage: str
    n: int
    days: float


def leave_rates(records: Records, as_of: int, policy: Policy) -> list[LeaveRate]:
    """Every rule of leave, whether it is switched on or not, and the errands. What a person has looked at is counted
    too."""
    n, here = len(records), enrolled(records, as_of)
    flagged = {rule: np.zeros(n, dtype=bool) for rule in RULES}
    tiers: dict[str, Tier] = {}
    everything = policy.model_copy(
        update={"floors": policy.floors.model_copy(update=dict.fromkeys(RULES.values(), True))}
    )
    for student, floor in leave_floors(records, as_of, everything):
        flagged[floor.id][student] = True
        tiers[floor.id] = max(tiers.get(floor.id, floor.tier), floor.tier, key=lambda tier: tier.ord)
    found = [
        _rate(rule, tiers.get(rule, Tier.WATCH), bool(getattr(policy.floors, switch)), flagged[rule], here, records)
        for rule, switch in RULES.items()
    ]
    both = policy.model_copy(
        update={"tasks": policy.tasks.model_copy(update={"contact_unexcused": True, "ask_return": True})}
    )
    tasks = open_tasks(records, as_of, both, seen_of(records, as_of))
    for kind in ("contact_unexcused", "ask_return"):
        mine = np.array([any(task.kind == kind for task in own) for own in tasks], dtype=bool)
        found.append(_rate(kind, None, bool(getattr(policy.tasks, kind)), mine, here, records))
    return found


def usual_leave(records: Records, as_of: int) -> list[Usual]:
    """By stage; a stage without students whose leave is on record throughout is left out."""
    block = leave_features(records, at_school(records, as_of), as_of, LeaveReference())
    days, rate = (block.values[:, NAMES.index(name)] for name in ("leave_days_60", "leave_rate_60"))
    known = enrolled(records, as_of) & ~np.isnan(rate)
    found = []
    for stage in Stage:
        mine = days[known & (records.students["stage"] == stage.place)]
        if len(mine):
            found.append(Usual(stage.code, len(mine), float(np.quantile(mine, PERCENTILE, method="higher"))))
    return found


def _rate(
    rule: str, tier: Tier | None, on: bool, flagged: NDArray[np.bool_], here: NDArray[np.bool_], records: Records
) -> LeaveRate:
    stages = {}
    for stage in Stage:
        mine = here & (records.students["stage"] == stage.place)
        if mine.any():
            stages[stage.code] = Share(int((flagged & mine).sum()), int(mine.sum()))
    return LeaveRate(rule, tier, on, Share(int((flagged & here).sum()), int(here.sum())), stages)
