"""Something that is done so many seconds apart while a service runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from runxin.errors import UserError
from runxin.logs import get_logger


@contextmanager
def regularly(
    do: Callable[[], object], seconds: float, name: str, may_fail: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """Do it so many seconds apart in a thread of its own. What it fails by (a `UserError`, or one of `may_fail`) is
    logged by kind, and the next time is tried all the same."""
    ended = Event()
    expected: tuple[type[Exception], ...] = (UserError, OSError, *may_fail)

    def watch() -> None:
        while not ended.wait(seconds):
            try:
                do()
            except expected as error:
                get_logger(name).error("not done this time", kind=type(error).__name__)

    thread = Thread(target=watch, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
