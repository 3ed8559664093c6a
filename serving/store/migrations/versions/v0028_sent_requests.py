"""Requests that may be sent again, with what they were answered first."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_requests",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("entry_ids", sa.JSON(), nullable=False),
        sa.Column("rest", sa.LargeBinary(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sent_requests")),
    )
    op.create_index(op.f("ix_sent_requests_received_at"), "sent_requests", ["received_at"])
    op.create_table(
        "first_answers",
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_first_answers")),
    )
    for column in ("student_id", "request"):
        op.create_index(op.f(f"ix_first_answers_{column}"), "first_answers", [column])


def downgrade() -> None:
    op.drop_table("first_answers")
    op.drop_table("sent_requests")
