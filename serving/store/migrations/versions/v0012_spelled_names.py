"""Names can be searched by their sounds and first letters."""

import sqlalchemy as sa
from alembic import op

from data_schemas.spelling import spelled

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("names") as table:
        table.add_column(sa.Column("spelled", sa.String(), nullable=False, server_default=""))
    names = sa.table("names", sa.column("student_id"), sa.column("name"), sa.column("spelled"))
    connection = op.get_bind()
    rows = [
        {"who": row.student_id, "written": spelled(row.name)}
        for row in connection.execute(sa.select(names.c.student_id, names.c.name))
    ]
    if rows:
        one = names.update().where(names.c.student_id == sa.bindparam("who"))
        connection.execute(one.values(spelled=sa.bindparam("written")), rows)
    with op.batch_alter_table("names") as table:
        table.alter_column("spelled", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("names") as table:
        table.drop_column("spelled")
