"""One booking: who asked, which time was given, and what came of it, as its steps say together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from data_schemas.codes import Code


class BookingStep(Code):
    """What was done last is where a booking stands."""

    ASKED = ("asked", "待安排", "waiting for a time")
    GIVEN = ("given", "已约好", "time given")
    DECLINED = ("declined", "未安排", "declined")
    WITHDRAWN = ("withdrawn", "已取消", "withdrawn")
    KEPT = ("kept", "已到", "kept")
    NOT_KEPT = ("not_kept", "未到", "not kept")


class Asker(Code):
    STUDENT = ("student", "学生本人", "the student")
    TEACHER = ("teacher", "教师", "a teacher")


class DeclineReason(Code):
    SPOKEN = ("spoken", "已另行谈过", "spoken with already")
    ELSEWHERE = ("elsewhere", "由其他老师或值班接待", "seen by a colleague or on duty")
    NOT_WANTED = ("not_wanted", "本人不再需要", "no longer wanted")


S = BookingStep
# What may follow. A time given is given anew where it is moved; who did not come may get another; a slip between kept
# and not kept is put right by the other word.
NEXT = {
    S.ASKED: (S.GIVEN, S.DECLINED, S.WITHDRAWN),
    S.GIVEN: (S.GIVEN, S.DECLINED, S.WITHDRAWN, S.KEPT, S.NOT_KEPT),
    S.DECLINED: (S.GIVEN,),
    S.WITHDRAWN: (),
    S.KEPT: (S.NOT_KEPT,),
    S.NOT_KEPT: (S.GIVEN, S.KEPT),
}
HOLD = (S.GIVEN, S.KEPT, S.NOT_KEPT)  # states in which a booking has its time to itself


@dataclass(frozen=True)
class Slot:
    """A time that a counselor offers."""

    slot_id: str
    school_id: str
    counselor: str
    starts_at: datetime
    minutes: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class BookedStep:
    """A step as it was said; `note` is why somebody asked, in words that the student's page alone shows."""

    booking_id: str
    student_id: str
    school_id: str
    step: BookingStep
    said_at: datetime
    said_by: str
    asker: Asker | None = None
    slot_id: str | None = None
    reason: DeclineReason | None = None
    note: str | None = None
    step_id: int = 0


@dataclass(frozen=True)
class Booking:
    """`slot` is the time that was given, `wished` the one that was asked for, `last` the number of the newest step."""

    asked: BookedStep
    newest: BookedStep
    slot: Slot | None
    wished: Slot | None

    @property
    def state(self) -> BookingStep:
        return self.newest.step

    @property
    def last(self) -> int:
        return self.newest.step_id

    @property
    def student_id(self) -> str:
        return self.asked.student_id

    def may(self, step: BookingStep, now: datetime) -> bool:
        """Whether a step may follow now: nobody has come, or stayed away, before it was time, and nobody takes back
        what has begun."""
        begun = self.slot is not None and self.slot.starts_at <= now
        not_now = (S.DECLINED, S.WITHDRAWN) if begun else (S.KEPT, S.NOT_KEPT)
        return step in NEXT[self.state] and step not in not_now

    def waits_for_a_word(self, now: datetime) -> bool:
        """Whether its time is over and nobody has said whether it was kept."""
        return self.state is S.GIVEN and self.slot is not None and self.slot.ends_at <= now


def booking_of(steps: Sequence[BookedStep], slots: dict[str, Slot]) -> Booking:
    """From the steps of one booking, the oldest first, and the slots that they name."""
    given = next((one.slot_id for one in reversed(steps) if one.step is S.GIVEN), None)
    asked, newest = steps[0], steps[-1]
    held = slots.get(given) if given is not None and newest.step in HOLD else None
    return Booking(asked, newest, held, slots.get(asked.slot_id or ""))


def holders(steps: Sequence[Sequence[BookedStep]]) -> dict[str, str]:
    """By slot, the booking that holds it."""
    found = {}
    for mine in steps:
        given = next((one.slot_id for one in reversed(mine) if one.step is S.GIVEN), None)
        if given is not None and mine[-1].step in HOLD:
            found[given] = mine[0].booking_id
    return found
