"""Times that counselors offer, and the steps of each booking 预约. Rows are added: `undoes` names the offer that a row
takes back, and where a booking stands is what its steps say together. They stand here and not in their slice, since
files that are joined take them along."""

import sqlalchemy as sa

from serving.store.case_tables import whose_file
from serving.store.tables import Instant, metadata

booking_slots = sa.Table(
    "booking_slots",
    metadata,
    sa.Column("slot_id", sa.String, primary_key=True),
    sa.Column("school_id", sa.String, nullable=False, index=True),
    sa.Column("counselor", sa.String, nullable=False),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("undoes", sa.String),
    sa.Column("said_at", Instant, nullable=False),
    sa.Column("said_by", sa.String, nullable=False),
)

# `asker` and `note` stand in the first step alone, `slot_id` in what wishes for a time or gives one.
booking_steps = sa.Table(
    "booking_steps",
    metadata,
    sa.Column("step_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("booking_id", sa.String, nullable=False, index=True),
    *whose_file(),
    sa.Column("step", sa.String, nullable=False),
    sa.Column("asker", sa.String),
    sa.Column("slot_id", sa.String, index=True),
    sa.Column("reason", sa.String),
    sa.Column("note", sa.String),
    sa.Column("said_at", Instant, nullable=False),
    sa.Column("said_by", sa.String, nullable=False),
)
