"""What assessments were made from, for replay. Those of before keep their rows and have no inputs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contents",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_contents")),
    )
    op.create_table(
        "inputs",
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("student_id", "sha256", name=op.f("pk_inputs")),
    )
    op.create_table(
        "erased",
        sa.Column("id_sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id_sha256", name=op.f("pk_erased")),
    )
    op.add_column("runs", sa.Column("context", sa.String(), nullable=True))
    op.add_column("received", sa.Column("context", sa.String(), nullable=True))
    op.add_column("received", sa.Column("inputs", sa.String(), nullable=True))
    op.add_column("assessments", sa.Column("assessment_id", sa.String(), nullable=True))
    op.add_column("assessments", sa.Column("inputs", sa.String(), nullable=True))
    op.add_column("assessments", sa.Column("earlier_margin", sa.Float(), nullable=True))
    op.create_index("ix_assessments_assessment_id", "assessments", ["assessment_id"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_assessments_assessment_id", table_name="assessments")
    for table, column in (
        ("assessments", "earlier_margin"),
        ("assessments", "inputs"),
        ("assessments", "assessment_id"),
        ("received", "inputs"),
        ("received", "context"),
        ("runs", "context"),
    ):
        op.drop_column(table, column)
    op.drop_table("erased")
    op.drop_table("inputs")
    op.drop_table("contents")
