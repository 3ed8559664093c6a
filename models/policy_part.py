"""What every part of the policy is made of."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

PACKAGED = Path(__file__).parent / "policy.toml"


class PolicyPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def packaged(part: str) -> Any:
    """A part as packaged: what holds for a policy that was written before the part was there."""
    return tomllib.loads(PACKAGED.read_text("utf-8"))[part]
