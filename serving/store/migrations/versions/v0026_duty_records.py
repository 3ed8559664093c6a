"""What was done of the city's plan, of students and of schools."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None


def _said() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("undoes", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "duty_records",
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        *_said(),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_duty_records")),
    )
    op.create_index(op.f("ix_duty_records_student_id"), "duty_records", ["student_id"])
    op.create_table(
        "school_duty_records",
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        *_said(),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_school_duty_records")),
    )
    op.create_index(op.f("ix_school_duty_records_school_id"), "school_duty_records", ["school_id"])


def downgrade() -> None:
    for table in ("school_duty_records", "duty_records"):
        op.drop_table(table)
