"""Jobs and outgoing messages. Nothing in them is about a person: what a message tells is looked up when it goes out.

Whoever takes one holds it until `lease_until`; when that is over, because the process was killed or hangs, another
takes it. So each is done at least once, and whoever receives a message twice tells by its id.
"""

from typing import Any

import sqlalchemy as sa

from serving.store.tables import Instant, metadata


def _leased() -> tuple[sa.Column[Any], ...]:
    """When something is due, and who holds it until when."""
    return (
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("lease_until", Instant),
        sa.Column("leased_by", sa.String),
        sa.Column("attempts", sa.Integer, nullable=False),
    )


# `key` is given by whoever asks for the work: the same twice is one job. One with `every_seconds` is due again so long
# after it was done; `done_at` then says when it was done last. `failed` is why it was not done the last time.
jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("every_seconds", sa.Integer),
    *_leased(),
    sa.Column("done_at", Instant),
    sa.Column("given_up_at", Instant),
    sa.Column("failed", sa.String),
    sa.Index("ix_jobs_due_at", "due_at"),
)

# `message_id` is the same however often it is sent. `body` names what it tells of by ids of our own. `recipient` is an
# address or a telephone number, sealed. `failed` is a word of ours, never what the other side said.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("message_id", sa.String, primary_key=True),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("about", sa.String, nullable=False, index=True),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("recipient", sa.String),
    sa.Column("made_at", Instant, nullable=False),
    *_leased(),
    sa.Column("sent_at", Instant),
    sa.Column("given_up_at", Instant),
    sa.Column("failed", sa.String),
    sa.Index("ix_outbox_due_at", "due_at"),
)
