"""What people record on pages about their work with a student. Rows are added; only a draft is written over.

They stand here and not in their slices, since files that are joined take them along and an erasure removes them. Each
row knows the file (`file_id`) that it was put into first.
"""

import sqlalchemy as sa

from serving.store.tables import Instant, metadata


def whose_file() -> tuple[sa.Column[str], ...]:
    """Whose a row is: the student as of now, the file that it was put into first, the school that it is of."""
    return (
        sa.Column("student_id", sa.String, nullable=False, index=True),
        sa.Column("file_id", sa.String, nullable=False),
        sa.Column("school_id", sa.String, nullable=False),
    )


# Each try to reach somebody, reached or not, and what was agreed. `undoes` names the talk that a row takes back.
talks = sa.Table(
    "talks",
    metadata,
    sa.Column("talk_id", sa.String, primary_key=True),
    *whose_file(),
    sa.Column("how", sa.String, nullable=False),
    sa.Column("held_on", sa.Date, nullable=False),
    sa.Column("step", sa.String),
    sa.Column("again_on", sa.Date),
    sa.Column("note", sa.String),
    sa.Column("outcome", sa.String),
    sa.Column("undoes", sa.String),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("recorded_by", sa.String, nullable=False),
)

# That somebody has looked behind the page of a student drawn by lot: a talk recorded after it was no blind one.
reveals = sa.Table(
    "reveals",
    metadata,
    sa.Column("reveal_id", sa.Integer, primary_key=True, autoincrement=True),
    *whose_file(),
    sa.Column("revealed_at", Instant, nullable=False),
    sa.Column("revealed_by", sa.String, nullable=False),
)

# A form that is not sent yet; one an account and student. `claim_sha256` is of a form whose session had ended: whoever
# signs in as its author and holds the claim gets it back.
drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("draft_id", sa.String, primary_key=True),
    sa.Column("student_id", sa.String, nullable=False, index=True),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("fields", sa.JSON, nullable=False),
    sa.Column("saved_at", Instant, nullable=False),
    sa.Column("claim_sha256", sa.String),
    sa.Column("form", sa.String, nullable=False, server_default="record"),
)

# What somebody thinks of an explanation: never a label, and nothing is learned from it.
explanation_views = sa.Table(
    "explanation_views",
    metadata,
    sa.Column("view_id", sa.Integer, primary_key=True, autoincrement=True),
    *whose_file(),
    sa.Column("assessment_id", sa.String),
    sa.Column("said", sa.String, nullable=False),
    sa.Column("said_at", Instant, nullable=False),
    sa.Column("said_by", sa.String, nullable=False),
)

# What was done with a case. `answers` names the event that a row accepts, declines, returns or approves; `talk_id` the
# talk that brought it about, with which it is taken back.
case_events = sa.Table(
    "case_events",
    metadata,
    sa.Column("event_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("student_id", sa.String, nullable=False, index=True),
    sa.Column("file_id", sa.String, nullable=False),
    sa.Column("school_id", sa.String, nullable=False, index=True),
    sa.Column("move", sa.String, nullable=False),
    sa.Column("done_at", Instant, nullable=False),
    sa.Column("done_by", sa.String, nullable=False),
    sa.Column("person", sa.String),
    sa.Column("to_school", sa.String, index=True),
    sa.Column("answers", sa.Integer),
    sa.Column("talk_id", sa.String),
    sa.Column("details", sa.JSON, nullable=False),
)

# Asking to read a record outside the caseload, or opening it in danger, and the answer (`answers` names to what).
readings = sa.Table(
    "readings",
    metadata,
    sa.Column("reading_id", sa.String, primary_key=True),
    sa.Column("student_id", sa.String, nullable=False, index=True),
    sa.Column("file_id", sa.String, nullable=False),
    sa.Column("school_id", sa.String, nullable=False, index=True),
    sa.Column("step", sa.String, nullable=False),
    sa.Column("answers", sa.String),
    sa.Column("purpose", sa.String),
    sa.Column("reason", sa.String),
    sa.Column("said_at", Instant, nullable=False),
    sa.Column("said_by", sa.String, nullable=False),
)

# Who somebody is, as a person decided: "same" and "one" put what stands in `student_id` into `other_id`, "two" some of
# it, and "new" says that a roster will have the student. `undoes` names the decision that a row takes back,
# `moved` what it has moved, by table and key.
identity_decisions = sa.Table(
    "identity_decisions",
    metadata,
    sa.Column("decision_id", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("student_id", sa.String, nullable=False, index=True),
    sa.Column("other_id", sa.String, index=True),
    sa.Column("school_id", sa.String, nullable=False),
    sa.Column("reason", sa.String),
    sa.Column("undoes", sa.String),
    sa.Column("moved", sa.JSON, nullable=False),
    sa.Column("decided_at", Instant, nullable=False),
    sa.Column("decided_by", sa.String, nullable=False),
)

# What somebody reported about a student on a page. `entry_id` is the record by which it was filed, `undoes` names the
# report that a row takes back.
concern_reports = sa.Table(
    "concern_reports",
    metadata,
    sa.Column("report_id", sa.String, primary_key=True),
    *whose_file(),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("reported_on", sa.Date, nullable=False),
    sa.Column("source", sa.String),
    sa.Column("note", sa.String),
    sa.Column("entry_id", sa.String),
    sa.Column("undoes", sa.String),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("recorded_by", sa.String, nullable=False),
)
