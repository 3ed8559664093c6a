"""One view of the database for the length of a page.

A page asks some sixty questions in thirty blocks: a connection and a transaction for each took an eighth of its
time, and each block could see another state of the database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import sqlalchemy as sa

from serving.store.dialects import reading_options


class View:
    """A connection, opened when something is first read. `is_stale` is set by who writes: what is read from then on
    comes from a new one."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.is_stale = False
        self._connection: sa.Connection | None = None
        self._blocks = 0  # that read from it now, one within another

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        if self.is_stale and not self._blocks:
            self.end()
        if self._connection is None:
            self._connection = self.engine.connect().execution_options(**reading_options(self.engine))
        self._blocks += 1
        try:
            yield self._connection
        except sa.exc.DBAPIError:
            self.is_stale = True  # PostgreSQL answers nothing more in a transaction with a fault
            raise
        finally:
            self._blocks -= 1

    def serves(self, engine: sa.Engine) -> bool:
        """Not another database, and not within a block that was begun before something was written."""
        return engine is self.engine and not (self.is_stale and self._blocks)

    def make_stale(self) -> None:
        """Called before something is written; a connection that nobody reads from is given back to be written with."""
        self.is_stale = True
        if not self._blocks:
            self.end()

    def end(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self.is_stale = None, False


view: ContextVar[View | None] = ContextVar("view", default=None)
