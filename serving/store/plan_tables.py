"""What people write down beside talks: plans, restricted notes, who belongs together. Rows are added.

They stand here and not in their slices, since files that are joined take them along and an erasure removes them.
"""

import sqlalchemy as sa

from serving.store.case_tables import whose_file
from serving.store.tables import Instant, metadata

# A plan as it was written that day: the newest of a kind is followed, the older ones stay.
plans = sa.Table(
    "plans",
    metadata,
    sa.Column("plan_id", sa.Integer, primary_key=True, autoincrement=True),
    *whose_file(),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("fields", sa.JSON, nullable=False),
    sa.Column("written_at", Instant, nullable=False),
    sa.Column("written_by", sa.String, nullable=False),
)

# For its author and supervisors alone: in no file, export, answer or search.
restricted_notes = sa.Table(
    "restricted_notes",
    metadata,
    sa.Column("note_id", sa.Integer, primary_key=True, autoincrement=True),
    *whose_file(),
    sa.Column("text", sa.String, nullable=False),
    sa.Column("written_at", Instant, nullable=False),
    sa.Column("written_by", sa.String, nullable=False),
)

# Students who belong together, as a person stated: a row for each of a group. `undoes` names the group that a row takes
# back, `subject` marks whom an attempt is told of.
student_links = sa.Table(
    "student_links",
    metadata,
    sa.Column("link_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("group_id", sa.String, nullable=False, index=True),
    sa.Column("kind", sa.String, nullable=False),
    *whose_file(),
    sa.Column("subject", sa.Boolean, nullable=False),
    sa.Column("happened_on", sa.Date),
    sa.Column("undoes", sa.String),
    sa.Column("said_at", Instant, nullable=False),
    sa.Column("said_by", sa.String, nullable=False),
)

# What was done about a subsidy (慈善总会专项基金) for a student: asked for, granted or refused, for what.
subsidy_steps = sa.Table(
    "subsidy_steps",
    metadata,
    sa.Column("step_id", sa.Integer, primary_key=True, autoincrement=True),
    *whose_file(),
    sa.Column("step", sa.String, nullable=False),
    sa.Column("purpose", sa.String, nullable=False),
    sa.Column("said_at", Instant, nullable=False),
    sa.Column("said_by", sa.String, nullable=False),
)
