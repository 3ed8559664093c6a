"""Run by alembic: migrate over the connection that `open_store` hands in."""

from alembic import context

from serving.store.fact_changes import tell_nobody
from serving.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # a half-done migration is undone with its transaction
)
with context.begin_transaction():
    context.run_migrations()
tell_nobody(context.config.attributes["connection"])
