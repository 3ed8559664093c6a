"""How students stand now: the newest assessment, raised by whatever evidence is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from models.assessment import Assessment
from models.tiers import highest
from serving.store.database import Store
from serving.store.evidence import Evidence, is_open, open_evidence_of
from serving.store.payload import unpack_assessment
from serving.store.pupils import Pupil, pupils_of
from serving.store.received import ReceivedEntry, newest_entry_of, unsettled_entries
from serving.store.runs import Feed, Run, newest_run_of, run_from_row
from serving.store.tables import assessments, evidence, feeds, names, received, runs, students, withdrawn

TOTALS_READ = 100  # more than a week's line has places


@dataclass(frozen=True)
class Standing:
    """One student of a list. `assessment` is None for those of whom there is nothing to tell: screened, routine,
    no open evidence, nothing to repeat. `assessment_id` names the stored one that they stand by, as it was before open
    evidence raised it."""

    pupil: Pupil
    assessment: Assessment | None
    evidence: tuple[Evidence, ...]
    tier_since: datetime
    retest_since: datetime | None
    margin: float | None
    severity: float
    screened: bool
    assessment_id: str | None = None


@dataclass(frozen=True)
class SchoolReading:
    """All that one school's list is made of, from one moment. `unknown` are students with evidence or entries
    who are not enrolled on the list."""

    run: Run | None
    standings: tuple[Standing, ...]
    unknown: tuple[Standing, ...]
    feeds: tuple[Feed, ...]
    declined: frozenset[str]  # whose consent to screening is withdrawn


def as_it_stands(assessment: Assessment, found: Sequence[Evidence]) -> Assessment:
    """`tier = max(model, open floors, human)`, with the floors that are open in the store at this moment."""
    floor = max((row.floor.tier for row in found), key=lambda tier: tier.ord, default=None)
    human = assessment.own_source == "human"
    tier, source = highest(
        model=None if human else assessment.own_tier, floor=floor, human=assessment.own_tier if human else None
    )
    return replace(assessment, tier=tier, tier_source=source, floors=tuple(row.floor for row in found))


def assessment_of(store: Store, student_id: str) -> Assessment | None:
    """The student's newest assessment as it stands, None where the student is unknown."""
    return current_of(store, student_id)[0]


def current_of(store: Store, student_id: str) -> tuple[Assessment | None, str | None]:
    """The student's newest assessment as it stands, and the id of the stored one."""
    with store.reading() as connection:
        row = _newest_row(connection, student_id)
        entry = newest_entry_of(connection, student_id)
        found = open_evidence_of(connection, [student_id]).get(student_id, [])
        run = None if row is None else run_from_row(row)
        published = None if row is None else unpack_assessment(row.payload)
    newest = newest_of(published, run, entry)
    if newest is None:
        return None, None
    return as_it_stands(newest, found), _id_of(newest, row, entry)


def history_of(store: Store, student_id: str) -> list[Assessment]:
    """The student's assessments as they were published, by as-of date, the last of each day."""
    query = (
        sa.select(assessments.c.payload, runs.c.as_of)
        .join(runs)
        .where(assessments.c.student_id == student_id)
        .order_by(runs.c.as_of, runs.c.published_at)
    )
    with store.reading() as connection:
        by_day = {row.as_of: row.payload for row in connection.execute(query)}
    return [unpack_assessment(payload) for payload in by_day.values()]


def read_school(store: Store, school_id: str, names_allowed: bool, as_of: date | None = None) -> SchoolReading:
    """Everything about one school's list in force, or of the list of one day."""
    with store.reading() as connection:
        run = newest_run_of(connection, school_id, as_of)
        entries = unsettled_entries(connection, school_id, run.published_at if run is not None else None)
        rows = _school_rows(connection, run, school_id, names_allowed) if run is not None else []
        listed = {row.student_id for row in rows}
        strangers = _strangers(connection, school_id, listed, entries)
        found = _school_evidence(connection, run, school_id, strangers)
        named = pupils_of(connection, strangers, names_allowed)
        here = [i for i in strangers if i not in named or named[i].school_id == school_id]  # not on another's list
        others = [_stranger(connection, named.get(i), entries.get(i), tuple(found.get(i, ()))) for i in here]
        covered = connection.execute(feeds.select().where(feeds.c.school_id == school_id).order_by(feeds.c.feed))
        declined = connection.scalars(sa.select(withdrawn.c.student_id).where(withdrawn.c.scope == "screening"))
        return SchoolReading(
            run,
            tuple(
                _standing(row, run, entries.get(row.student_id), tuple(found.get(row.student_id, ())))
                for row in rows
                if run is not None
            ),
            tuple(other for other in others if other is not None),
            tuple(Feed(row.school_id, row.feed, row.covered_from, row.covered_to) for row in covered),
            frozenset(declined) & frozenset(listed),
        )


def read_published(store: Store, run: Run, school_id: str, sent: Mapping[str, ReceivedEntry]) -> SchoolReading:
    """One school's list as it stood when its run was published, but for entries that came in since; without strangers.
    Whose consent is withdrawn is as it is now."""
    with store.reading() as connection:
        rows = _school_rows(connection, run, school_id, False, run.published_at)
        found = _school_evidence(connection, run, school_id, (), run.published_at)
        declined = connection.scalars(sa.select(withdrawn.c.student_id).where(withdrawn.c.scope == "screening"))
        standings = [
            _standing(row, run, sent.get(row.student_id), tuple(found.get(row.student_id, ()))) for row in rows
        ]
        return SchoolReading(run, tuple(standings), (), (), frozenset(declined))


def newest_of(published: Assessment | None, run: Run | None, entry: ReceivedEntry | None) -> Assessment | None:
    """A record that came after the list may raise what the list says; the next screening settles it."""
    if entry is None or published is None or run is None:
        return published or (entry.assessment if entry is not None else None)
    if entry.received_at <= run.published_at:
        return published
    ours, theirs = published.own_tier.ord, entry.assessment.own_tier.ord
    newer = theirs > ours or (theirs == ours and entry.assessment.screened)
    return entry.assessment if newer else published


def _id_of(newest: Assessment, row: Any, entry: ReceivedEntry | None) -> str | None:
    """The id of the entry where it is the entry's assessment, else that of the run's row."""
    if entry is not None and newest is entry.assessment:
        return entry.entry_id
    found: str | None = row.assessment_id
    return found


def _newest_row(connection: sa.Connection, student_id: str) -> Any:
    query = sa.select(assessments.c.payload, assessments.c.assessment_id, runs).select_from(assessments.join(runs))
    query = query.where(assessments.c.student_id == student_id)
    return connection.execute(query.order_by(runs.c.as_of.desc(), runs.c.published_at.desc()).limit(1)).first()


def _school_rows(
    connection: sa.Connection, run: Run, school_id: str, names_allowed: bool, at: datetime | None = None
) -> list[Any]:
    """The list's rows with who it is; the payload comes only where there is something to tell, now or `at` a moment."""
    of_list = (assessments.c.run_id == run.run_id) & (assessments.c.school_id == school_id)
    has_open = sa.exists().where(evidence.c.student_id == assessments.c.student_id, is_open(at))
    is_sent = sa.exists().where(
        received.c.student_id == assessments.c.student_id, received.c.received_at > run.published_at
    )
    # Without a model the questionnaires order the list, and their highest totals may fill the week's line.
    highest_totals = sa.select(assessments.c.student_id).where(of_list, assessments.c.severity > 0)
    highest_totals = highest_totals.order_by(assessments.c.severity.desc()).limit(TOTALS_READ)
    by_total = assessments.c.student_id.in_(highest_totals) if run.model.status != "ok" else sa.false()
    tells = sa.or_(
        by_total,
        assessments.c.tier > 0,
        assessments.c.screened.is_(False),
        assessments.c.retest_since.is_not(None),
        has_open,
        is_sent,
    )
    columns = [column for column in assessments.c if column.name != "payload"]
    payload = sa.case((tells, assessments.c.payload), else_=None).label("payload")
    who = [students.c.class_id, students.c.stage, students.c.grade]
    query = sa.select(*columns, payload, *who, (names.c.name if names_allowed else sa.null()).label("name"))
    source = assessments.join(students, students.c.student_id == assessments.c.student_id)
    if names_allowed:
        source = source.outerjoin(names, names.c.student_id == assessments.c.student_id)
    return list(connection.execute(query.select_from(source).where(of_list)))


def _school_evidence(
    connection: sa.Connection, run: Run | None, school_id: str, strangers: Sequence[str], at: datetime | None = None
) -> dict[str, list[Evidence]]:
    ids = set(strangers)
    if run is not None:
        of_list = (assessments.c.run_id == run.run_id) & (assessments.c.school_id == school_id)
        open_ones = sa.select(evidence.c.student_id).where(is_open(at))
        ids |= set(
            connection.scalars(
                sa.select(assessments.c.student_id).where(of_list, assessments.c.student_id.in_(open_ones))
            )
        )
    return open_evidence_of(connection, sorted(ids), at)


def _standing(row: Any, run: Run, entry: ReceivedEntry | None, mine: tuple[Evidence, ...]) -> Standing:
    pupil = Pupil(row.student_id, row.school_id, row.class_id, row.stage, row.grade, row.name)
    if row.payload is None:
        return Standing(
            pupil, None, mine, row.tier_since, None, row.margin, row.severity, row.screened, row.assessment_id
        )
    published = unpack_assessment(row.payload)
    newest = newest_of(published, run, entry) or published
    since = entry.received_at if entry is not None and newest.tier.ord > published.tier.ord else row.tier_since
    return _stands(pupil, newest, mine, since, row.retest_since, _id_of(newest, row, entry))


def _stands(
    pupil: Pupil,
    newest: Assessment,
    mine: tuple[Evidence, ...],
    since: datetime,
    retest_since: datetime | None,
    assessment_id: str | None,
) -> Standing:
    return Standing(
        pupil,
        as_it_stands(newest, mine),
        mine,
        since,
        retest_since,
        newest.margin,
        newest.severity,
        newest.screened,
        assessment_id,
    )


def _strangers(
    connection: sa.Connection, school_id: str, listed: set[str], entries: dict[str, ReceivedEntry]
) -> list[str]:
    """Students the list does not hold: sent by a platform, or gone from the roll with evidence still open."""
    query = sa.select(students.c.student_id).join(evidence, evidence.c.student_id == students.c.student_id)
    gone = connection.scalars(query.where(students.c.school_id == school_id, evidence.c.closed_at.is_(None)))
    return sorted((set(gone) | set(entries)) - listed)


def _stranger(
    connection: sa.Connection, pupil: Pupil | None, entry: ReceivedEntry | None, mine: tuple[Evidence, ...]
) -> Standing | None:
    pupil = pupil or (entry.pupil if entry is not None else None)
    if pupil is None:
        return None
    row = _newest_row(connection, pupil.student_id)
    if row is None:
        return (
            None if entry is None else _stands(pupil, entry.assessment, mine, entry.received_at, None, entry.entry_id)
        )
    run, published = run_from_row(row), unpack_assessment(row.payload)
    newest = newest_of(published, run, entry) or published
    return _stands(pupil, newest, mine, run.published_at, None, _id_of(newest, row, entry))
