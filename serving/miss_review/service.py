"""Reading a miss review: cases for those who know the students, counts for others, and small ones for nobody."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from data_schemas.codes import Selection
from models.small_counts import hidden_below
from serving.access import LEAST_TOLD, Action, User, check_may, may
from serving.miss_review.classes import MissClass
from serving.miss_review.halves import Half
from serving.miss_review.review import NOT_SAID, Case, case_of
from serving.miss_review.store import KeptReview, reviewed_halves, reviews_of
from serving.platform.state import State
from serving.store import AuditEvent, find_student, write_audit

READ = "misses.read"
BELOW, ON_LINE = "below", "on_line"


@dataclass(frozen=True)
class MissReading:
    """One half-year of one school, or of all that were looked at. A count is None where it is too small for the
    reader: below `least`, or to be told from the others. `cases` are with their students, for counselors only, and
    `open_to` them are the pages of those students; `erased` cases are counted and no longer there, and `no_list` events
    were before the school's first list. `made_on` is the day of the oldest look."""

    half: Half
    school_id: str | None
    made_on: date
    complete: bool
    synthetic: bool
    schools: int
    least: int
    events: int | None
    below: int | None
    on_line: int | None
    classes: dict[str, int | None]
    streams: dict[str, int | None]
    kinds: dict[str, int]
    cases: tuple[tuple[str, Case], ...] = ()
    open_to: frozenset[str] = frozenset()
    erased: int = 0
    no_list: int = 0


def open_misses(state: State, user: User, half: Half, school_id: str | None) -> tuple[MissReading | None, list[str]]:
    """The review for this reader, None where nobody has looked back on the half-year yet, and the half-years there are.
    Raises `UserError` (refused)."""
    check_may(user, Action.SEE_MISS_COUNTS, school_id)
    store = state.store
    with_cases = may(user, Action.SEE_MISS_CASES, school_id)
    detail = f"{half.name} {'cases' if with_cases else 'counts'}"
    write_audit(store, AuditEvent(state.clock(), user.username, READ, "quality_audit", school_id, detail))
    found = reviews_of(store, half.name, school_id, with_cases)
    halves = reviewed_halves(store, school_id)
    if not found:
        return None, halves
    reading = _reading(found, half, school_id, LEAST_TOLD[user.role], with_cases)
    students = [find_student(store, student) for student in {student for student, _ in reading.cases}]
    known = [one for one in students if one is not None and may(user, Action.SEE_STUDENT, one.school_id)]
    return replace(reading, open_to=frozenset(one.student_id for one in known)), halves


def _reading(
    found: Sequence[KeptReview], half: Half, school_id: str | None, least: int, with_cases: bool
) -> MissReading:
    summed = {name: Counter[str]() for name in ("class", "stream", "kind", "no_list")}
    for one in found:
        for name, counts in summed.items():
            counts.update(one.counts[name])
    events, below = sum(one.events for one in found), summed["class"].total()
    made = min(one.made_at for one in found).date()
    split = hidden_below({BELOW: below, ON_LINE: events - below}, least)
    told = split[BELOW] is not None
    classes = {code: summed["class"][code] for code in MissClass.codes()}
    streams = {code: summed["stream"][code] for code in (*Selection.codes(), NOT_SAID)}
    cases = [(case.student_id, case_of(case)) for one in found for case in one.cases]
    cases.sort(key=lambda one: (one[1].observed_on, one[0]))
    return MissReading(
        half=half,
        school_id=school_id,
        made_on=made,
        complete=half.last < made,
        synthetic=any(one.synthetic for one in found),
        schools=len(found),
        least=least,
        events=events if events >= least else None,
        below=split[BELOW],
        on_line=split[ON_LINE],
        classes=hidden_below(classes, least) if told else dict.fromkeys(classes),
        streams=hidden_below(streams, least) if told else dict.fromkeys(streams),
        kinds=dict(summed["kind"]) if with_cases else {},
        cases=tuple(cases),
        erased=below - len(cases) if with_cases else 0,
        no_list=summed["no_list"].total() if with_cases else 0,
    )
