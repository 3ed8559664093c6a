"""Requests that may be sent again, and what each was answered first."""

import sqlalchemy as sa

from serving.store.case_tables import whose_file
from serving.store.tables import Instant, metadata

# `name` is a hash of the key of the platform and of its `Idempotency-Key`, `fingerprint` one of what was asked. `rest`
# is what the answer said of nobody, `places` of how many students it told; `answered_at` is null until all is kept.
sent_requests = sa.Table(
    "sent_requests",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("fingerprint", sa.String, nullable=False),
    sa.Column("received_at", Instant, nullable=False, index=True),
    sa.Column("entry_ids", sa.JSON, nullable=False),
    sa.Column("rest", sa.LargeBinary, nullable=False),
    sa.Column("places", sa.Integer, nullable=False),
    sa.Column("answered_at", Instant),
)

# One student's part of a first answer. It goes where the student's rows go, and with them.
first_answers = sa.Table(
    "first_answers",
    metadata,
    sa.Column("answer_id", sa.String, primary_key=True),
    *whose_file(),
    sa.Column("request", sa.String, nullable=False, index=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("answer", sa.LargeBinary, nullable=False),
)

# Somebody who entered an event was told that a student is waited for ("shown"), and said what came of it ("told",
# "could_not"). `prompt_id` is of one student and day; `entered_by` says in what role they stood before the program.
prompts = sa.Table(
    "prompts",
    metadata,
    sa.Column("step_id", sa.String, primary_key=True),
    *whose_file(),
    sa.Column("prompt_id", sa.String, nullable=False, index=True),
    sa.Column("step", sa.String, nullable=False),
    sa.Column("client", sa.String, nullable=False),
    sa.Column("entered_by", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
)
