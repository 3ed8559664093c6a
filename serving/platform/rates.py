"""How often one key may ask, and how often somebody may try invalid keys. Counted by each process."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from starlette.exceptions import HTTPException

PER_MINUTE = 6000  # of a key that says nothing else: a city's nightly records one by one in an hour
BURST_SECONDS = 10  # of a key's requests at once, after it has asked nothing for so long
WRONG_PER_MINUTE = 60  # invalid or revoked keys, from one address
MOST = 10_000  # keys and addresses that are remembered


@dataclass
class Rates:
    """Buckets that fill up again: one a key, and one an address that sends invalid keys. `clock` is in
    seconds and never goes back."""

    clock: Callable[[], float]
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def asked(self, key_id: str, per_minute: int | None) -> None:
        """Count one request of a key; raises `HTTPException` 429 where it has asked too often."""
        rate = PER_MINUTE if per_minute is None else per_minute
        wait = self._take(f"key {key_id}", rate, max(rate * BURST_SECONDS / 60, 1.0))
        if wait > 0:
            raise _too_often(wait, f"this key may ask {rate} times a minute")

    def wrong_key(self, address: str) -> None:
        """Count an invalid or revoked key; raises `HTTPException` 429 where too many came from an address. A valid
        one is let in all the same: others may stand behind the same proxy."""
        wait = self._take(_mark(address), WRONG_PER_MINUTE, WRONG_PER_MINUTE)
        if wait > 0:
            raise _too_often(wait, "too many invalid or revoked keys came from this address")

    def _take(self, name: str, per_minute: float, most: float) -> float:
        """Take one out of a bucket; where there is none, the seconds until there is."""
        with self._lock:
            left = self._now(name, per_minute, most)
            enough = left >= 1
            self._left[name] = (left - 1 if enough else left), self.clock()
            if len(self._left) > MOST:  # who was forgotten begins anew
                del self._left[next(iter(self._left))]
        return 0.0 if enough else (1 - left) * 60 / per_minute

    def _now(self, name: str, per_minute: float, most: float) -> float:
        """What is in a bucket, which is taken out of its place: that of who asked last is the last."""
        left, at = self._left.pop(name, (most, self.clock()))
        return min(most, left + (self.clock() - at) * per_minute / 60)


def _mark(address: str) -> str:
    """Addresses are not kept as they are."""
    return f"tries {hashlib.sha256(address.encode()).hexdigest()}"


def _too_often(wait: float, what: str) -> HTTPException:
    return HTTPException(429, what, {"Retry-After": str(max(math.ceil(wait), 1))})
