"""Notices that the machine's clock was set."""

import time

JUMP_SECONDS = 60  # by which the clock of the machine leaves a steady one


class SteadyClock:
    """The machine's clock, held against one that nobody can set and that goes on in sleep."""

    def __init__(self) -> None:
        self._apart = self._now()

    def jump(self) -> int | None:
        """Seconds by which the clock was set since the last call, forward above 0; None for less than a minute."""
        before, self._apart = self._apart, self._now()
        seconds = round(self._apart - before)
        return seconds if abs(seconds) >= JUMP_SECONDS else None

    @staticmethod
    def _now() -> float:
        steady = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
        return time.time() - time.clock_gettime(steady)
