"""Whether a plan helps: not reliably better by the weeks of the policy calls a case review.

Routine measurement with a review of who does not get better is what shortens time to change (Lambert et al. 2001,
Psychother Res 11:49-68); how much is a change at all is told by the reliable-change index of the questionnaire.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data_schemas.instruments import Words, change_of, packaged_instruments
from models.assessment import InstrumentResult
from models.triage.clocks import Clock, end_of
from models.triage.facts import PlanStart, day_start
from models.work_policy import CasePolicy

REVIEW = Words(zh="个案复核", en="review the case")


@dataclass(frozen=True)
class PlanResponse:
    """How totals stand against those at the beginning of a plan: by questionnaire "better" or "worse" where that is
    reliable, else "same"; questionnaires without a sheet since are not in it."""

    changes: Mapping[str, str]

    @property
    def better(self) -> bool:
        """Something is reliably better, and nothing reliably worse. No sheet since is not better."""
        said = set(self.changes.values())
        return "better" in said and "worse" not in said


def response_to(plan: PlanStart, sheets: Sequence[InstrumentResult]) -> PlanResponse:
    """What the newest valid sheets since the plan began say."""
    known, found = packaged_instruments(), {}
    for sheet in sheets:
        before, instrument = plan.baseline.get(sheet.code), known.get(sheet.code)
        if before is None or instrument is None or sheet.total is None or not sheet.valid:
            continue
        if sheet.administered_on > plan.on:
            change = change_of(instrument, "total", before, sheet.total)
            found[sheet.code] = change.direction if change.reliable else "same"
    return PlanResponse(found)


def response_clock(plan: PlanStart | None, sheets: Sequence[InstrumentResult], policy: CasePolicy) -> Clock | None:
    """The next review of a plan that does not help so far. Each week of the policy is answered by a review of its own:
    one that was held before the week had begun says nothing about it."""
    if plan is None or response_to(plan, sheets).better:
        return None
    week = next(iter(_unanswered(plan, policy.response_weeks)), None)
    if week is None:
        return None
    why = Words(
        zh=f"方案自 {plan.on.isoformat()} 起，第 {week} 周仍未明确好转",
        en=f"plan since {plan.on.isoformat()}, not reliably better by week {week}",
    )
    return Clock("case", REVIEW, _start(plan.on, week), end_of(plan.on + timedelta(weeks=week)), why)


def _unanswered(plan: PlanStart, weeks: Sequence[int]) -> Iterator[int]:
    held = sorted(set(plan.reviews))
    for week in weeks:
        answer = next((on for on in held if on >= _start(plan.on, week).date()), None)
        if answer is None:
            yield week
        else:
            held.remove(answer)


def _start(on: date, week: int) -> datetime:
    return day_start(on + timedelta(weeks=week - 1))
