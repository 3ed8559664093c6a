"""How far a screening is, on stderr: on a terminal as it moves, elsewhere a line from time to time."""

import time

from rich.progress import Progress, TaskID

from runxin.cli.output import console

SILENT = 30.0  # seconds between two lines in a log
LONG = 90.0  # seconds, from which minutes are told


def how_far(done: int, of: int, seconds: float) -> str:
    """So many students of all were assessed in so many seconds; at that pace the rest takes as long as it says.
    Publishing comes on top, and how long it takes is not known before."""
    if not done:
        return f"assessing {of:,} students"
    if done == of:
        return "publishing"
    left = seconds / done * (of - done)
    span = f"{left / 60:.0f} min" if left >= LONG else f"{left:.0f} s"
    return f"assessed {done:,} of {of:,}, about {span} more, then publishing"


class HowFar:
    """Called with the students who are assessed and all of them; it begins anew at 0."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar, self._task = bar, task
        self._begun = self._told = time.monotonic()

    def __call__(self, done: int, of: int) -> None:
        now = time.monotonic()
        if not done:
            self._begun = now
        said = how_far(done, of, now - self._begun)
        self._bar.update(self._task, description=said)
        if not console.is_terminal and now - self._told >= SILENT:
            self._told = now
            console.print(said, highlight=False)
