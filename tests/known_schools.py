"""Schools that somebody has imported, for tests whose users and keys need one."""

from collections.abc import Iterable
from datetime import UTC, datetime

from data_schemas.schools import SchoolRow
from serving.store import Store, keep_schools


def make_known(store: Store, school_ids: Iterable[str]) -> None:
    """Import schools of these ids, of which nothing else is known."""
    keep_schools(store, [SchoolRow(one, one) for one in school_ids], "test", datetime(2026, 9, 1, tzinfo=UTC))
