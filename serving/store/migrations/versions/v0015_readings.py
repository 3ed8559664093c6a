"""Asking to read outside the caseload; what somebody has read lately is counted. What names people is sealed."""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from serving.store.sealing import Keyring

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
OTHERS = (
    ("talks", "talk_id", "note"),
    ("drafts", "draft_id", "fields"),
    ("duty", "school_id", "phone"),
    ("second_factors", "username", "secret"),
)


def upgrade() -> None:
    op.create_table(
        "readings",
        sa.Column("reading_id", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("answers", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("reading_id", name=op.f("pk_readings")),
    )
    for column in ("student_id", "school_id"):
        op.create_index(op.f(f"ix_readings_{column}"), "readings", [column])
    op.create_index("ix_audit_actor_at", "audit", ["actor", "at"])
    with op.batch_alter_table("names") as table:
        table.add_column(sa.Column("sealed", sa.String(), nullable=False, server_default=""))
    _names(lambda row, seal: {"sealed": seal(f"names:{row.student_id}", f"{row.name}\n{row.spelled}")})
    with op.batch_alter_table("names") as table:
        table.alter_column("sealed", server_default=None)
        table.drop_column("name")
        table.drop_column("spelled")
    _others(lambda context, text: _keyring().seal(context, text))


def downgrade() -> None:
    with op.batch_alter_table("names") as table:
        table.add_column(sa.Column("name", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("spelled", sa.String(), nullable=False, server_default=""))
    _names(lambda row, _: dict(zip(("name", "spelled"), _opened(row), strict=True)))
    with op.batch_alter_table("names") as table:
        table.alter_column("name", server_default=None)
        table.alter_column("spelled", server_default=None)
        table.drop_column("sealed")
    _others(lambda context, text: _keyring().unseal(context, text))
    op.drop_index("ix_audit_actor_at", "audit")
    op.drop_table("readings")


def _keyring() -> Keyring:
    found = op.get_bind().get_execution_options()["keyring"]
    assert isinstance(found, Keyring)
    return found


def _opened(row: Any) -> tuple[str, str]:
    name, _, sounds = _keyring().unseal(f"names:{row.student_id}", row.sealed).rpartition("\n")
    return name, sounds


def _names(made: Callable[[Any, Callable[[str, str], str]], dict[str, str]]) -> None:
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in ("student_id", "name", "spelled", "sealed")]
    table, connection = sa.table("names", *columns), op.get_bind()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    for row in connection.execute(sa.select(table)).all():
        values = made(row, _keyring().seal)
        connection.execute(table.update().where(table.c.student_id == row.student_id).values(values))


def _others(change: Callable[[str, str], str]) -> None:
    """Notes, drafts (JSON before, a JSON text of a sealed one after), telephone numbers and shared secrets."""
    connection = op.get_bind()
    for name, key, column in OTHERS:
        kind = sa.JSON() if name == "drafts" else sa.String()
        table = sa.table(name, sa.column(key), sa.column(column, kind))
        for whose, old in connection.execute(sa.select(table.c[key], table.c[column])).all():
            if old is None:
                continue
            new: Any = change(f"{name}:{whose}", old if isinstance(old, str) else json.dumps(old))
            if name == "drafts" and isinstance(old, str):
                new = json.loads(new)
            same = table.c[key] == whose
            if name == "duty":
                same &= table.c[column] == old
            connection.execute(table.update().where(same).values({column: new}))
