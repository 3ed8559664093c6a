"""A school in a time: how many of what, and how long families waited. Counts of students and of what was done for them;
nobody is named here, and nothing is kept."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from data_schemas.codes import Tier
from models.duties import DutyStudent
from models.reports.periods import ReportPeriod
from models.triage import ZONE, Present
from models.triage.clocks import end_of

PARTS: Mapping[str, tuple[str, ...]] = {
    # Students as they stand now. Who is drawn by lot for a blind talk stands under no tier.
    "students": ("pending", "crisis", "priority", "watch", "routine", "blind"),
    # Students of whom evidence or a report came in within the time.
    "received": ("assessed", "acted", "waiting"),
    # The newest talk of the time beside the tier that a model had said before it.
    "views": ("raised", "same", "lowered"),
    "explanations": ("agree", "disagree", "cannot_say"),
}
# Students who were screened, of whom more is known than what came in; times asked for, and those of them kept; talks;
# referrals, and those of them answered.
COUNTS = ("screened", "known", "booked", "kept", "talks", "referrals", "answered")
WAITS = ("action", "reached", "plan")
NEVER = float("inf")


@dataclass(frozen=True)
class Referral:
    """A case that was referred on a day, and whether an answer or the student has come back."""

    on: date
    answered: bool


@dataclass(frozen=True)
class BookingMade:
    """The day on which a time was asked for, and whether the talk took place."""

    on: date
    kept: bool


@dataclass(frozen=True)
class Figures:
    """`groups` are counts by group and part (`PARTS`), `counts` those of `COUNTS`. `waits` are hours from receipt to
    the first human action, to somebody reached, to a plan, one for each student of "received", infinite where it has
    not come about yet."""

    groups: Mapping[str, Mapping[str, int]]
    counts: Mapping[str, int]
    waits: Mapping[str, tuple[float, ...]]


def figures_of(
    students: Sequence[DutyStudent],
    blind: Collection[str],
    referrals: Iterable[Referral],
    bookings: Iterable[BookingMade],
    views: Iterable[str],
    period: ReportPeriod,
) -> Figures:
    """`blind` are the ids of whom nothing is told but what is asked of everybody; `views` is what readers said of
    explanations within the period."""
    groups = {name: Counter(dict.fromkeys(parts, 0)) for name, parts in PARTS.items()}
    counts, waits = dict.fromkeys(COUNTS, 0), {name: list[float]() for name in WAITS}
    for one in students:
        present = one.present
        drawn = present.student_id in blind
        groups["students"]["blind" if drawn else _stands(present)] += 1
        counts["screened"] += present.facts.screened
        counts["talks"] += sum(word.is_interview and word.observed_on in period for word in present.words)
        if drawn:
            continue
        view = _view(present, period)
        if view is not None:
            groups["views"][view] += 1
        received = _received(one, period)
        if received is not None:
            since, part, known = received
            groups["received"][part] += 1
            counts["known"] += known
            for name, hours in _waited(one, since).items():
                waits[name].append(hours)
    made = [one for one in referrals if one.on in period]
    counts |= {"referrals": len(made), "answered": sum(one.answered for one in made)}
    booked = [one for one in bookings if one.on in period]
    counts |= {"booked": len(booked), "kept": sum(one.kept for one in booked)}
    groups["explanations"].update(views)
    return Figures(groups, counts, {name: tuple(hours) for name, hours in waits.items()})


def together(figures: Sequence[Figures]) -> Figures:
    """Several schools as one."""
    groups = {name: Counter(dict.fromkeys(parts, 0)) for name, parts in PARTS.items()}
    for one in figures:
        for name, parts in one.groups.items():
            groups[name].update(parts)
    counts = {name: sum(one.counts[name] for one in figures) for name in COUNTS}
    return Figures(groups, counts, {name: tuple(h for one in figures for h in one.waits[name]) for name in WAITS})


def _stands(present: Present) -> str:
    if present.tier is not Tier.CRISIS:
        return present.tier.code
    return "crisis" if present.in_review else "pending"


def _view(present: Present, period: ReportPeriod) -> str | None:
    """How the newest talk of the period stands to what the model had said before it; None where there is no model."""
    model, since = present.facts.model_tier, present.facts.model_since
    talks = [word for word in present.words if word.is_interview and not word.blind and word.observed_on in period]
    if model is None or not talks or since is None or talks[-1].received_at < since:
        return None
    level = talks[-1].level
    return "same" if level == model.ord else "raised" if level > model.ord else "lowered"


def _received(one: DutyStudent, period: ReportPeriod) -> tuple[datetime, str, bool] | None:
    """When the first piece of the period came in, what has become of all of them, and whether anybody of the school had
    spoken with the student, taken the case on or reported something before."""
    present = one.present
    pieces = [s for s in present.evidence if s.piece.received_at.astimezone(ZONE).date() in period]
    if not pieces:
        return None
    since = min(s.piece.received_at for s in pieces)
    acted = any(at >= since for at in _acts(one))
    part = "assessed" if not any(s.is_open for s in pieces) else "acted" if acted else "waiting"
    said = any(s.piece.received_at < since and s.piece.floor.lead for s in present.evidence)
    return since, part, said or any(at < since for at in _acts(one))


def _waited(one: DutyStudent, since: datetime) -> dict[str, float]:
    moments = {"action": (*_acts(one),), "reached": (*_reached(one),), "plan": (*map(end_of, _plans(one)),)}
    return {name: _hours(since, found) for name, found in moments.items()}


def _hours(since: datetime, moments: Iterable[datetime]) -> float:
    first = min((at for at in moments if at >= since), default=None)
    return NEVER if first is None else (first - since).total_seconds() / 3600


def _acts(one: DutyStudent) -> Iterator[datetime]:
    """When anybody did something about a student: took the case on, tried to reach somebody, reached somebody."""
    facts = one.present.facts
    yield from (at for _, at in facts.case.taken_on)
    yield from (_moment(attempt.on, attempt.received_at) for attempt in facts.attempts)
    yield from _reached(one)


def _reached(one: DutyStudent) -> Iterator[datetime]:
    """When the student or a guardian was reached."""
    present = one.present
    yield from (_moment(word.observed_on, word.received_at) for word in present.words if word.is_interview)
    yield from (_moment(contact.on, contact.received_at) for contact in present.facts.contacts)
    yield from (_moment(tried.on, tried.received_at) for tried in present.facts.attempts if tried.reached)


def _plans(one: DutyStudent) -> Iterator[date]:
    plan = one.present.facts.case.plan
    yield from (*one.planned, *(() if plan is None else (plan.on,)))


def _moment(on: date, received_at: datetime) -> datetime:
    """When something was that was recorded then or later: nobody knows more than its day."""
    return min(received_at, end_of(on))
