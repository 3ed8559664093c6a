"""What somebody fills in about a task of the plan, and what is wrong with it."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from models.duties import DutyRecord, DutyResult, DutyRule, ExcuseReason, VisitHow
from runxin.errors import Kind, UserError

LONGEST_AGO = timedelta(days=120)


class TaskFault(UserError):
    """What does not fit; `key` names the words that say so on the page."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(Kind.BAD_DATA, message)
        self.key = key


@dataclass(frozen=True)
class TaskForm:
    """A form as it was sent; `form_id` comes with it, so that the same form twice is one record."""

    form_id: str
    on: str
    result: str
    how: str
    reason: str

    def record(self, rule: DutyRule, by: str, today: date) -> DutyRecord:
        """What it says of a duty. Raises `TaskFault`."""
        try:
            on = date.fromisoformat(self.on)
        except ValueError as error:
            raise TaskFault("duties_fault_day", f"{self.on!r} is no day") from error
        if not today - LONGEST_AGO <= on <= today:
            raise TaskFault("duties_fault_day", "the day lies ahead, or too far back")
        if self.result not in DutyResult.codes() or (self.result == DutyResult.PROBLEM.code and not rule.visit):
            raise TaskFault("duties_fault_result", "say what came of it")
        result = DutyResult.of(self.result)
        excused = result is DutyResult.EXCUSED
        if excused and self.reason not in ExcuseReason.codes():
            raise TaskFault("duties_fault_reason", "say why it need not be done")
        met = rule.visit or rule.id == "D08"
        if met and not excused and self.how not in VisitHow.codes():
            raise TaskFault("duties_fault_how", "say how the family was met")
        if rule.id in ("D05", "D06") and not excused and self.how != VisitHow.HOME.code:
            raise TaskFault("duties_fault_home", "the plan asks for a visit at home")
        how = VisitHow.of(self.how) if met and not excused else None
        reason = ExcuseReason.of(self.reason) if excused else None
        return DutyRecord(self.form_id or secrets.token_urlsafe(12), rule.id, on, result, how, reason, by)
