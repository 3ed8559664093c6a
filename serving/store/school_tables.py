"""The tables of schools and of who is on duty. Rows are added and never changed: the newest say what is so."""

import sqlalchemy as sa

from serving.store.tables import Instant, metadata

# What an import said of a school; the newest row of a school stands.
schools = sa.Table(
    "schools",
    metadata,
    sa.Column("row_id", sa.Integer, primary_key=True),
    sa.Column("school_id", sa.String, nullable=False, index=True),
    sa.Column("imported_at", Instant, nullable=False),
    sa.Column("imported_by", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("county", sa.String),
    sa.Column("stages", sa.JSON, nullable=False),
    sa.Column("counselors", sa.Integer),
    sa.Column("double_certified", sa.Integer),
    sa.Column("room", sa.Boolean),
)

# Turns of duty. Those of one import and school replace what was there from the first one's start to the last one's end.
# A `change` on a page adds a turn or takes one out, as it says, and leaves the others.
duty = sa.Table(
    "duty",
    metadata,
    sa.Column("row_id", sa.Integer, primary_key=True),
    sa.Column("import_id", sa.String, nullable=False),
    sa.Column("school_id", sa.String, nullable=False, index=True),
    sa.Column("imported_at", Instant, nullable=False),
    sa.Column("imported_by", sa.String, nullable=False),
    sa.Column("person", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("phone", sa.String),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Column("note", sa.String),
    sa.Column("change", sa.String),
)

# The number that a school has made public, and who stands behind its roster whatever the hour: the newest row of a kind
# stands, and one without person and phone takes back what was said.
duty_numbers = sa.Table(
    "duty_numbers",
    metadata,
    sa.Column("row_id", sa.Integer, primary_key=True),
    sa.Column("school_id", sa.String, nullable=False, index=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("person", sa.String),
    sa.Column("phone", sa.String),
    sa.Column("said_at", Instant, nullable=False),
    sa.Column("said_by", sa.String, nullable=False),
)
