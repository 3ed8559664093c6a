"""Which assessment was in force before a day, for looking back."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from models.assessment import Assessment
from models.triage import newest_said
from serving.store.database import Store
from serving.store.payload import unpack_assessment
from serving.store.received import ReceivedEntry, entry_from_row
from serving.store.runs import Run, in_force_runs, run_from_row
from serving.store.tables import assessments, entries, runs

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class InForce:
    """The assessment of a run or of an entry. `run` is the list of that time, None where the student was on none.
    `assessment_id` is None where it cannot be replayed: `erased`, or made when nothing was kept for it."""

    assessment: Assessment
    school_id: str
    run: Run | None
    entry: ReceivedEntry | None
    assessment_id: str | None
    context: str | None
    erased: bool


def in_force_before(store: Store, student_id: str, day: date) -> InForce | None:
    """What the list, or a record sent since, said of the student when the day began; None where nothing did.

    A screening of an earlier day that was published only later was in nobody's hands then. Of a synthetic city, whose
    days have all passed when it is screened, the day of the screening alone counts.
    """
    began = datetime.combine(day, time(), ZONE)
    mine = (assessments.c[name] for name in ("payload", "school_id", "inputs", "assessment_id"))
    listed = sa.select(*mine, runs).select_from(assessments.join(runs))
    listed = listed.where(assessments.c.student_id == student_id, runs.c.as_of < day)
    listed = listed.where(in_force_runs(None))
    listed = listed.where(runs.c.synthetic | (runs.c.published_at < began))
    with store.reading() as connection:
        row = connection.execute(listed.order_by(runs.c.as_of.desc(), runs.c.published_at.desc()).limit(1)).first()
        sent = entries.select().where(entries.c.student_id == student_id, entries.c.received_at < began)
        if row is not None:
            sent = sent.where(entries.c.received_at > run_from_row(row).knows_until)
        came = connection.execute(sent.order_by(entries.c.received_at, entries.c.place)).all()
    run = None if row is None else run_from_row(row)
    since = [(entry_from_row(one), one) for one in came]
    published = None if row is None else unpack_assessment(row.payload)
    newest = newest_said(published, [entry.assessment for entry, _ in since])
    if newest is None:
        return None
    for entry, one in since:
        if newest is entry.assessment:
            return InForce(newest, one.school_id, run, entry, one.entry_id, one.context, one.record == b"")
    assert row is not None
    erased = row.context is not None and row.inputs is None
    return InForce(newest, row.school_id, run, None, row.assessment_id, row.context, erased)
