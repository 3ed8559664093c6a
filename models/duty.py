"""Who is on duty at a school, and a clock of minutes that runs only while somebody is. Pure: spans in, answers out.

The roster reaches from its first turn's start to its last one's end. Outside of that nothing is known about anybody's
duty, and the clock runs always: an old roster, or one that begins next month, must not stop a clock of danger.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from data_schemas.codes import DutyRole
from data_schemas.duty import DutySpan
from data_schemas.instruments import Words

# For whom a clock of minutes runs. On call is not on duty: no clock runs because of it.
ON_DUTY = (DutyRole.COUNSELOR, DutyRole.DEPUTY, DutyRole.PRINCIPAL, DutyRole.CENTRE)
# Who is called in turn, and named in the same order.
RUNG = (DutyRole.COUNSELOR, DutyRole.ON_CALL, DutyRole.DEPUTY, DutyRole.PRINCIPAL, DutyRole.CENTRE)
NO_ROSTER = Words(zh="值班心理教师", en="the counselor on duty")
NOBODY = Words(zh="学校负责人（值班表此刻无人）", en="the head of the school (nobody is on the duty roster now)")
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class OnDuty:
    """A person of the roster, as what, and how to reach them."""

    name: str
    role: DutyRole
    phone: str | None

    @property
    def words(self) -> Words:
        phone_zh, phone_en = (f"，电话 {self.phone}", f", phone {self.phone}") if self.phone else ("", "")
        return Words(zh=f"{self.role.zh} {self.name}{phone_zh}", en=f"{self.name} ({self.role.en}){phone_en}")


@dataclass(frozen=True)
class Turns:
    """The turns of one role in order: `starts` (n,) and `ends` (n,) in microseconds, not overlapping."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    people: tuple[OnDuty, ...]

    def at(self, moment: int) -> OnDuty | None:
        place = bisect_right(self.starts, moment) - 1
        return self.people[place] if place >= 0 and moment < self.ends[place] else None


@dataclass(frozen=True)
class Duty:
    """The roster of one school, made by `make_duty`. `starts` and `ends` (n,) are the stretches in which somebody is on
    duty, in microseconds, apart and in order; `before` (n,) is how long those in front of each are together. Behind
    the roster, whatever the hour, are those `standing`: a deputy, the principal, the centre, where they are named."""

    turns: dict[DutyRole, Turns]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    first: int | None  # where the roster begins and ends; None without one
    last: int
    standing: tuple[OnDuty, ...] = ()

    def people_at(self, moment: datetime) -> tuple[OnDuty, ...]:
        """Whom to call at a moment, one after the other until somebody answers: the counselor on duty, the on-call
        person, a deputy, the principal, the centre at last. In each role the person of that hour's turn goes before who
        stands behind the roster, and nobody is named twice. `moment` is aware; empty where nobody is known."""
        at = _microseconds(moment)
        found: list[OnDuty] = []
        for role in RUNG:
            on_turn = self.turns[role].at(at) if role in self.turns else None
            people = [on_turn, *(one for one in self.standing if one.role is role)]
            found += [one for one in people if one is not None]
        by_person = {(one.name, one.phone): one for one in reversed(found)}
        return tuple(one for one in found if by_person[one.name, one.phone] is one)

    def who(self, moment: datetime) -> Words:
        """To whom something goes at that moment, in words with the phone number: whoever is called first. Where nobody
        is known and there is no roster, the counselor on duty, whose name is not known here."""
        found = self.people_at(moment)
        if found:
            return found[0].words
        inside = self.first is not None and self.first <= _microseconds(moment) < self.last
        return NOBODY if inside else NO_ROSTER

    @property
    def known(self) -> bool:
        """Whether anybody has said who is there: a turn, or who stands behind the roster."""
        return self.first is not None or bool(self.standing)

    def minutes_after(self, moment: datetime, minutes: float) -> datetime:
        """When a clock of so many minutes that starts at `moment` has run out: it runs while somebody is on duty, and
        always where there is no roster. The earliest such moment, in the zone of `moment`, which must be aware."""
        start, wanted = _microseconds(moment), round(minutes * 60_000_000)
        if wanted <= 0:
            return moment
        return moment + (self._moment_of(self._run(start) + wanted) - start) * MICROSECOND

    def _run(self, moment: int) -> int:
        """How long the clock has run up to a moment, from the roster's beginning; negative before it."""
        if self.first is None or moment < self.first:
            return moment - (self.first or 0)
        place = bisect_right(self.starts, moment) - 1
        inside = self.before[place] + min(moment, self.ends[place]) - self.starts[place] if place >= 0 else 0
        return inside + max(0, moment - self.last)

    def _moment_of(self, run: int) -> int:
        """The earliest moment at which the clock has run so long; the inverse of `_run`."""
        if self.first is None or run <= 0:
            return run + (self.first or 0)
        total = self.before[-1] + self.ends[-1] - self.starts[-1] if self.starts else 0
        if run > total:
            return self.last + run - total
        # The stretch in which it is reached: exactly at an end it is that end, not the next beginning.
        place = bisect_right(self.before, run - 1) - 1
        return self.starts[place] + run - self.before[place]


def make_duty(spans: Iterable[DutySpan], standing: tuple[OnDuty, ...] = ()) -> Duty:
    """The roster of one school from its spans, in any order, and who stands behind it. Where turns of one role overlap,
    which an import refuses, the later one counts from its start on."""
    ordered = sorted(spans, key=lambda span: (span.starts_at, span.ends_at, span.person))
    turns = {
        role: _turns([span for span in ordered if span.role is role])
        for role in DutyRole
        if any(span.role is role for span in ordered)
    }
    starts: list[int] = []
    ends: list[int] = []
    for span in ordered:
        if span.role not in ON_DUTY:
            continue
        start, end = _microseconds(span.starts_at), _microseconds(span.ends_at)
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    before = [0]
    for start, end in zip(starts, ends, strict=True):
        before.append(before[-1] + end - start)
    first = _microseconds(ordered[0].starts_at) if ordered else None
    last = max((_microseconds(span.ends_at) for span in ordered), default=0)
    return Duty(turns, tuple(starts), tuple(ends), tuple(before[:-1]), first, last, standing)


@dataclass(frozen=True)
class DutyStatement:
    """What somebody said of one school's roster at once: an import's turns in `imported`, which replace what was there,
    or single turns that were `taken_out` and `added` on a page."""

    imported: Sequence[DutySpan] = ()
    taken_out: Sequence[DutySpan] = ()
    added: Sequence[DutySpan] = ()


def in_force(statements: Iterable[DutyStatement]) -> list[DutySpan]:
    """What stands of one school's roster, oldest statement first. An import replaces, from its first start to its last
    end, what was there, so that a week can be imported anew and the months before it stay."""
    found: list[DutySpan] = []
    for said in statements:
        gone = {turn_key(span) for span in said.taken_out}
        found = [*(span for span in found if turn_key(span) not in gone), *said.added]
        spans = said.imported
        if not spans:
            continue
        first, last = min(span.starts_at for span in spans), max(span.ends_at for span in spans)
        kept = [span for span in found if span.ends_at <= first or span.starts_at >= last]
        cut = [span for span in found if span not in kept]
        kept += [replace(span, ends_at=first) for span in cut if span.starts_at < first]
        kept += [replace(span, starts_at=last) for span in cut if span.ends_at > last]
        found = [*kept, *spans]
    return sorted(found, key=lambda span: (span.starts_at, span.ends_at, span.role.place))


def turn_key(span: DutySpan) -> tuple[str, str, datetime, datetime]:
    """What tells a turn from the others of its school: of one role no two overlap."""
    return span.person, span.role.code, span.starts_at, span.ends_at


def clashes(stands: Iterable[DutySpan], added: Iterable[DutySpan]) -> list[DutySpan]:
    """Which of the turns to be `added` overlap with one that `stands`, or with another of them, in the same role."""
    taken: dict[DutyRole, list[DutySpan]] = {}
    for span in stands:
        taken.setdefault(span.role, []).append(span)
    found = []
    for span in added:
        mine = taken.setdefault(span.role, [])
        if any(one.starts_at < span.ends_at and span.starts_at < one.ends_at for one in mine):
            found.append(span)
        mine.append(span)
    return found


def _turns(spans: Sequence[DutySpan]) -> Turns:
    starts = tuple(_microseconds(span.starts_at) for span in spans)
    people = tuple(OnDuty(span.person, span.role, span.phone) for span in spans)
    return Turns(starts, tuple(_microseconds(span.ends_at) for span in spans), people)


def _microseconds(moment: datetime) -> int:
    """Since 1970, exactly; raises `ValueError` for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment of duty needs a time zone")
    return (moment - EPOCH) // MICROSECOND
