"""Talks and tries recorded on pages, forms that are not sent yet, and what people think of explanations."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "talks",
        sa.Column("talk_id", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("again_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("undoes", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("talk_id", name=op.f("pk_talks")),
    )
    op.create_index(op.f("ix_talks_student_id"), "talks", ["student_id"])
    op.create_table(
        "reveals",
        sa.Column("reveal_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("revealed_at", sa.DateTime(), nullable=False),
        sa.Column("revealed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("reveal_id", name=op.f("pk_reveals")),
    )
    op.create_index(op.f("ix_reveals_student_id"), "reveals", ["student_id"])
    op.create_table(
        "drafts",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("claim_sha256", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_student_id"), "drafts", ["student_id"])
    op.create_table(
        "explanation_views",
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("assessment_id", sa.String(), nullable=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("view_id", name=op.f("pk_explanation_views")),
    )
    op.create_index(op.f("ix_explanation_views_student_id"), "explanation_views", ["student_id"])


def downgrade() -> None:
    for table in ("explanation_views", "drafts", "reveals", "talks"):
        op.drop_table(table)
