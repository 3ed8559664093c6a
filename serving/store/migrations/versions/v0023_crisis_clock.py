"""Jobs with leases, outgoing messages, and who was rung because of whom."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None
LEASE = (
    ("lease_until", sa.DateTime(), True),
    ("leased_by", sa.String(), True),
    ("attempts", sa.Integer(), False),
    ("given_up_at", sa.DateTime(), True),
    ("failed", sa.String(), True),
)


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        *(sa.Column(name, kind, nullable=may_lack) for name, kind, may_lack in LEASE),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_jobs")),
    )
    op.create_table(
        "outbox",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        *(sa.Column(name, kind, nullable=may_lack) for name, kind, may_lack in LEASE),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_outbox")),
    )
    for table, column in (("jobs", "due_at"), ("outbox", "due_at"), ("outbox", "about")):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_table(
        "rings",
        sa.Column("ring_id", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("rung_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("ring_id", name=op.f("pk_rings")),
    )
    for columns in (["student_id"], ["call_id"], ["school_id", "rung_at"]):
        op.create_index(op.f(f"ix_rings_{'_'.join(columns)}"), "rings", columns)


def downgrade() -> None:
    for table in ("rings", "outbox", "jobs"):
        op.drop_table(table)
