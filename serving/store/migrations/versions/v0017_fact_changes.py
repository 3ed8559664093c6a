"""How often facts have changed, by student and by school."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, key in (("fact_changes", "student_id"), ("school_changes", "school_id")):
        op.create_table(
            table,
            sa.Column(key, sa.String(), nullable=False),
            sa.Column("times", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{table}")),
        )
    # "spoken by lot" is looked up at every list
    op.create_index(op.f("ix_outcomes_selection_reason"), "outcomes", ["selection_reason", "observed_on"])


def downgrade() -> None:
    op.drop_index(op.f("ix_outcomes_selection_reason"), "outcomes")
    op.drop_table("school_changes")
    op.drop_table("fact_changes")
