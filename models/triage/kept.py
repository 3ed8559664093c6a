"""Students as they were worked out before, for whoever asks again while nothing has changed."""

from collections.abc import Iterable

from data_schemas.calendar import SchoolCalendar
from models.duty import Duty
from models.policy import Policy
from models.triage.facts import StudentFacts
from models.triage.present import Present, present_of


class KeptPresents:
    """Students as they were worked out before, under one policy, calendar and duty roster. A student whose facts are
    the same is so still: nothing in `Present` depends on what time it is, but on facts."""

    _kept: tuple[tuple[object, ...], dict[str, tuple[StudentFacts, Present]]] = ((), {})

    def of(
        self, everyone: Iterable[StudentFacts], policy: Policy, school: SchoolCalendar, duty: Duty | None = None
    ) -> list[Present]:
        """The same as `present_of` says."""
        under = (policy, school, duty)
        before, kept = self._kept  # one value: another thread may put its own in place meanwhile
        known = kept if before == under else {}
        now: dict[str, tuple[StudentFacts, Present]] = {}
        for facts in everyone:
            one = known.get(facts.student_id)
            if one is None or one[0] is not facts:
                one = facts, present_of([facts], policy, school, duty)[0]
            now[facts.student_id] = one
        self._kept = under, known | now
        return [one for _, one in now.values()]
