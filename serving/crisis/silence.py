"""The web process tells that the clock has fallen silent: `runxin work` cannot say so itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from runxin.errors import UserError
from runxin.logs import get_logger
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


@contextmanager
def watching_silence(state: State, send: Callable[[Message], None], seconds: float = SECONDS_BETWEEN) -> Iterator[None]:
    """Look so many seconds apart while the service runs."""
    ended = Event()

    def watch() -> None:
        while not ended.wait(seconds):
            try:
                tell_silence(state, send)
            except UserError as error:  # the database is away, which is rung for elsewhere; the next look is made
                get_logger("crisis").error("silence not looked for", reason=error.message)

    thread = Thread(target=watch, name="silence", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
