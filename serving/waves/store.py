"""Waves as they were planned, and of a questionnaire the sheets that came in, who was positive, and who was checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from data_schemas.zone import CHINA
from models.assessment import AnswerTime
from models.triage.words import in_force
from models.waves import RateFrom, WaveClass
from serving.store import AuditEvent, Store, add_event
from serving.store.database import chunks
from serving.store.outcomes import words_of
from serving.store.payload import unpack
from serving.store.runs import in_force_runs, newest_run_of, run_from_row
from serving.store.tables import assessments, entries, evidence, run_schools, runs, students
from serving.waves.tables import wave_plans

AT_ONCE = (AnswerTime.MINUTES.code, AnswerTime.SAME_DAY.code)  # checked the same day


@dataclass(frozen=True)
class PlannedClass:
    """A class and its day, None where it has none yet."""

    wave_class: WaveClass
    day: date | None


@dataclass(frozen=True)
class Wave:
    """A wave as it was planned last. `version` counts its plans, from 1."""

    wave_id: str
    school_id: str
    title: str
    instrument: str
    days: tuple[date, ...]
    classes: tuple[PlannedClass, ...]
    said_at: datetime
    said_by: str
    dropped: bool = False
    version: int = 0


@dataclass(frozen=True)
class WaveSheet:
    """One student's sheet of the questionnaire of a wave: whether something in it was to be checked the same day, and
    whether a person did."""

    student_id: str
    class_id: str
    on: date
    positive: bool = False
    checked: bool = False


def waves_of(store: Store, school_id: str) -> tuple[Wave, ...]:
    """The waves of a school, those that begin last first; without those that were dropped."""
    query = wave_plans.select().where(wave_plans.c.school_id == school_id).order_by(wave_plans.c.row_id)
    found: dict[str, Wave] = {}
    with store.reading() as connection:
        for row in connection.execute(query):
            version = found[row.wave_id].version + 1 if row.wave_id in found else 1
            found[row.wave_id] = _wave(row, version)
    standing = [one for one in found.values() if not one.dropped]
    return tuple(sorted(standing, key=lambda one: (one.days[0], one.wave_id), reverse=True))


def _wave(row: Any, version: int) -> Wave:
    classes = tuple(
        PlannedClass(
            WaveClass(class_id, said["students"], said["expected"], RateFrom.of(said["from"])),
            None if said["day"] is None else date.fromisoformat(said["day"]),
        )
        for class_id, said in row.classes.items()
    )
    days = tuple(date.fromisoformat(day) for day in row.days)
    plain = (row.wave_id, row.school_id, row.title, row.instrument, days, classes, row.said_at, row.said_by)
    return Wave(*plain, row.dropped, version)


def keep_wave(store: Store, wave: Wave, audited: AuditEvent) -> bool:
    """Keep a plan; False, and nothing is kept, where there is a newer one than `wave.version`, which its author had
    read."""
    mine = sa.select(sa.func.count()).select_from(wave_plans).where(wave_plans.c.wave_id == wave.wave_id)
    classes = {
        one.wave_class.class_id: {
            "day": None if one.day is None else one.day.isoformat(),
            "students": one.wave_class.students,
            "expected": one.wave_class.expected,
            "from": one.wave_class.rate_from.code,
        }
        for one in wave.classes
    }
    row = {name: getattr(wave, name) for name in ("wave_id", "school_id", "title", "instrument", "dropped")}
    row |= {"days": [day.isoformat() for day in wave.days], "classes": classes}
    with store.writing() as connection:
        if connection.scalar(mine) != wave.version:
            return False
        connection.execute(wave_plans.insert().values(**row, said_at=wave.said_at, said_by=wave.said_by))
        add_event(connection, audited)
    return True


def classes_of(store: Store, school_id: str) -> dict[str, dict[str, int]]:
    """The classes of a school in order, each with its students by stage; who has no class is left out."""
    c = students.c
    query = sa.select(c.class_id, c.stage, sa.func.count().label("n")).where(
        c.school_id == school_id, c.class_id.is_not(None)
    )
    order = (sa.func.min(c.grade), sa.func.length(c.class_id), c.class_id)
    found: dict[str, dict[str, int]] = {}
    with store.reading() as connection:
        for row in connection.execute(query.group_by(c.class_id, c.stage).order_by(*order)):
            found.setdefault(row.class_id, {})[row.stage] = row.n
    return found


def sheets_of(
    store: Store, school_id: str, instrument: str, first: date, last: date, today: date
) -> tuple[WaveSheet, ...]:
    """The sheets of a questionnaire that were filled in between two days, both included, by whoever is at the school:
    of each student those that the list of that time knows, and what platforms have sent. They are read from the oldest
    list that knows the last day, else from the one in force."""
    with store.reading() as connection:
        found = _of_list(connection, school_id, instrument, last, today)
        found |= _of_entries(connection, school_id, instrument, first)
        inside = {key: class_id for key, class_id in found.items() if first <= key[1] <= last}
        ids = sorted({student_id for student_id, _ in inside})
        positive = _positive(connection, ids, instrument)
        checked = _checked(connection, sorted({student_id for student_id, _ in positive}), positive)
    return tuple(
        WaveSheet(student_id, class_id, on, (student_id, on) in positive, (student_id, on) in checked)
        for (student_id, on), class_id in sorted(inside.items())
    )


Sheets = dict[tuple[str, date], str]  # student and day → class


def _of_list(connection: sa.Connection, school_id: str, instrument: str, last: date, today: date) -> Sheets:
    there = (run_schools.c.school_id == school_id) & in_force_runs(today) & (runs.c.as_of >= last)
    query = runs.select().join(run_schools).where(there).order_by(runs.c.as_of, runs.c.published_at.desc()).limit(1)
    row = connection.execute(query).first()
    run = run_from_row(row) if row is not None else newest_run_of(connection, school_id, today)
    if run is None:
        return {}
    mine = (assessments.c.run_id == run.run_id) & (assessments.c.school_id == school_id)
    columns = (assessments.c.student_id, assessments.c.class_id, assessments.c.payload)
    return {
        (one.student_id, on): one.class_id or ""
        for one in connection.execute(sa.select(*columns).where(mine))
        for on in _days(one.payload, instrument)
    }


def _of_entries(connection: sa.Connection, school_id: str, instrument: str, first: date) -> Sheets:
    """What came in since a day: no sheet is there before it is filled in."""
    joined = entries.join(students, students.c.student_id == entries.c.student_id)
    query = sa.select(entries.c.student_id, students.c.class_id, entries.c.assessment).select_from(joined)
    since = entries.c.received_at >= datetime.combine(first, time(), CHINA)
    return {
        (one.student_id, on): one.class_id or ""
        for one in connection.execute(query.where(students.c.school_id == school_id, since))
        for on in _days(one.assessment, instrument)
    }


def _days(payload: bytes, instrument: str) -> list[date]:
    """The days on which an assessment knows sheets of a questionnaire: the newest one, and those before it."""
    said = [one for one in unpack(payload)["instruments"] if one["code"] == instrument]
    names = ("administered_on", "previous_on", "first_on")
    return [date.fromisoformat(one[name]) for one in said for name in names if one.get(name)]


Positive = Mapping[tuple[str, date], tuple[set[str], set[date]]]  # student and day → evidence, and days of receipt


def _positive(connection: sa.Connection, ids: Sequence[str], instrument: str) -> Positive:
    found: dict[tuple[str, date], tuple[set[str], set[date]]] = {}
    c = evidence.c
    for part in chunks(list(ids)):
        here = c.student_id.in_(part) & c.answer.in_(AT_ONCE) & c.evidence.contains(f":{instrument}:", autoescape=True)
        for row in connection.execute(evidence.select().where(here)):
            keys, days = found.setdefault((row.student_id, row.evidence_on), (set(), set()))
            keys.add(row.evidence)
            days.add(row.received_at.astimezone(CHINA).date())
    return found


def _checked(connection: sa.Connection, ids: Sequence[str], positive: Positive) -> set[tuple[str, date]]:
    """Of whom a person has assessed a piece on the day of its receipt: named it, or, in a record that names none as
    those of other systems do, talked with the student that day. What was corrected does not count."""
    words = words_of(connection, ids)
    found = set()
    for (student_id, on), (keys, days) in positive.items():
        talks = [one for one in in_force(words.get(student_id, ())) if one.is_interview and one.observed_on in days]
        if any(one.assessed is None or keys & set(one.assessed) for one in talks):
            found.add((student_id, on))
    return found
