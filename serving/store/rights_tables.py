"""What somebody asked for about the own record: corrections, and by what an erased student is known again."""

import sqlalchemy as sa

from serving.store.case_tables import whose_file
from serving.store.tables import Instant, metadata

# A value that a person had corrected: added, never over what was there. `said` is sealed: what it was and what it is.
corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("correction_id", sa.String, primary_key=True),
    *whose_file(),
    sa.Column("field", sa.String, nullable=False),
    sa.Column("said", sa.String, nullable=False),
    sa.Column("asked_by", sa.String, nullable=False),
    sa.Column("identity", sa.String, nullable=False),
    sa.Column("corrected_at", Instant, nullable=False),
    sa.Column("corrected_by", sa.String, nullable=False),
)

# A keyed hash of the id of each erased student, with the day: what was gathered by then is not read again from a file
# of before. Whoever has the database alone, without the key outside it, cannot try ids.
erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("mark", sa.String, primary_key=True),
    sa.Column("erased_on", sa.Date, nullable=False),
)

erasure_keys = sa.Table(
    "erasure_keys",
    metadata,
    sa.Column("key_id", sa.String, primary_key=True),
    sa.Column("sealed", sa.String, nullable=False),
)
