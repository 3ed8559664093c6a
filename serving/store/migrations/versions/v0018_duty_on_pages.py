"""Turns of duty that a page adds or takes out, the public number, and who stands behind a roster."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("duty", sa.Column("change", sa.String(), nullable=True))
    op.create_table(
        "duty_numbers",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_duty_numbers")),
    )
    op.create_index(op.f("ix_duty_numbers_school_id"), "duty_numbers", ["school_id"])


def downgrade() -> None:
    op.drop_table("duty_numbers")
    with op.batch_alter_table("duty") as table:
        table.drop_column("change")
