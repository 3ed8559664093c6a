"""How the clock and the messages stand, for probes, metrics, pages and `runxin doctor`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from serving.jobs.store import Sending, done_at, last_sendings, undelivered
from serving.store import Store

CLOCK = "clock"  # the job whose last look is the heartbeat of `runxin work`
CANARY = "canary"  # the kind of the messages that go out every day
LATE_MINUTES = 2  # after which a message that does not arrive is told of
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkState:
    """`known` says whether a worker has ever been here, `looked_at` when the clock looked last. `late` are messages
    that have not arrived for minutes or were given up within a day; `canaries` those of the last two days."""

    known: bool
    looked_at: datetime | None
    late: tuple[Sending, ...]
    canaries: tuple[Sending, ...]

    def silent_since(self, now: datetime, minutes: int) -> datetime | None:
        """Since when the clock has looked at nothing, where that is longer than so many minutes."""
        if self.looked_at is None or now - self.looked_at <= timedelta(minutes=minutes):
            return None
        return self.looked_at


def work_state(store: Store, now: datetime) -> WorkState:
    known, looked = done_at(store, CLOCK)
    late = [
        one
        for one in undelivered(store, now - A_DAY)
        if one.given_up_at is not None or now - one.made_at > timedelta(minutes=LATE_MINUTES)
    ]
    return WorkState(known, looked, tuple(late), tuple(last_sendings(store, [CANARY], now - 2 * A_DAY)))
