"""What is so about students now, computed from facts: the one place that every reader asks.

`tier = max(model, open evidence, people's words)`: the model never sets 危机 and never lowers or closes anything.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from data_schemas.calendar import SchoolCalendar
from data_schemas.codes import Tier
from models.assessment import Floor, Retest, Task
from models.duty import Duty
from models.policy import Policy
from models.tasks import CLASS_VISIT
from models.tiers import highest
from models.triage.attempts import Tries, attempt_clock, tries
from models.triage.clocks import (
    Clock,
    after_interview,
    awaits_answer,
    event_clock,
    evidence_clock,
    model_clock,
    retest_clocks,
    suspension_clock,
    task_clock,
)
from models.triage.evidence import Standing, standings, taken_on
from models.triage.facts import ZONE, StudentFacts, Word, day_start
from models.triage.response import response_clock
from models.triage.tasks_left import tasks_left
from models.triage.words import confirmed_on, counts_on, human_level, in_force, raised_by_event, seen_on

TIERS = tuple(Tier)


@dataclass(frozen=True)
class Present:
    """One student now. `evidence` is all of it, open and closed, the gravest first; `words` are those in force.

    `clocks` are what is due, the strictest first. `seen_on` is the day of the newest interview by a named person,
    `waits_since` the moment from which somebody has waited for what is due. `in_review` marks a confirmed 危机, which
    has a band of its own and takes no interview place. `worked_out` is what readers have made of it, each under its
    own name: it lives as long as the facts are the same.
    """

    facts: StudentFacts
    tier: Tier
    source: str  # "model" | "floor" | "human"
    evidence: tuple[Standing, ...]
    words: tuple[Word, ...]
    clocks: tuple[Clock, ...]
    seen_on: date | None
    confirmed_on: date | None
    in_review: bool
    tasks: tuple[Task, ...]
    retests: tuple[Retest, ...]
    worked_out: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @cached_property
    def student_id(self) -> str:
        return self.facts.student_id

    @cached_property
    def confirmed(self) -> bool:
        """A person has set the tier."""
        return self.source == "human"

    @cached_property
    def open(self) -> tuple[Standing, ...]:
        """Open evidence that raises the tier, the gravest first."""
        return tuple(one for one in self.evidence if one.is_open and not one.piece.floor.lead)

    @cached_property
    def to_contact(self) -> tuple[Task, ...]:
        """Tasks about this one student; those of a whole class are gathered by class."""
        return tuple(task for task in self.tasks if task.kind != CLASS_VISIT)

    @cached_property
    def asked_in_class(self) -> bool:
        """The homeroom teacher is to ask about what a survey or the roster says."""
        return any(task.kind == CLASS_VISIT for task in self.tasks)

    @cached_property
    def leads(self) -> tuple[Standing, ...]:
        """Reports that nobody has looked at yet."""
        return tuple(one for one in self.evidence if one.is_open and one.piece.floor.lead)

    @cached_property
    def floors(self) -> tuple[Floor, ...]:
        """What is open, each key once, as it was seen at its gravest."""
        gravest: dict[str, Floor] = {}
        for one in self.open:
            gravest.setdefault(one.piece.key, one.piece.floor)
        return tuple(gravest.values())

    @cached_property
    def urgent(self) -> bool:
        """Safety evidence to be checked above the week's line."""
        return any(one.piece.floor.urgent for one in self.open)

    @cached_property
    def unanswered(self) -> tuple[Standing, ...]:
        """Open evidence that is to be answered in minutes and that nobody has taken on or assessed yet: what rings."""
        return tuple(one for one in self.open if awaits_answer(one.piece, taken_on(self.facts, one)))

    @cached_property
    def unchecked(self) -> tuple[Standing, ...]:
        """Open safety evidence to be checked above the week's line that nobody has assessed yet."""
        return tuple(one for one in self.open if one.piece.floor.urgent and not one.assessed_by)

    @cached_property
    def severity(self) -> int:
        """Of the gravest open safety evidence, 0 where there is none; an old sheet's does not count."""
        return max((one.piece.floor.severity for one in self.open if not one.piece.floor.history), default=0)

    @cached_property
    def protection(self) -> bool:
        """No notice goes to guardians: somebody may have harmed the student at home."""
        return any(one.piece.floor.protection for one in self.open)

    @property
    def danger(self) -> bool:
        """The student is not left alone."""
        return any(one.piece.floor.danger and not one.piece.floor.history for one in self.open)

    @cached_property
    def only_history(self) -> bool:
        """Nothing but sheets older than their recall window is open, and neither the model nor a person raises the
        tier by itself."""
        old = bool(self.open) and all(one.piece.floor.history for one in self.open)
        model = self.facts.model_tier
        return old and max(human_level(self.words), -1 if model is None else model.ord) <= Tier.ROUTINE.ord

    @cached_property
    def waits_for_interview(self) -> bool:
        """Whether a student is to stand in the order of the week's line or below it: anyone above 一般 who is not
        checked at once, is not in review, and of whom more is known than old sheets."""
        apart = self.facts.stranger or self.urgent or self.in_review or self.only_history
        return self.tier is not Tier.ROUTINE and not apart

    @cached_property
    def lacks(self) -> str | None:
        """What is missing to close evidence that somebody has assessed."""
        return next((one.lacks for one in self.open if one.lacks is not None), None)

    @cached_property
    def clock(self) -> Clock | None:
        return self.clocks[0] if self.clocks else None

    @cached_property
    def undecided(self) -> bool:
        """The tier is the model's own, lies so near to another that a person has to tell, and nobody has yet."""
        said = self.facts.assessment
        near = said is not None and said.uncertainty is not None and said.uncertainty.needs_person
        return near and self.source == "model" and self.seen_on is None

    @property
    def tries(self) -> Tries:
        """The tries in vain since somebody was last reached."""
        return tries(self.facts.attempts, self.words, self.facts.contacts)

    @cached_property
    def suspended(self) -> bool:
        said = self.facts.assessment
        return said is not None and said.suspended_since is not None

    def handled(self, now: datetime) -> bool:
        """Somebody has spoken with the student since what raised the tier came in, and nothing is due within a week."""
        clock = self.clock
        return self._spoken_with and (clock is None or clock.by is None or (clock.by - now).days >= 7)

    @cached_property
    def _spoken_with(self) -> bool:
        """Since what raised the tier came in."""
        if self.seen_on is None or self.open or self.leads or raised_by_event(self.words) is not None:
            return False
        raised = (one.start for one in self.clocks if one.source == "model")
        return not any(start.astimezone(ZONE).date() > self.seen_on for start in raised)

    def handled_lately(self, now: datetime) -> bool:
        """The same, and the talk was held within a week: a line that may be folded."""
        week_ago = now.astimezone(ZONE).date() - timedelta(days=7)
        return self.seen_on is not None and self.seen_on >= week_ago and self.handled(now)


def present_of(
    everyone: Iterable[StudentFacts], policy: Policy, school: SchoolCalendar, duty: Duty | None = None
) -> list[Present]:
    """Each student of one school now, in order; a student alone is told the same as among all others."""
    return [_present(facts.as_consented, policy, school, duty) for facts in everyone]


def _present(facts: StudentFacts, policy: Policy, school: SchoolCalendar, duty: Duty | None) -> Present:
    words = in_force(facts.words)
    evidence = standings(facts.pieces, words, facts.contacts)
    level = human_level(words)
    human = TIERS[level] if level >= 0 else None
    floor = max(
        (one.piece.floor.tier for one in evidence if one.is_open and not one.piece.floor.lead),
        key=lambda tier: tier.ord,
        default=None,
    )
    tier, source = highest(facts.model_tier, floor, human)
    seen = seen_on(words)
    locked = any(one.is_open and one.piece.floor.protection for one in evidence)
    tasks = tasks_left(facts, words, policy, school, locked)
    clocks = sorted(
        _clocks(facts, evidence, words, human, seen, tasks, policy, school, duty, locked),
        key=lambda clock: clock.strictness,
    )
    return Present(
        facts,
        tier,
        source,
        tuple(evidence),
        tuple(words),
        tuple(clocks),
        seen,
        confirmed_on(words),
        human is Tier.CRISIS,
        tasks,
        _retests(facts, words, policy, school),
    )


def _retests(facts: StudentFacts, words: Sequence[Word], policy: Policy, school: SchoolCalendar) -> tuple[Retest, ...]:
    if facts.assessment is None:
        return ()
    return tuple(retest for retest, _ in retest_clocks(facts.assessment, words, policy.due, school))


def _clocks(
    facts: StudentFacts,
    evidence: Sequence[Standing],
    words: Sequence[Word],
    human: Tier | None,
    seen: date | None,
    tasks: Sequence[Task],
    policy: Policy,
    school: SchoolCalendar,
    duty: Duty | None,
    locked: bool,
) -> Iterator[Clock]:
    for one in evidence:
        if one.is_open:
            yield evidence_clock(one.piece, policy.due, school, duty, taken_on(facts, one))
    event = raised_by_event(words)
    if event is not None:
        yield event_clock(TIERS[event.level], event.since, policy.due, school)
    if seen is not None:  # an event does not put off what the interview before it asks for
        found = human_level([word for word in words if counts_on(word) <= seen])
        if found > Tier.ROUTINE.ord:
            yield after_interview("human", TIERS[found], seen, school)
    tried = attempt_clock(facts.attempts, words, facts.contacts, policy.casework, school)
    if tried is not None:
        yield tried
    model = facts.model_tier
    if model is not None and model is not Tier.ROUTINE and (human is None or model.ord > human.ord):
        since = facts.model_since
        if since is None:
            since = day_start(facts.assessment.as_of) if facts.assessment is not None else None
        if since is not None:
            yield model_clock(model, since, seen, policy.due, school)
    sheets = () if facts.assessment is None else facts.assessment.instruments
    review = response_clock(facts.case.plan, sheets, policy.casework)
    if review is not None:
        yield review
    if facts.assessment is not None:
        if facts.assessment.suspended_since is not None:
            yield suspension_clock(facts.assessment.suspended_since, facts.assessment.suspended_until, locked)
        yield from (clock for _, clock in retest_clocks(facts.assessment, words, policy.due, school))
    yield from (task_clock(task, locked) for task in tasks if task.kind != CLASS_VISIT)
