"""Waves of screening as they were planned."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wave_plans",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("instrument", sa.String(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_wave_plans")),
    )
    op.create_index(op.f("ix_wave_plans_school_id"), "wave_plans", ["school_id"])


def downgrade() -> None:
    op.drop_table("wave_plans")
