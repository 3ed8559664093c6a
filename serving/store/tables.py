"""The tables that many use cases read. A table of one use case stands in its own `tables.py`, on this `metadata`.

Times are aware in Python and UTC in the database. Tokens, keys and passwords are kept as hashes only.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(sa.TypeDecorator[datetime]):
    """An aware time, kept as UTC without a zone so that every database holds and orders it alike."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def came() -> tuple[sa.Column[Any], ...]:
    """The file that a row was put into, and when it came to stand in another, because a roster or a person said so:
    who spoke of that one had not seen it before."""
    return (
        sa.Column("file_id", sa.String, nullable=False),
        sa.Column("joined_at", Instant),
        sa.Column("joined_to", sa.String),
    )


# Who is where by the runs that stand; worked out anew when a run is published or withdrawn (`serving.store.rosters`).
students = sa.Table(
    "students",
    metadata,
    sa.Column("student_id", sa.String, primary_key=True),
    sa.Column("school_id", sa.String, nullable=False, index=True),
    sa.Column("class_id", sa.String),
    sa.Column("stage", sa.String, nullable=False),
    sa.Column("grade", sa.Integer),
    sa.Column("sex", sa.String),
    sa.Column("birth_date", sa.Date),
    sa.Column("run_id", sa.String, nullable=False),
)

# Apart from all else, and sealed (`serving.store.sealing`) with sounds and first letters, by which it is searched.
names = sa.Table(
    "names",
    metadata,
    sa.Column("student_id", sa.String, primary_key=True),
    sa.Column("sealed", sa.String, nullable=False),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("run_id", sa.String, primary_key=True),
    sa.Column("fingerprint", sa.String, nullable=False),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("model_name", sa.String),
    sa.Column("model_version", sa.String),
    sa.Column("policy", sa.String, nullable=False),
    sa.Column("code", sa.String, nullable=False),
    sa.Column("synthetic", sa.Boolean, nullable=False),
    sa.Column("data_origin", sa.String, nullable=False),
    sa.Column("model_status", sa.String, nullable=False),
    sa.Column("model_origin", sa.String),
    sa.Column("published_at", Instant, nullable=False),
    sa.Column("context", sa.String),
)

# A screening that was taken back by a named person: it stays on record and is in force no more.
run_withdrawals = sa.Table(
    "run_withdrawals",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.run_id"), primary_key=True),
    sa.Column("withdrawn_at", Instant, nullable=False),
    sa.Column("withdrawn_by", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
)

run_schools = sa.Table(
    "run_schools",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.run_id"), primary_key=True),
    sa.Column("school_id", sa.String, primary_key=True),
    sa.Index("ix_run_schools_school_id", "school_id"),
)

# Whom a screening's dataset held and its roster could not place.
run_strangers = sa.Table(
    "run_strangers",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.run_id"), primary_key=True),
    sa.Column("student_id", sa.String, primary_key=True),
    sa.Column("school_id", sa.String, nullable=False, index=True),
    sa.Column("reason", sa.String, nullable=False),
)

assessments = sa.Table(
    "assessments",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.run_id"), primary_key=True),
    sa.Column("student_id", sa.String, primary_key=True),
    sa.Column("school_id", sa.String, nullable=False),
    sa.Column("tier", sa.Integer, nullable=False),
    sa.Column("margin", sa.Float),
    sa.Column("severity", sa.Float, nullable=False),
    sa.Column("screened", sa.Boolean, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("assessment_id", sa.String),
    sa.Column("inputs", sa.String),
    sa.Column("earlier_margin", sa.Float),
    sa.Column("model_tier", sa.Integer),
    sa.Column("model_since", Instant),
    sa.Column("tells", sa.Boolean, nullable=False),
    # 休学 as it was known then, of this list or, where it knows nothing of leave, of one before.
    sa.Column("away_since", sa.Date),
    sa.Column("away_until", sa.Date),
    # The run's own roster: who it says the student is.
    sa.Column("class_id", sa.String),
    sa.Column("stage", sa.String, nullable=False),
    sa.Column("grade", sa.Integer),
    sa.Column("sex", sa.String),
    sa.Column("birth_date", sa.Date),
    sa.Index("ix_assessments_assessment_id", "assessment_id", unique=True),
    sa.Index("ix_assessments_run_id_school_id", "run_id", "school_id"),
    sa.Index("ix_assessments_student_id", "student_id"),
)

# What safety rules and people's reports brought up. Rows are added: the same piece again where more was seen in it, or
# where it rests on another `record` (null of older and erased ones). Words (`outcomes`) say whether it is open.
evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("filed_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("student_id", sa.String, nullable=False, index=True),
    sa.Column("school_id", sa.String, nullable=False, index=True),
    sa.Column("evidence", sa.String, nullable=False),
    sa.Column("record", sa.String),
    sa.Column("rule", sa.String, nullable=False),
    sa.Column("tier", sa.Integer, nullable=False),
    sa.Column("severity", sa.Integer, nullable=False),
    sa.Column("text_zh", sa.String, nullable=False),
    sa.Column("text_en", sa.String, nullable=False),
    sa.Column("history", sa.Boolean, nullable=False),
    sa.Column("protection", sa.Boolean, nullable=False),
    sa.Column("answer", sa.String, nullable=False),
    sa.Column("danger", sa.Boolean, nullable=False),
    sa.Column("own_concern", sa.Boolean, nullable=False),
    sa.Column("lead", sa.Boolean, nullable=False),
    sa.Column("evidence_on", sa.Date, nullable=False),
    sa.Column("known_on", sa.Date, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("filed_at", Instant, nullable=False),
    sa.Column("filed_by", sa.String, nullable=False),
    sa.Column("door", sa.String, nullable=False),
    *came(),
)

# What platforms sent, each record with the answer it was given.
entries = sa.Table(
    "entries",
    metadata,
    sa.Column("entry_id", sa.String, primary_key=True),
    sa.Column("received_at", Instant, nullable=False, index=True),
    sa.Column("client", sa.String, nullable=False),
    sa.Column("student_id", sa.String, nullable=False, index=True),
    sa.Column("school_id", sa.String, nullable=False, index=True),
    sa.Column("stage", sa.String, nullable=False),
    sa.Column("grade", sa.Integer),
    sa.Column("record", sa.LargeBinary, nullable=False),
    sa.Column("assessment", sa.LargeBinary, nullable=False),
    sa.Column("context", sa.String),
    sa.Column("inputs", sa.String),
    # Records of one request come in at one moment: `place` is the order in it.
    sa.Column("place", sa.Integer, nullable=False),
    # Whether something is to be asked or done because of it, or it tells of a suspension: that outlasts a screening.
    sa.Column("asks", sa.Boolean, nullable=False),
    *came(),
)

# What many assessments were made with, each content once by its hash: policies, calendars, questionnaires, contexts.
contents = sa.Table(
    "contents",
    metadata,
    sa.Column("sha256", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

# What was read of one student; the same rows of two screenings are there once. Erasure removes them by the student.
inputs = sa.Table(
    "inputs",
    metadata,
    sa.Column("student_id", sa.String, primary_key=True),
    sa.Column("sha256", sa.String, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

# All that is left of an erased assessment: the hash of its random id.
erased = sa.Table("erased", metadata, sa.Column("id_sha256", sa.String, primary_key=True))

# Consents that platforms sent, and of their students what a dataset says was given: rows are added.
consents = sa.Table(
    "consents",
    metadata,
    sa.Column("sha256", sa.String, primary_key=True),
    sa.Column("student_id", sa.String, nullable=False, index=True),
    sa.Column("scope", sa.String, nullable=False),
    sa.Column("given_on", sa.Date),
    sa.Column("withdrawn_on", sa.Date),
    sa.Column("valid_until", sa.Date),
    sa.Column("given_by", sa.String),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("filed_by", sa.String, nullable=False),
)

# What was found later, as it came: rows are added and never changed.
outcomes = sa.Table(
    "outcomes",
    metadata,
    sa.Column("sha256", sa.String, primary_key=True),
    sa.Column("student_id", sa.String, nullable=False, index=True),
    sa.Column("school_id", sa.String, nullable=False),
    sa.Column("observed_on", sa.Date, nullable=False, index=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("selection_reason", sa.String),
    sa.Column("selection_prob", sa.Float),
    sa.Column("recorded_on", sa.Date),
    sa.Column("interviewer", sa.String),
    sa.Column("second_interviewer", sa.String),
    sa.Column("saw_score", sa.Boolean),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("run_id", sa.String),
    sa.Column("client", sa.String),
    sa.Column("assessed", sa.JSON(none_as_null=True)),
    sa.Column("corrects", sa.String),
    sa.Column("door", sa.String, nullable=False),
    *came(),
    sa.Index("ix_outcomes_school_id", "school_id"),
    sa.Index("ix_outcomes_selection_reason", "selection_reason", "observed_on"),
)

# Contacts with students and guardians that came about.
contacts = sa.Table(
    "contacts",
    metadata,
    sa.Column("sha256", sa.String, primary_key=True),
    sa.Column("student_id", sa.String, nullable=False, index=True),
    sa.Column("school_id", sa.String, nullable=False),
    sa.Column("contacted_on", sa.Date, nullable=False),
    sa.Column("with_whom", sa.String),
    sa.Column("recorded_on", sa.Date),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("door", sa.String, nullable=False),
    sa.Column("filed_by", sa.String, nullable=False),
    sa.Column("file_id", sa.String, nullable=False),
)

# A half-year of one school looked back on. Its counts stand when a case of it is erased.
miss_reviews = sa.Table(
    "miss_reviews",
    metadata,
    sa.Column("half", sa.String, primary_key=True),
    sa.Column("school_id", sa.String, primary_key=True),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("synthetic", sa.Boolean, nullable=False),
    sa.Column("events", sa.Integer, nullable=False),
    sa.Column("students", sa.Integer, nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
)

misses = sa.Table(
    "misses",
    metadata,
    sa.Column("half", sa.String, primary_key=True),
    sa.Column("outcome", sa.String, primary_key=True),
    sa.Column("school_id", sa.String, nullable=False),
    sa.Column("student_id", sa.String, nullable=False, index=True),
    sa.Column("case", sa.JSON, nullable=False),
    sa.Index("ix_misses_half_school_id", "half", "school_id"),
)
