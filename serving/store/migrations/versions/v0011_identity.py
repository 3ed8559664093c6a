"""Who somebody is, as a person decided."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_decisions",
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("other_id", sa.String(), nullable=True),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("undoes", sa.String(), nullable=True),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_identity_decisions")),
    )
    for column in ("student_id", "other_id"):
        op.create_index(op.f(f"ix_identity_decisions_{column}"), "identity_decisions", [column])


def downgrade() -> None:
    op.drop_table("identity_decisions")
