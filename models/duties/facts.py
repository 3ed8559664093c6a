"""What the duties of the plan are worked out from, beside the student as they stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from data_schemas.codes import Code, Contacted, FamilyFlag, Tier
from models.assessment import Task
from models.triage import ZONE, Present


class VisitHow(Code):
    """How somebody of the school met the family."""

    HOME = ("home", "入户", "at home")
    SCHOOL = ("school", "到校面谈", "at school")
    PHONE = ("phone", "电话", "by phone")


class DutyResult(Code):
    """What came of it. `PROBLEM` asks for a plan with the family (D07)."""

    DONE = ("done", "已完成", "done")
    PROBLEM = ("problem", "已完成，发现问题", "done, a problem was found")
    EXCUSED = ("excused", "免做", "excused")


class ExcuseReason(Code):
    """Why a task need not be done."""

    AWAY = ("away", "休学或住院", "suspended or in hospital")
    MOVED = ("moved", "已转出", "has moved away")
    DECLINED = ("declined", "家长不同意", "the family declined")
    ELSEWHERE = ("elsewhere", "其他部门已办", "another body has done it")
    NOT_DUE = ("not_due", "情况不属实", "does not apply")


HOW = {VisitHow.HOME: Contacted.BOTH, VisitHow.SCHOOL: Contacted.BOTH, VisitHow.PHONE: Contacted.GUARDIAN}


@dataclass(frozen=True)
class DutyRecord:
    """That somebody says a duty was done, or is excused, on a day. `how` is of visits, `reason` of what is excused."""

    record_id: str
    duty: str
    on: date
    result: DutyResult
    how: VisitHow | None = None
    reason: ExcuseReason | None = None
    by: str = ""


@dataclass(frozen=True)
class DutyStudent:
    """One student with what bears on duties: circumstances that are so, each since when (None where nobody says), from
    which day a transfer is known, the days of care plans, referrals and handovers that were accepted, records, and the
    errands of the school year, done or not, beside those that the newest list asks for."""

    present: Present
    class_id: str | None
    grade: int | None
    flags: Mapping[FamilyFlag, date | None]
    arrived_on: date | None = None
    planned: tuple[date, ...] = ()
    referred: tuple[date, ...] = ()
    handed_over: tuple[date, ...] = ()
    records: tuple[DutyRecord, ...] = ()
    errands: tuple[Task, ...] = ()

    @property
    def high_since(self) -> date | None:
        """Since when the student has stood at 重点 or above without a break; None for who does not."""
        one = self.present
        if one.tier.ord < Tier.PRIORITY.ord:
            return None
        since = [piece.known_on for piece in (s.piece for s in one.open) if piece.floor.tier.ord >= Tier.PRIORITY.ord]
        model = one.facts.model_tier
        if model is not None and model.ord >= Tier.PRIORITY.ord and one.facts.model_since is not None:
            since.append(one.facts.model_since.astimezone(ZONE).date())
        since += list(self._by_word())
        if not since and one.facts.assessment is not None:
            since.append(one.facts.assessment.as_of)
        return min(since, default=None)

    @property
    def found_high_on(self) -> date | None:
        """Since when a person has held the student at 重点 or above."""
        return next(self._by_word(), None) if self.high_since is not None and self.present.confirmed else None

    def _by_word(self) -> Iterator[date]:
        since: date | None = None
        for word in self.present.words:
            if word.level >= Tier.PRIORITY.ord:
                since = since or word.observed_on
            elif word.is_interview and not word.blind:
                since = None
        if since is not None:
            yield since

    def interviews(self) -> Iterator[date]:
        """Days on which a named person has spoken with the student, not by lot."""
        yield from (word.observed_on for word in self.present.words if word.is_interview and not word.blind)

    def visits(self, *how: VisitHow) -> Iterator[date]:
        """Days of visits on record; of all kinds, or of these."""
        for record in self.records:
            if record.how is not None and record.result is not DutyResult.EXCUSED and (not how or record.how in how):
                yield record.on

    def spoken(self, *whom: Contacted) -> Iterator[date]:
        """Days on which anybody, or one of these, was reached."""
        for contact in self.present.facts.contacts:
            if not whom or contact.with_whom in {one.code for one in whom}:
                yield contact.on
