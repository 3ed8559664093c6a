"""One look of the clock: what is so now is asked of `models.triage`, whom that rings of `models.ringing`; what rings is
put on record together with the messages by which it goes out."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from data_schemas.codes import DutyRole
from data_schemas.school_days import Calendars
from models.duty import OnDuty
from models.policy import Policy
from models.ringing import Ring, RingStep, Rung, rings_due
from models.triage import ZONE, Present, present_of
from serving.channels.config import Channel
from serving.crisis import store as kept
from serving.crisis.store import KeptRing
from serving.jobs.store import Message
from serving.store import Store, concerns_school, facts_of, known_school_ids
from serving.store.duty import duty_of_schools

RING = "ring"  # the kind of a message that calls somebody


@dataclass(frozen=True)
class Call:
    """Rings of one school that call the same person for the same reason: one message a channel tells of all of them,
    since robots take 20 a minute and whoever reads fifty messages reads none."""

    school_id: str
    step: RingStep
    role: DutyRole
    person: OnDuty | None
    rings: tuple[Ring, ...]

    @property
    def call_id(self) -> str:
        return hashlib.sha256("\n".join(sorted(one.ring_id for one in self.rings)).encode()).hexdigest()[:32]


@dataclass
class CrisisClock:
    """What a look needs. What was read of a student is kept until something about the student changes, or the day."""

    store: Store
    policy: Policy
    calendars: Calendars
    channels: Sequence[Channel]
    clock: Callable[[], datetime]
    _read: tuple[tuple[date, int], dict[str, tuple[int, Present]]] | None = field(default=None, repr=False)

    def look(self) -> int:
        """Ring whom it is time to ring; says how many calls that were."""
        now = self.clock()
        waiting = [one for one in self._presents(now) if one.unanswered or one.unchecked]
        return sum(self._keep(call, now) for call in calls_of(self._due(waiting, now)))

    def _presents(self, now: datetime) -> list[Present]:
        today = now.astimezone(ZONE).date()
        of_all, times = kept.may_ring(self.store)
        known: Mapping[str, tuple[int, Present]] = {}
        if self._read is not None and self._read[0] == (today, of_all):
            known = self._read[1]
        changed = [one for one, count in times.items() if one not in known or known[one][0] != count]
        facts = facts_of(self.store, changed, today) if changed else {}
        read = {one: known[one] for one in times if one not in facts}
        for one, said in facts.items():
            school = self.calendars.of(said.school_id)
            read[one] = times[one], present_of([said], self.policy, school)[0]
        self._read = (today, of_all), read
        return [present for _, present in read.values()]

    def _due(self, waiting: Sequence[Present], now: datetime) -> Iterator[Ring]:
        schools = sorted(known_school_ids(self.store)) if waiting else []
        at = {one.student_id: schools_of(one.facts.school_id, schools) for one in waiting}
        everywhere = sorted({school for found in at.values() for school in found})
        duty = duty_of_schools(self.store, everywhere)
        before = kept.rings_of(self.store, list(at))
        for one in waiting:
            for school_id in at[one.student_id]:
                rung = [
                    Rung(ring.step, ring.role, ring.rung_at)
                    for ring in before.get(one.student_id, ())
                    if ring.school_id == school_id
                ]
                calendar, roster = self.calendars.of(school_id), duty[school_id]
                people = roster.people_at(now)
                yield from rings_due(one, school_id, rung, people, roster, calendar, self.policy, now)

    def _keep(self, call: Call, now: datetime) -> bool:
        given = [_kept(ring, call, now) for ring in call.rings]
        return kept.keep_call(self.store, given, self._messages(call), now)

    def _messages(self, call: Call) -> list[Message]:
        name, phone = (None, None) if call.person is None else (call.person.name, call.person.phone)
        return [
            Message(
                message_id(call.call_id, channel.code),
                channel.code,
                RING,
                call.call_id,
                recipient=channel.address_of(name, call.role, phone) if channel.kind.to_a_person else None,
            )
            for channel in self.channels
            if channel.serves(call.school_id)
        ]


def message_id(about: str, channel: str) -> str:
    """The same for the same call and channel, however often it is worked out or sent."""
    return hashlib.sha256(f"{about}\n{channel}".encode()).hexdigest()[:32]


def schools_of(school_id: str, known: Sequence[str]) -> list[str]:
    """The schools at which it rings: the student's own; of somebody without one, all whose evidence it may be. A school
    that nobody has made known rings all the same."""
    found = [one for one in known if concerns_school(school_id, one)]
    return found or [school_id]


def calls_of(due: Iterator[Ring]) -> list[Call]:
    """Rings by whom they call and why, in the order in which they have waited."""
    together: dict[tuple[str, RingStep, DutyRole, OnDuty | None], list[Ring]] = {}
    for ring in due:
        together.setdefault((ring.school_id, ring.step, ring.role, ring.person), []).append(ring)
    return [Call(*who, tuple(sorted(them, key=lambda one: one.since))) for who, them in together.items()]


def _kept(ring: Ring, call: Call, now: datetime) -> KeptRing:
    person = None if ring.person is None else ring.person.name
    who = (ring.student_id, ring.school_id, call.call_id, ring.rules, ring.since)
    return KeptRing(ring.ring_id, *who, ring.step, ring.role, person, now)
