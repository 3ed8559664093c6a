"""What is due for a student and by when. A student may have several clocks: the strictest is shown.

Clocks start at receipt and never at publication. They run in school days of Chinese local time; those of minutes run
while somebody is on duty (`Duty`), and without a roster always.
"""

import calendar as months
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

import numpy as np

from data_schemas.calendar import SchoolCalendar, date_to_day, day_to_date
from data_schemas.codes import Tier
from data_schemas.instruments import Words
from models.assessment import AnswerTime, Assessment, Retest, Task
from models.duty import Duty
from models.policy import DuePolicy
from models.retest import ASKED
from models.tasks import TO_DO, UNDER_LOCK
from models.triage.facts import ZONE, Piece, Word, day_start
from runxin.errors import how_many

END_OF_DAY = time(23, 59)
BY_MODEL = Words(zh="模型评估的等级", en="the tier by the model")
AWAY = Words(zh="休学中", en="suspended from school")
BY_EVENT = Words(zh="登记的危机事件或转介", en="a crisis event or referral on record")


@dataclass(frozen=True)
class Clock:
    """Something to be done: `what`, in words that say nothing of the student, because of what (`why`), since when it
    waits and by when; `by` is None where there is no deadline. `source` is what it hangs on: "evidence" | "lead" |
    "model" | "human" | "retest" | "task" | "suspension"."""

    source: str
    what: Words
    start: datetime
    by: datetime | None = None
    why: Words | None = None
    who: Words | None = None
    urgent: bool = False  # of safety evidence that is checked above the week's line

    def overdue(self, now: datetime) -> bool:
        return self.by is not None and now > self.by

    def share(self, now: datetime) -> float:
        """How much of the time has run, 1 at the deadline; 0 without one."""
        if self.by is None or self.by <= self.start:
            return 0.0
        return max(0.0, (now - self.start) / (self.by - self.start))

    @property
    def strictness(self) -> tuple[bool, float, bool, float]:
        """Sorts the clock that ends first to the front, those without an end to the back: there, what can be done for
        who is suspended comes before what has to wait for the return."""
        ends = self.by.timestamp() if self.by is not None else 0.0
        return self.by is None, ends, self.source != "suspension", self.start.timestamp()


def strictest(clocks: Iterable[Clock]) -> Clock | None:
    return min(clocks, key=lambda clock: clock.strictness, default=None)


def awaits_answer(piece: Piece, taken_on: bool) -> bool:
    """Whether a piece of open evidence is to be answered in minutes and nobody has taken it on since it came in: what a
    clock of minutes runs for, and what rings."""
    return piece.floor.rings and not taken_on


def check_by(piece: Piece, due: DuePolicy, duty: Duty | None) -> datetime:
    """By when evidence that is to be answered in minutes is checked in person."""
    start, minutes = piece.received_at, due.check_minutes
    return duty.minutes_after(start, minutes) if duty is not None else _minutes_after(start, minutes)


def evidence_clock(
    piece: Piece, due: DuePolicy, school: SchoolCalendar, duty: Duty | None, taken_on: bool = False
) -> Clock:
    """When a piece of open evidence is to be assessed. Where somebody has `taken_on` what it says, its clock of minutes
    is answered: what is left is the check in person, within the hour."""
    floor, start = piece.floor, piece.received_at
    if floor.lead:
        days = due.lead_school_days
        what = Words(zh=f"{days} 个上学日内了解情况", en=f"look into it within {how_many(days, 'school day')}")
        return Clock("lead", what, start, school_days_after(start, days, school), floor.text)
    if floor.history:
        days = due.priority_school_days if floor.severity > 0 else due.watch_school_days
        what = Words(zh="核对旧答卷并当面了解", en="go over the old sheet in person")
        return Clock("evidence", what, start, school_days_after(start, days, school), floor.text)
    if awaits_answer(piece, taken_on):
        minutes = due.immediate_minutes
        what = Words(zh=f"{minutes} 分钟内响应", en=f"respond within {how_many(minutes, 'minute')}")
        by = duty.minutes_after(start, minutes) if duty is not None else _minutes_after(start, minutes)
        who = duty.who(start) if duty is not None and duty.known else None
        return Clock("evidence", what, start, by, floor.text, who, urgent=True)
    if floor.answer is AnswerTime.MINUTES:
        minutes = due.check_minutes
        what = Words(zh=f"{minutes} 分钟内当面核查", en=f"check in person within {how_many(minutes, 'minute')}")
        return Clock("evidence", what, start, check_by(piece, due, duty), floor.text, urgent=True)
    if floor.answer is AnswerTime.SAME_DAY:
        what = Words(zh="当日当面核查", en="check in person the same school day")
        return Clock("evidence", what, start, school_days_after(start, 0, school), floor.text, urgent=True)
    if floor.answer is AnswerTime.NEXT_DAY:
        days = due.low_level_school_days
        what = Words(zh=f"{days} 个上学日内当面访谈", en=f"talk in person within {how_many(days, 'school day')}")
        return Clock("evidence", what, start, school_days_after(start, days, school), floor.text, urgent=True)
    if floor.answer is AnswerTime.ASK:
        what, by = _ask(start, due.ask_school_days, school)
        return Clock("evidence", what, start, by, floor.text, urgent=True)
    what, by = _first_interview(floor.tier, start, due, school)
    return Clock("evidence", what, start, by, floor.text)


def model_clock(tier: Tier, since: datetime, seen: date | None, due: DuePolicy, school: SchoolCalendar) -> Clock:
    """What the model's own tier asks for; a person who has spoken with the student since has answered it."""
    if seen is not None and seen >= since.astimezone(ZONE).date():
        return after_interview("model", tier, seen, school)
    what, by = _first_interview(tier, since, due, school)
    return Clock("model", what, since, by, BY_MODEL)


def event_clock(tier: Tier, since: datetime, due: DuePolicy, school: SchoolCalendar) -> Clock:
    """What a crisis event or a referral asks for that no interview has followed yet."""
    if tier is Tier.CRISIS:
        what = Words(zh="当日当面核查", en="check in person the same school day")
        return Clock("human", what, since, school_days_after(since, 0, school), BY_EVENT, urgent=True)
    what, by = _first_interview(tier, since, due, school)
    return Clock("human", what, since, by, BY_EVENT)


def after_interview(source: str, tier: Tier, seen: date, school: SchoolCalendar) -> Clock:
    """What follows once a person has spoken with the student: 危机 is looked at every school day, 重点 once a
    calendar month (淮政办函〔2026〕1号: 「重点对象月度随访」), others without a deadline."""
    start, on = day_start(seen), seen.isoformat()
    why = Words(zh=f"{on} 的访谈之后", en=f"after the interview of {on}")
    if tier is Tier.CRISIS:
        return Clock(source, Words(zh="每日复查", en="daily review"), start, school_days_after(start, 1, school), why)
    if tier is Tier.PRIORITY:
        return Clock(source, Words(zh="月度随访", en="monthly follow-up"), start, _end_of_next_month(seen), why)
    return Clock(source, Words(zh="继续关注", en="keep in view"), start, why=why)


def retest_clocks(
    assessment: Assessment, words: Sequence[Word], due: DuePolicy, school: SchoolCalendar
) -> Iterator[tuple[Retest, Clock]]:
    """Questionnaires to be repeated and things to be asked in person, from the day on which that was known. Who has
    spoken with the student on a later day, and not blind, has asked what was to be asked, if the sheet was in the file
    by then: `words` are in force. A sheet of who is suspended is repeated after the return."""
    sheets = {result.code: result.administered_on for result in assessment.instruments}
    for retest in assessment.data_quality.retest:
        day = retest.since or sheets.get(retest.instrument, assessment.as_of)
        if retest.why in ASKED and any(_has_asked(word, retest, day) for word in words):
            continue
        if assessment.suspended_since is not None and retest.why not in ASKED:
            what = Words(zh="返校后复测", en="repeat after the return to school")
            yield retest, Clock("retest", what, day_start(day), why=retest.text)
            continue
        yield retest, _retest_clock(retest, day_start(day), due, school)


def _has_asked(word: Word, retest: Retest, day: date) -> bool:
    """Of a sheet that stood in another file, only what came in once it stood in this one; and where that file was of
    another id, only a talk of a later day than the two were found to be one."""
    came = retest.came
    if not word.asks or came is None or came.file == word.file:
        return word.asks and word.observed_on > day
    here = came.here(word.file)
    if here is None or word.received_at < here:
        return False
    return word.observed_on > (day if came.of_id(word.file) else max(day, here.astimezone(ZONE).date()))


def _retest_clock(retest: Retest, start: datetime, due: DuePolicy, school: SchoolCalendar) -> Clock:
    if retest.why in ASKED:
        blank = retest.why == "critical_blank"
        what, by = _ask(start, due.ask_school_days if blank else due.safety_question_school_days, school)
        return Clock("retest", what, start, by, retest.text)
    days = due.retest_days
    what = Words(zh=f"{days} 天内复测", en=f"repeat within {how_many(days, 'day')}")
    last = date.fromordinal(start.astimezone(ZONE).date().toordinal() + days)
    return Clock("retest", what, start, end_of(last), retest.text)


def suspension_clock(since: date, until: date | None, locked: bool) -> Clock:
    """What can be done for a student who is suspended: by the last day of it, where one is on record. Under the
    protection lock (`locked`) nobody calls the family."""
    what = Words(zh="联系家庭，商定返校安排", en="contact the family and plan the return")
    if locked:
        what = Words(zh="会同公安、民政商定返校安排", en="plan the return with the police and civil affairs")
    return Clock("suspension", what, day_start(since), end_of(until) if until is not None else None, AWAY)


def task_clock(task: Task, locked: bool) -> Clock:
    what = UNDER_LOCK.get(task.kind, TO_DO[task.kind]) if locked else TO_DO[task.kind]
    return Clock("task", what, day_start(task.on), end_of(task.due_on), task.text, task.who)


def school_days_after(start: datetime, days: int, school: SchoolCalendar) -> datetime:
    """The end of the school day that lies `days` school days after `start`; 0 is the day itself, or the next
    school day where it is none. Raises `UserError` outside the school calendar."""
    return end_of(_school_day_after(start.astimezone(ZONE).date(), days, school))


def school_days_between(first: date, last: date, school: SchoolCalendar) -> int:
    """School days after `first`, up to `last`."""
    passed = school.school_days_until(np.array([date_to_day(first), date_to_day(max(first, last))]))
    return int(passed[1] - passed[0])


def _first_interview(tier: Tier, start: datetime, due: DuePolicy, school: SchoolCalendar) -> tuple[Words, datetime]:
    if tier in (Tier.PRIORITY, Tier.CRISIS):
        days = due.priority_school_days
        return Words(
            zh=f"{days} 个上学日内访谈", en=f"interview within {how_many(days, 'school day')}"
        ), school_days_after(start, days, school)
    days = due.watch_school_days
    return Words(zh=f"{days} 个上学日内约谈", en=f"talk within {how_many(days, 'school day')}"), school_days_after(
        start, days, school
    )


def _ask(start: datetime, days: int, school: SchoolCalendar) -> tuple[Words, datetime]:
    what = Words(zh=f"{days} 个上学日内当面询问", en=f"ask in person within {how_many(days, 'school day')}")
    return what, school_days_after(start, days, school)


@lru_cache(maxsize=4096)
def _school_day_after(day: date, days: int, school: SchoolCalendar) -> date:
    here = np.array([date_to_day(day)])
    if days == 0 and bool(school.is_school_day(here)[0]):
        return day
    target = int(school.school_days_until(here)[0]) + max(days, 1)
    return day_to_date(school.first + int(np.searchsorted(school.passed, target)))


def _minutes_after(start: datetime, minutes: int) -> datetime:
    return datetime.fromtimestamp(start.timestamp() + 60 * minutes, tz=start.tzinfo)


def _end_of_next_month(day: date) -> datetime:
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return end_of(date(year, month, months.monthrange(year, month)[1]))


def end_of(day: date) -> datetime:
    return datetime.combine(day, END_OF_DAY, ZONE)
