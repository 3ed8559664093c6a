"""The web process tells that the clock has fallen silent: `runxin work` cannot say so itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from runxin.regularly import regularly
from serving.crisis.canary import SILENCE, put_out_silence
from serving.jobs.state import work_state
from serving.jobs.store import Message
from serving.jobs.work import Worker
from serving.platform.state import State

SECONDS_BETWEEN = 60


def tell_silence(state: State, send: Callable[[Message], None]) -> bool:
    """Tell by every channel, once for each time the clock fell silent; whether it is silent. Of several processes that
    see it one sends each message."""
    now = state.clock()
    since = work_state(state.store, now).silent_since(now, state.policy.crisis.silent_minutes)
    if since is not None:
        put_out_silence(state.store, state.channels, since, now)
        worker = Worker(state.store, {}, send, state.clock)
        while worker.deliver(SILENCE):
            pass
    return since is not None


def watching_silence(
    state: State, send: Callable[[Message], None], seconds: float = SECONDS_BETWEEN
) -> AbstractContextManager[None]:
    """Look so many seconds apart while the service runs; a database that is away does not end it."""
    return regularly(lambda: tell_silence(state, send), seconds, "silence")
