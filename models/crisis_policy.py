"""The part of the policy that the crisis clock goes by."""

from datetime import time

from pydantic import Field

from models.policy_part import PolicyPart


class CrisisPolicy(PolicyPart):
    """Whom the clock of immediate checks rings, and when. Minutes are counted from the ring before; times of day are
    the school's own. `silent_minutes` is for how long the clock may have looked at nothing before that itself rings."""

    deputy_minutes: int = Field(10, ge=1)
    principal_minutes: int = Field(10, ge=1)
    centre_minutes: int = Field(10, ge=1)
    again_minutes: int = Field(30, ge=1)
    day_end: time = time(17, 0)
    canary_at: time = time(7, 30)
    silent_minutes: int = Field(5, ge=1)
