"""Schools and duty rosters, imported by file. Nothing is known of either before."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schools",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.Column("imported_by", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("county", sa.String(), nullable=True),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("counselors", sa.Integer(), nullable=True),
        sa.Column("double_certified", sa.Integer(), nullable=True),
        sa.Column("room", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_schools")),
    )
    op.create_index("ix_schools_school_id", "schools", ["school_id"])
    op.create_table(
        "duty",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.Column("imported_by", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_duty")),
    )
    op.create_index("ix_duty_school_id", "duty", ["school_id"])


def downgrade() -> None:
    for table in ("duty", "schools"):
        op.drop_table(table)
