"""One structured outcome, as it came."""

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """One row of the canonical table `outcomes`. `assessed` are the keys of the evidence that it assessed, None where
    it came without a list; `corrects` names the record that it supersedes by its `sha256`."""

    student_id: str
    observed_on: date
    kind: str
    level: int
    selection_reason: str | None = None
    selection_prob: float | None = None
    recorded_on: date | None = None
    interviewer: str | None = None
    second_interviewer: str | None = None
    saw_score: bool | None = None
    assessed: tuple[str, ...] | None = None
    corrects: str | None = None

    @property
    def known_on(self) -> date:
        return self.recorded_on or self.observed_on

    @property
    def identity(self) -> tuple[str, str, date, str | None]:
        """What the outcome is of: a later row that agrees on these corrects an earlier one."""
        return self.student_id, self.kind, self.observed_on, self.interviewer

    @cached_property
    def sha256(self) -> str:
        said = self.row()
        for later in ("assessed", "corrects"):  # columns of a later version: without them a row is named as before
            if said[later] is None:
                del said[later]
        return hashlib.sha256(json.dumps(said, default=str, ensure_ascii=False).encode()).hexdigest()

    def row(self) -> dict[str, Any]:
        """By column, as `dataclasses.asdict`, which copies each cell."""
        return {name: getattr(self, name) for name in COLUMNS}


COLUMNS = tuple(field.name for field in fields(Outcome))
