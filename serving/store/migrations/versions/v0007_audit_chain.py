"""The audit log becomes a chain: rows that exist are bound together in their order, students get pseudonyms, and
triggers refuse what is no addition."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from serving.store.audit_chain import BEGIN, hash_of, pseudonyms, time_text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OF_STUDENTS = (
    "student.read",
    "student.revealed",
    "entry.recorded",
    "outcome.recorded",
    "file.joined",
    "file.parted",
    "assessment.replayed",
)
OF_TWO_FILES = ("file.joined", "file.parted")
AT_ONCE = 5000
REFUSED = "the audit log is only added to"


def upgrade() -> None:
    op.create_table(
        "subject_keys",
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_subject_keys")),
    )
    op.create_index("ix_subject_keys_pseudonym", "subject_keys", ["pseudonym"], unique=True)
    op.drop_index("ix_audit_action_object_id_at", "audit")
    op.rename_table("audit", "audit_before")
    if op.get_bind().dialect.name == "postgresql":  # whose names of constraints are the whole database's
        op.execute("ALTER INDEX pk_audit RENAME TO pk_audit_before")
    new = op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("object_id", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("clock", sa.Integer(), nullable=True),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_action_object_id_at", "audit", ["action", "object_id", "at"])
    connection = op.get_bind()
    number, before = 0, BEGIN
    for part in _parts(connection):
        joined = [row["detail"] for row in part if row["action"] in OF_TWO_FILES and row["detail"]]
        mine = [row["object_id"] for row in part if row["action"] in OF_STUDENTS and row["object_id"] is not None]
        names = pseudonyms(connection, [*mine, *joined])
        chained = []
        for row in part:
            number += 1
            if row["action"] in OF_STUDENTS:
                row["object_id"] = names.get(row["object_id"], row["object_id"])
            if row["action"] in OF_TWO_FILES:
                row["detail"] = names.get(row["detail"], row["detail"])
            row |= {"id": number, "clock": None}
            before = hash_of(before, row | {"at": time_text(row["at"])})
            chained.append(row | {"hash": before})
        connection.execute(new.insert(), chained)
    op.drop_table("audit_before")
    _refuse(connection.dialect.name)


def _refuse(dialect: str) -> None:
    """Triggers that refuse whatever is no addition."""
    if dialect == "sqlite":
        for act in ("UPDATE", "DELETE"):
            refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            op.execute(f"CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON audit {refuse}")
        return
    op.execute(
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for act in ("UPDATE", "DELETE", "TRUNCATE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )


def _parts(connection: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    """The rows in their order, so many at once."""
    names = ("actor", "action", "purpose", "object_id", "detail")
    old = sa.table(
        "audit_before", sa.column("audit_id", sa.Integer()), sa.column("at", sa.DateTime()), *map(sa.column, names)
    )
    done = 0
    while True:
        query = old.select().where(old.c.audit_id > done).order_by(old.c.audit_id).limit(AT_ONCE)
        rows = [dict(row) for row in connection.execute(query).mappings()]
        if not rows:
            return
        done = rows[-1]["audit_id"]
        for row in rows:
            del row["audit_id"]
            assert isinstance(row["at"], datetime)
        yield rows


def downgrade() -> None:
    raise NotImplementedError("the log of before was not bound together; restore a backup instead")
