"""Who was rung because of whom: facts about students, which are added and never changed. They stand here and not in
their slice, since files that are joined take them along and an erasure removes them."""

import sqlalchemy as sa

from serving.store.case_tables import whose_file
from serving.store.tables import Instant, metadata

# `rules` are the codes of what waits, `since` when it came in; `person` is the roster's name of who was called, null
# where the roster named nobody. Rings of one call went out in one message a channel (`serving.jobs`).
rings = sa.Table(
    "rings",
    metadata,
    sa.Column("ring_id", sa.String, primary_key=True),
    *whose_file(),
    sa.Column("call_id", sa.String, nullable=False, index=True),
    sa.Column("rules", sa.JSON, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("step", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("person", sa.String),
    sa.Column("rung_at", Instant, nullable=False),
    sa.Index("ix_rings_school_id_rung_at", "school_id", "rung_at"),
)
