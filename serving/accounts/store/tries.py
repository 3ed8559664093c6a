"""How often somebody may try. A try is counted before it is made, under the write lock: tries side by side cannot pass.

Each try falls into buckets; each bucket has some tries that are free, and a delay that doubles with every one after
them. A success gives the tries back.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from serving.accounts.tables import sign_in_tries
from serving.store.database import Store

FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=1)
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True)
class Bucket:
    """Tries of one kind that are counted together; the first `free` of them are not held up."""

    key: str
    free: int

    @classmethod
    def of(cls, free: int, *parts: str) -> "Bucket":
        """Known by a hash: nothing is told of who tried from where."""
        text = "\0".join(parts)
        return cls(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), free)

    def closed_for(self, failures: int) -> timedelta:
        """How long nobody may try after so many failures."""
        over = failures - self.free
        return timedelta() if over < 0 else min(FIRST_DELAY * 2 ** min(over, 20), LONGEST_DELAY)


def reserve_try(store: Store, buckets: Sequence[Bucket], now: datetime) -> bool:
    """Count a try as failed in every bucket; False, and nothing is counted, where one of them is closed."""
    with store.writing() as connection:
        connection.execute(sign_in_tries.delete().where(sign_in_tries.c.last_at <= now - FORGOTTEN))
        query = sign_in_tries.select().where(sign_in_tries.c.bucket.in_([bucket.key for bucket in buckets]))
        found = {row.bucket: row for row in connection.execute(query)}
        if any(row.closed_until is not None and row.closed_until > now for row in found.values()):
            return False
        for bucket in buckets:
            failures = found[bucket.key].failures + 1 if bucket.key in found else 1
            closed = bucket.closed_for(failures)
            row = {"failures": failures, "last_at": now, "closed_until": now + closed if closed else None}
            if bucket.key in found:
                mine = sign_in_tries.c.bucket == bucket.key
                connection.execute(sign_in_tries.update().where(mine).values(row))
            else:
                connection.execute(sign_in_tries.insert().values(row | {"bucket": bucket.key}))
    return True


def forgive(connection: sa.Connection, buckets: Sequence[Bucket]) -> None:
    """After a success nothing counts any more of what came the same way (the first bucket); of the others only this try
    is taken back, since those of other people are in them."""
    for bucket in buckets[:1]:
        connection.execute(sign_in_tries.delete().where(sign_in_tries.c.bucket == bucket.key))
    for bucket in buckets[1:]:
        mine = (sign_in_tries.c.bucket == bucket.key) & (sign_in_tries.c.failures > 0)
        connection.execute(sign_in_tries.update().where(mine).values(failures=sign_in_tries.c.failures - 1))
