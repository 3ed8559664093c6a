"""Keys of platforms that end soon and are still asked with: when one is over, its platform's records are refused."""

from datetime import datetime, timedelta

from serving.health.checks import Trouble
from serving.keys import KeyRow, list_keys
from serving.store import Store

SOON = timedelta(days=30)
FIX = "runxin key rotate KEY_ID, and change it in the platform"


def ending_keys(store: Store, now: datetime) -> list[Trouble]:
    """One trouble for each, which stops nothing: of keys in force that were used in the last month and end in the
    next."""
    return [
        Trouble("keys", f"the key {row.key_id} of {row.client} ends on {row.expires_at:%Y-%m-%d}", FIX, stops=False)
        for row in list_keys(store)
        if _ends_soon(row, now)
    ]


def _ends_soon(row: KeyRow, now: datetime) -> bool:
    if row.revoked_at is not None or row.expires_at is None or row.last_used_at is None:
        return False
    return now < row.expires_at <= now + SOON and row.last_used_at > now - SOON
