"""What people say was done of the city's plan, of a student and of a school. Rows are added: `undoes` names the one
that a row takes back. They stand here and not in their slice, since files that are joined take them along."""

from typing import Any

import sqlalchemy as sa

from serving.store.case_tables import whose_file
from serving.store.tables import Instant, metadata


def _said() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("duty", sa.String, nullable=False),
        sa.Column("done_on", sa.Date, nullable=False),
        sa.Column("result", sa.String, nullable=False),
        sa.Column("how", sa.String),
        sa.Column("reason", sa.String),
        sa.Column("undoes", sa.String),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.Column("recorded_by", sa.String, nullable=False),
    )


duty_records = sa.Table(
    "duty_records", metadata, sa.Column("record_id", sa.String, primary_key=True), *whose_file(), *_said()
)
school_duty_records = sa.Table(
    "school_duty_records",
    metadata,
    sa.Column("record_id", sa.String, primary_key=True),
    sa.Column("school_id", sa.String, nullable=False, index=True),
    *_said(),
)
