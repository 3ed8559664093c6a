"""An autumn term at one school of an invented city, evening by evening: what the city's plan asks for, and what four
kinds of teachers make of it. Run it to see the counts; `tests/integration/test_simulated_term.py` counts by hand.

    python examples/term/simulate.py
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from data_schemas.dataset import Dataset, read_dataset, write_dataset
from data_schemas.instruments import packaged_instruments
from data_schemas.synthetic.city import make_city
from data_schemas.synthetic.period import Period
from models import load_artifact, read_policy
from models.duties import DutyState, of_duty
from models.triage import ZONE
from runxin.settings import read_settings
from serving.access import Role, User
from serving.bookings.booking import BookingStep
from serving.bookings.form import AskForm
from serving.bookings.service import ask_time, bookings_for, free_slots, offer_times, open_bookings, take_step
from serving.duties.form import TaskForm
from serving.duties.service import DutiesView, open_duties, record_task
from serving.platform import Champion, State
from serving.screening import publish_screening
from serving.store import Store, open_store

SCHOOL, ELSEWHERE = "school-01", "school-02"
FIRST_DAY, LAST_DAY = date(2026, 8, 21), date(2026, 12, 31)
LISTS = (FIRST_DAY, *(date(2026, m, d) for m, d in ((9, 1), (9, 14), (10, 12), (10, 26), (11, 5), (12, 1))))
COUNSELOR, TEACHER = User("wang", Role.COUNSELOR, (SCHOOL,)), User("zhao", Role.STAFF, (SCHOOL,))
DAY = timedelta(days=1)
# How the teacher of every fourth student goes about it.
KINDS = ("in_time", "late", "excused", "idle")
LATE = 3  # days after the day it was due
BY_HAND = ("D01", "D02", "D04", "D05", "D06", "D08", "D12", "D14", "D15", "D20", "D21")
# The school's own: on which day it is done; the others are left.
OF_SCHOOL = {"D16": date(2026, 8, 28), "D11": date(2026, 9, 10), "D13": date(2026, 9, 20)}
# For students to whom something happens: which duty is recorded on which day, with what result.
OF_EVENTS = {
    ("bullied", "D23"): (date(2026, 10, 12), "done", ""),
    ("absent", "D22"): (date(2026, 11, 4), "done", ""),
    ("held", "D18"): (date(2026, 9, 1), "done", ""),
    ("held", "D24"): (date(2026, 9, 2), "excused", "declined"),
    ("held", "D19"): (date(2026, 9, 10), "done", ""),
    ("held", "D10"): (date(2026, 9, 14), "done", ""),
    ("held", "D03"): (date(2026, 10, 20), "done", ""),
    ("danger", "D32"): (date(2026, 11, 5), "done", ""),
    ("moved", "D09"): (date(2026, 9, 16), "done", ""),
}


@dataclass(frozen=True)
class Act:
    """That somebody recorded something on a day."""

    on: date
    duty: str
    student_id: str
    result: str
    how: str


@dataclass
class Term:
    """What came of it: `seen` has the first evening on which each task stood there, by duty, student, opening and due
    day, `hidden` how many were not shown, because the student was drawn for a blind talk that week."""

    store: Store
    state: State
    data: Dataset
    kinds: dict[str, str]
    cast: dict[str, str]
    now: datetime
    acts: list[Act] = field(default_factory=list)
    seen: dict[tuple[str, str, date, date], date] = field(default_factory=dict)
    hidden: dict[date, int] = field(default_factory=dict)
    booked: int = 0

    @property
    def today(self) -> date:
        return self.now.date()


def simulate(home: Path) -> Term:
    """A term in a store under `home`."""
    data, cast = _city()
    folder, before = home / "city", home / "before"
    write_dataset(data, folder)
    write_dataset(_before_the_move(data, cast["moved"]), before)
    store = open_store(read_settings({"RUNXIN_HOME": str(home)}))
    students = data.students[data.students["school_id"] == SCHOOL]["student_id"].sort_values()
    kinds = {one: KINDS[place % len(KINDS)] for place, one in enumerate(students)}
    champion = Champion(home / "champion", load_artifact, lambda _: True)
    state = State(store, read_policy(), champion, packaged_instruments(), clock=lambda: term.now)
    term = Term(store, state, data, kinds, cast, datetime.combine(FIRST_DAY, time(20), ZONE))
    while term.today <= LAST_DAY:
        if term.today in LISTS:
            source = before if term.today == FIRST_DAY else folder
            publish_screening(store, read_dataset(source), term.today, None, state.policy, term.now)
        _evening(term)
        term.now += DAY
    term.now -= DAY
    return term


def _evening(term: Term) -> None:
    view = open_duties(term.state, COUNSELOR, SCHOOL)
    term.hidden[term.today] = view.hidden
    for line in view.lines:
        key = (line.rule.id, line.student.student_id, line.task.opens_on, line.task.due_on)
        term.seen.setdefault(key, term.today)
    for duty, on in OF_SCHOOL.items():
        if on == term.today:
            _record(term, duty, [], "done")
    for (who, duty), (on, result, reason) in OF_EVENTS.items():
        if on == term.today:
            _record(term, duty, [term.cast[who]], result, reason)
    for duty in BY_HAND:
        for kind, ids in _to_record(term, view, duty).items():
            _record(
                term, duty, ids, "excused" if kind == "excused" else "done", "elsewhere" if kind == "excused" else ""
            )
    _bookings(term)


def _to_record(term: Term, view: DutiesView, duty: str) -> dict[str, list[str]]:
    """By kind of teacher, the students of whom a duty is recorded this evening."""
    found: dict[str, list[str]] = {}
    for line in view.lines:
        kind, task = term.kinds[line.student.student_id], line.task
        if line.rule.id != duty or not task.to_do or line.locked or task.opens_on > term.today:
            continue
        if kind in ("in_time", "excused") or (kind == "late" and term.today == task.due_on + LATE * DAY):
            found.setdefault(kind, []).append(line.student.student_id)
    return {kind: sorted(set(ids)) for kind, ids in found.items()}


def _record(term: Term, duty: str, ids: list[str], result: str, reason: str = "") -> None:
    rule = of_duty(duty)
    assert rule is not None
    met = (rule.visit or duty == "D08") and result != "excused"
    how = "phone" if duty == "D08" else "home"
    form = TaskForm(
        f"{duty}-{term.today}-{result}-{len(term.acts)}", f"{term.today}", result, how if met else "", reason
    )
    record_task(term.state, COUNSELOR, SCHOOL, duty, ids, form)
    term.acts += [Act(term.today, duty, one, result, how if met else "") for one in ids or [""]]


def _bookings(term: Term) -> None:
    """Two talks a week on offer; a teacher asks for one of them each Thursday, and every third is not kept."""
    if term.today == date(2026, 9, 2):
        hours = {"day": "2026-09-08", "from": "14:00", "until": "15:30", "minutes": "45", "weeks": "16"}
        offer_times(term.state, COUNSELOR, SCHOOL, hours)
    for line in open_bookings(term.state, COUNSELOR, SCHOOL).to_say if term.today > date(2026, 9, 2) else ():
        said = BookingStep.NOT_KEPT if term.booked % 3 == 0 else BookingStep.KEPT
        take_step(term.state, COUNSELOR, line.booking.asked.booking_id, said.code, "", "", line.booking.last)
    if term.today.weekday() == 3 and term.today > date(2026, 9, 2):
        student = sorted(term.kinds)[term.booked % len(term.kinds)]
        ask_time(term.state, TEACHER, student, AskForm("student", "", ""))
        booking = bookings_for(term.state, student, notes=False)[0]
        free = free_slots(term.state, COUNSELOR, SCHOOL)
        if free:
            take_step(term.state, COUNSELOR, booking.asked.booking_id, "given", free[0].slot_id, "", booking.last)
        term.booked += 1


def _city() -> tuple[Dataset, dict[str, str]]:
    """The city, with what happens to five students of the school of whom nothing else is on record."""
    period = Period(date(2025, 9, 1), LAST_DAY, (date(2025, 11, 7), date(2026, 4, 10)))
    data = make_city(150, 7, period).dataset
    tables = dict(data.tables)
    cast = dict(zip(("bullied", "absent", "held", "danger", "moved"), _quiet(tables), strict=False))
    tables["concerns"] = _with(tables["concerns"], kind="bullying", student_id=cast["bullied"], source="teacher",
                               reported_on="2026-10-12", recorded_on="2026-10-12")  # fmt: skip
    tables["family"] = _with(tables["family"], student_id=cast["absent"], flag="guardianship_gap", value="yes",
                             source="village", valid_from="2026-09-01", recorded_on="2026-09-01")  # fmt: skip
    tables["leaves"] = _with(tables["leaves"], student_id=cast["absent"], type="unexcused", start_on="2026-10-12",
                             end_on="2026-10-23", recorded_on="2026-10-12")  # fmt: skip
    talk = {"kind": "interview", "selection_reason": "concern", "selection_prob": 1.0, "saw_score": True}
    tables["outcomes"] = _with(tables["outcomes"], student_id=cast["held"], observed_on="2026-08-20", level=2,
                               interviewer="staff-01", recorded_on="2026-08-20", **talk)  # fmt: skip
    tables["outcomes"] = _with(tables["outcomes"], student_id=cast["danger"], observed_on="2026-11-05", level=3,
                               interviewer="staff-01", second_interviewer="staff-02", recorded_on="2026-11-05",
                               **talk)  # fmt: skip
    return replace(data, tables=tables), cast


def _quiet(tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    """Students of grades 8 and 9 of whom no circumstance is on record, nor in this school year a report, leave or a
    talk."""
    students = tables["students"]
    here = students[(students["school_id"] == SCHOOL) & students["grade"].isin((8, 9))]["student_id"]
    noisy = set(tables["family"][tables["family"]["value"] == "yes"]["student_id"])
    for name, column in (("leaves", "start_on"), ("outcomes", "observed_on"), ("concerns", "reported_on")):
        table = tables[name]
        lately = table[table[column] >= pd.Timestamp(2026, 6, 1)]
        noisy |= set((lately if name != "concerns" else lately[lately["kind"] != "sleep_short"])["student_id"])
    yield from sorted(set(here) - noisy)


def _with(table: pd.DataFrame, **row: object) -> pd.DataFrame:
    """A table with one more row; days in text."""
    days = {
        name: pd.Timestamp(str(value)) for name, value in row.items() if name.endswith("_on") or name == "valid_from"
    }
    more = pd.DataFrame([row | days]).reindex(columns=table.columns)
    return pd.concat([table, more.astype(table.dtypes.to_dict())], ignore_index=True)


def _before_the_move(data: Dataset, student_id: str) -> Dataset:
    students = data.students.copy()
    students.loc[students["student_id"] == student_id, "school_id"] = ELSEWHERE
    return replace(data, tables=dict(data.tables) | {"students": students})


def main() -> None:
    with TemporaryDirectory() as folder:
        term = simulate(Path(folder))
        view = open_duties(term.state, COUNSELOR, SCHOOL)
        for one in view.counts:
            states = ", ".join(f"{state.zh} {one.states[state]}" for state in DutyState if one.states[state])
            print(f"{one.rule.id} {one.rule.what.zh}: {states}")
        counts = open_bookings(term.state, COUNSELOR, SCHOOL).counts
        print(f"预约: {counts.asked};", ", ".join(f"{state.zh} {n}" for state, n in counts.states.items() if n))
        term.store.close()


if __name__ == "__main__":
    main()
