"""What a run says beside its assessments. Rows are added and never changed; what is so follows from the runs that stand
(`serving.store.runs.runs_that_stood`)."""

import sqlalchemy as sa

from serving.store.tables import metadata

# Consents that were taken back, by the run's dataset.
withdrawn = sa.Table(
    "withdrawn",
    metadata,
    sa.Column("run_id", sa.String, primary_key=True),
    sa.Column("student_id", sa.String, primary_key=True),
    sa.Column("scope", sa.String, primary_key=True),
    sa.Column("withdrawn_on", sa.Date, nullable=False),
)

feeds = sa.Table(
    "feeds",
    metadata,
    sa.Column("run_id", sa.String, primary_key=True),
    sa.Column("school_id", sa.String, primary_key=True),
    sa.Column("feed", sa.String, primary_key=True),
    sa.Column("covered_from", sa.Date, nullable=False),
    sa.Column("covered_to", sa.Date, nullable=False),
    sa.Index("ix_feeds_school_id", "school_id"),
)

# Who brought a word or a contact, by the hash of its row: each run that had it in its dataset, and who sent it.
brought = sa.Table(
    "brought",
    metadata,
    sa.Column("sha256", sa.String, primary_key=True),
    sa.Column("filed_by", sa.String, primary_key=True),
)
