"""The audit log, and what leads from its pseudonyms to students."""

import sqlalchemy as sa

from serving.store.tables import Instant, metadata

# Only ever added to: triggers refuse the rest, and `hash` shows what was done behind their back
# (`serving.store.audit_chain`). `clock` is by how many seconds the clock had been set, or stood behind the row before.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("purpose", sa.String),
    sa.Column("object_id", sa.String),
    sa.Column("detail", sa.String),
    sa.Column("clock", sa.Integer),
    sa.Column("hash", sa.String, nullable=False),
    sa.Index("ix_audit_action_object_id_at", "action", "object_id", "at"),
    sa.Index("ix_audit_actor_at", "actor", "at"),
)

# What leads from a pseudonym in the audit log to a student. Erasure removes the row, and the log stays whole.
subject_keys = sa.Table(
    "subject_keys",
    metadata,
    sa.Column("student_id", sa.String, primary_key=True),
    sa.Column("key", sa.LargeBinary, nullable=False),
    sa.Column("pseudonym", sa.String, nullable=False),
    sa.Index("ix_subject_keys_pseudonym", "pseudonym", unique=True),
)
