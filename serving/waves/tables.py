"""Waves as they were planned: rows are added, and of a wave the newest stands."""

import sqlalchemy as sa

from serving.store.tables import Instant, metadata

# `days` are ISO dates; `classes` says of each class its day, its students, and what was expected by which share.
wave_plans = sa.Table(
    "wave_plans",
    metadata,
    sa.Column("row_id", sa.Integer, primary_key=True),
    sa.Column("wave_id", sa.String, nullable=False),
    sa.Column("school_id", sa.String, nullable=False, index=True),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("instrument", sa.String, nullable=False),
    sa.Column("days", sa.JSON, nullable=False),
    sa.Column("classes", sa.JSON, nullable=False),
    sa.Column("dropped", sa.Boolean, nullable=False),
    sa.Column("said_at", Instant, nullable=False),
    sa.Column("said_by", sa.String, nullable=False),
)
