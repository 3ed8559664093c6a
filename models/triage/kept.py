"""Students as they were worked out before, and what was made of them together, for whoever asks again while nothing
has changed."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from data_schemas.calendar import SchoolCalendar
from models.duty import Duty
from models.policy import Policy
from models.triage.facts import StudentFacts
from models.triage.present import Present, present_of

One = TypeVar("One")


class KeptPresents:
    """Students as they were worked out before, under one policy, calendar and duty roster. A student whose facts are
    the same is so still: nothing in `Present` depends on what time it is, but on facts."""

    def __init__(self) -> None:
        self._known: tuple[tuple[object, ...], dict[str, tuple[StudentFacts, Present]]] = ((), {})
        self._kept: dict[str, tuple[tuple[object, ...], Any]] = {}

    def of(
        self,
        everyone: Iterable[StudentFacts],
        policy: Policy,
        school: SchoolCalendar,
        duty: Duty | None = None,
        name: str = "everyone",
    ) -> tuple[Present, ...]:
        """The same as `present_of` says. Groups that are asked for in turn have names of their own."""
        under, group = (policy, school, duty), tuple(everyone)
        return self.once(name, (group, *under), lambda: self._of(group, under))

    def once(self, name: str, given: tuple[object, ...], work: Callable[[], One]) -> One:
        """What `work` makes of what is `given`, which has to be all that it goes by: kept under its name until
        something else is given."""
        before = self._kept.get(name)
        if before is None or before[0] != given:
            before = given, work()
            self._kept[name] = before
        found: One = before[1]
        return found

    def _of(self, group: tuple[StudentFacts, ...], under: tuple[Any, ...]) -> tuple[Present, ...]:
        before, kept = self._known  # one value: another thread may put its own in place meanwhile
        known = kept if before == under else {}
        now: dict[str, tuple[StudentFacts, Present]] = {}
        for facts in group:
            one = known.get(facts.student_id)
            if one is None or one[0] is not facts:
                one = facts, present_of([facts], *under)[0]
            now[facts.student_id] = one
        self._known = under, known | now
        return tuple(one for _, one in now.values())
