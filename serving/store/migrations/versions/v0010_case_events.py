"""What was done with cases."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_events",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("move", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("to_school", sa.String(), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=True),
        sa.Column("talk_id", sa.String(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_case_events")),
    )
    for column in ("student_id", "school_id", "to_school"):
        op.create_index(op.f(f"ix_case_events_{column}"), "case_events", [column])


def downgrade() -> None:
    op.drop_table("case_events")
