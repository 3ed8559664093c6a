"""Drafts are of several forms: a record, a plan, a note."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("drafts") as table:
        table.add_column(sa.Column("form", sa.String(), nullable=False, server_default="record"))


def downgrade() -> None:
    op.execute("DELETE FROM drafts WHERE form <> 'record'")
    with op.batch_alter_table("drafts") as table:
        table.drop_column("form")
