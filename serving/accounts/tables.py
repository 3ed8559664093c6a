"""Users of the pages, their one-time links and their sessions. Tokens and passwords are kept as hashes only."""

import sqlalchemy as sa

from serving.store.tables import Instant, metadata

users = sa.Table(
    "users",
    metadata,
    sa.Column("username", sa.String, primary_key=True),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("schools", sa.JSON, nullable=False),
    sa.Column("password_hash", sa.String),
    sa.Column("created_at", Instant, nullable=False),
)

sign_in_links = sa.Table(
    "sign_in_links",
    metadata,
    sa.Column("token_hash", sa.String, primary_key=True),
    sa.Column("username", sa.ForeignKey("users.username"), nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.String, primary_key=True),
    sa.Column("username", sa.ForeignKey("users.username"), nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)
