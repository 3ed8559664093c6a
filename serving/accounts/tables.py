"""Users of the pages and how they come in. Tokens, passwords and recovery codes are kept as hashes only."""

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
    sa.Column("disabled_at", Instant),
)

sign_in_links = sa.Table(
    "sign_in_links",
    metadata,
    sa.Column("token_hash", sa.String, primary_key=True),
    sa.Column("username", sa.ForeignKey("users.username"), nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
)

# `confirmed_at` is when the person last showed who they are; `awaits_code` of who has given the first factor only.
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.String, primary_key=True),
    sa.Column("username", sa.ForeignKey("users.username"), nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("last_seen_at", Instant, nullable=False),
    sa.Column("confirmed_at", Instant, nullable=False),
    sa.Column("way", sa.String, nullable=False),
    sa.Column("awaits_code", sa.Boolean, nullable=False),
)

# Browsers in which somebody has signed in before: others' tries do not hold them up.
devices = sa.Table(
    "devices",
    metadata,
    sa.Column("token_hash", sa.String, primary_key=True),
    sa.Column("username", sa.ForeignKey("users.username"), primary_key=True),
    sa.Column("last_used_at", Instant, nullable=False),
)

# Failed tries since the last success, by the hash of who tried whose account; a row of a day ago counts no more.
sign_in_tries = sa.Table(
    "sign_in_tries",
    metadata,
    sa.Column("bucket", sa.String, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", Instant, nullable=False),
    sa.Column("closed_until", Instant),
)

# The secret that an authenticator shares; `last_step` is the newest 30 seconds whose code was used.
second_factors = sa.Table(
    "second_factors",
    metadata,
    sa.Column("username", sa.ForeignKey("users.username"), primary_key=True),
    sa.Column("secret", sa.String, nullable=False),
    sa.Column("confirmed_at", Instant),
    sa.Column("last_step", sa.Integer, nullable=False),
)

recovery_codes = sa.Table(
    "recovery_codes",
    metadata,
    sa.Column("code_hash", sa.String, primary_key=True),
    sa.Column("username", sa.ForeignKey("users.username"), nullable=False),
)

# What one administrator asks for and another decides.
account_requests = sa.Table(
    "account_requests",
    metadata,
    sa.Column("request_id", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("username", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("schools", sa.JSON, nullable=False),
    sa.Column("asked_by", sa.String, nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("decided_by", sa.String),
    sa.Column("decided_at", Instant),
    sa.Column("approved", sa.Boolean),
)
