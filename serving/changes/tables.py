"""Addresses of platforms that are told what changes."""

import sqlalchemy as sa

from serving.store.tables import Instant, metadata

# `url` and `secret` are sealed. With `private` the address may lie in a network of the operator's own.
webhooks = sa.Table(
    "webhooks",
    metadata,
    sa.Column("webhook_id", sa.String, primary_key=True),
    sa.Column("key_id", sa.String, nullable=False),
    sa.Column("url", sa.String, nullable=False),
    sa.Column("secret", sa.String, nullable=False),
    sa.Column("private", sa.Boolean, nullable=False),
    sa.Column("queued_until", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
)
