"""Tries to reach a student or a guardian: each counts as work, and only reaching somebody as contact.

Nobody leaves a list by an attempt. Whoever was not reached is tried again on the day that was named; after the third
time in a row somebody else tries, or the student is visited. What was agreed on in a talk (again, on a day) is due on
that day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from data_schemas.calendar import SchoolCalendar
from data_schemas.instruments import Words
from models.triage.clocks import Clock, end_of, school_days_after
from models.triage.facts import ZONE, Attempt, Contact, Word
from models.work_policy import CasePolicy

AGAIN = Words(zh="再次联系", en="try again")
AGREED = Words(zh="按约定再谈", en="talk again as agreed")
SOMEBODY_ELSE = Words(zh="换一个人联系，或上门", en="somebody else tries, or visit")


@dataclass(frozen=True)
class Tries:
    """How often nobody was reached since somebody was last, and the newest of these tries."""

    failed: int
    newest: Attempt | None


def tries(attempts: Sequence[Attempt], words: Sequence[Word], contacts: Sequence[Contact]) -> Tries:
    """The tries in vain since the last contact, by whichever door that came; `words` are in force."""
    reached = [(word.observed_on, word.received_at) for word in words if word.is_interview]
    reached += [(contact.on, contact.received_at) for contact in contacts]
    reached += [(one.on, one.received_at) for one in attempts if one.reached]
    since = max(reached, default=None)  # by the day on which it was, however late it was told
    vain = [one for one in attempts if not one.reached and (since is None or (one.on, one.received_at) > since)]
    return Tries(len(vain), max(vain, key=lambda one: (one.on, one.received_at), default=None))


def attempt_clock(
    attempts: Sequence[Attempt],
    words: Sequence[Word],
    contacts: Sequence[Contact],
    policy: CasePolicy,
    school: SchoolCalendar,
) -> Clock | None:
    """What the last try asks for: to try again, somebody else after too many, or the talk that was agreed on."""
    vain = tries(attempts, words, contacts)
    if vain.newest is not None:
        start, n = vain.newest.received_at, vain.failed
        why = Words(zh=f"{n} 次未联系上", en=f"not reached {n} time{'s' if n > 1 else ''}")
        if n >= policy.attempts_before_other:
            return Clock("attempt", SOMEBODY_ELSE, start, school_days_after(start, 1, school), why)
        by = end_of(vain.newest.again_on) if vain.newest.again_on else school_days_after(start, 1, school)
        return Clock("attempt", AGAIN, start, by, why)
    agreed = [one for one in attempts if one.reached and one.again_on is not None]
    last = max(agreed, key=lambda one: one.received_at, default=None)
    if last is None or last.again_on is None or _spoken_since(last, attempts, words):
        return None
    on = last.received_at.astimezone(ZONE).date().isoformat()
    return Clock("attempt", AGREED, last.received_at, end_of(last.again_on), Words(zh=f"{on} 约定", en=f"agreed {on}"))


def _spoken_since(last: Attempt, attempts: Sequence[Attempt], words: Sequence[Word]) -> bool:
    """Whether somebody has spoken with the student after what was agreed on. A guardian's call keeps no appointment,
    and neither does a talk of before that is told late."""
    spoken = [word.observed_on for word in words if word.is_interview]
    later = [one for one in attempts if one.reached and one.with_student and one.received_at > last.received_at]
    return any(on > last.on for on in spoken) or any(one.on >= last.on for one in later)


def next_school_day(day: date, school: SchoolCalendar) -> date:
    """The school day after a day."""
    return school_days_after(datetime.combine(day, datetime.min.time(), ZONE), 1, school).date()
