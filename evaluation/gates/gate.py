"""One reason for or against a model."""

from dataclasses import dataclass
from typing import Final, Literal

Status = Literal["pass", "refuse", "waiver"]
HELD: Final = "pass"
REFUSE: Final = "refuse"
WAIVER: Final = "waiver"


@dataclass(frozen=True)
class Gate:
    """One reason, as a sentence in both languages."""

    id: str
    status: Status
    zh: str
    en: str
