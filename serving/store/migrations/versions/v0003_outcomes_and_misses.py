"""Outcomes as they came, for labels, and half-years looked back on. Screenings of before wrote no outcomes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcomes",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("selection_reason", sa.String(), nullable=True),
        sa.Column("selection_prob", sa.Float(), nullable=True),
        sa.Column("recorded_on", sa.Date(), nullable=True),
        sa.Column("interviewer", sa.String(), nullable=True),
        sa.Column("second_interviewer", sa.String(), nullable=True),
        sa.Column("saw_score", sa.Boolean(), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("client", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_outcomes")),
    )
    op.create_index("ix_outcomes_student_id", "outcomes", ["student_id"])
    op.create_index("ix_outcomes_observed_on", "outcomes", ["observed_on"])
    op.create_table(
        "miss_reviews",
        sa.Column("half", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("students", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("half", "school_id", name=op.f("pk_miss_reviews")),
    )
    op.create_table(
        "misses",
        sa.Column("half", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("case", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("half", "outcome", name=op.f("pk_misses")),
    )
    op.create_index("ix_misses_student_id", "misses", ["student_id"])
    op.create_index("ix_misses_half_school_id", "misses", ["half", "school_id"])


def downgrade() -> None:
    for table in ("misses", "miss_reviews", "outcomes"):
        op.drop_table(table)
