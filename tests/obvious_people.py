"""Whose a record is: a student of a roster in force, or a stranger. Numbers in comments are the domain decisions'."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

from tests.obvious_facts import Enrolled, Record


@dataclass(frozen=True)
class Run:
    """A screening that was made: its roster, and the tiers that a model gave."""

    name: str
    at: datetime
    as_of: date
    schools: tuple[str, ...]
    roster: Mapping[tuple[str, str], Enrolled]
    model: Mapping[str, int]
    withdrawn: datetime | None = None

    def withdrawn_at(self, moment: datetime) -> Self:
        return replace(self, withdrawn=self.withdrawn or moment)


@dataclass(frozen=True)
class Who:
    """A student at a school (`known`), or a stranger as a record named them: of each school that speaks another one."""

    student: str
    school: str | None
    known: bool


def latest_run(school: str | None, runs: Sequence[Run], now: datetime) -> Run | None:
    """30: the latest run of a school that was not withdrawn: of the newest day, and of these the one made last."""
    found = None
    for run in runs:
        in_force = run.withdrawn is None or run.withdrawn > now
        of_school = run.at <= now and in_force and school in run.schools
        if of_school and (found is None or (run.as_of, run.at) >= (found.as_of, found.at)):
            found = run
    return found


def rosters(student: str, runs: Sequence[Run], now: datetime) -> list[Enrolled]:
    """The rows of a student in the rosters in force: one for each school whose latest run has the student."""
    rows = []
    for school in sorted({school for run in runs for school in run.schools}):
        run = latest_run(school, runs, now)
        if run is not None and (student, school) in run.roster:
            rows.append(run.roster[student, school])
    return rows


def _current(student: str, runs: Sequence[Run], now: datetime) -> list[Enrolled]:
    """35: a current enrolment wins over ended ones; of those who have only ended ones, the last."""
    rows = rosters(student, runs, now)
    current = [row for row in rows if row.left_on is None or row.left_on >= now.date()]
    return current or sorted(rows, key=lambda row: row.left_on or date.max)[-1:]


def doubled(student: str, runs: Sequence[Run], now: datetime) -> bool:
    """35: one id that is at two schools now is asked about, never merged."""
    return len(_current(student, runs, now)) > 1


def who(fact: Record | Enrolled, runs: Sequence[Run], now: datetime) -> Who:
    """Whose a record is. It is worked out anew whenever it is asked, so that a roster that comes later takes in what
    was filed of a stranger before, with its clocks (26)."""
    current = _current(fact.student, runs, now)
    ours = [row.school for row in rosters(fact.student, runs, now)]
    if len(current) == 1 and (fact.school is None or fact.school in ours):
        return Who(fact.student, current[0].school, known=True)  # an earlier school's records come along
    if fact.school in [row.school for row in current]:
        return Who(fact.student, fact.school, known=True)
    return Who(fact.student, fact.school, known=False)  # unknown, or a school that does not have them
