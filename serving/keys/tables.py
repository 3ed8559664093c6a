"""Keys of platforms, kept as hashes only."""

import sqlalchemy as sa

from serving.store.tables import Instant, metadata

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("key_id", sa.String, primary_key=True),
    sa.Column("key_hash", sa.String, nullable=False, unique=True),
    sa.Column("client", sa.String, nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("schools", sa.JSON(none_as_null=True)),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
    sa.Column("expires_at", Instant),
    sa.Column("replaces", sa.String),
    sa.Column("last_used_at", Instant),
    sa.Column("per_minute", sa.Integer),
)
