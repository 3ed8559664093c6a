"""`runxin work`: the clock of immediate checks, and the messages that go out, until it is told to stop."""

import signal
from datetime import UTC, datetime
from threading import Event
from types import FrameType
from typing import Annotated

import typer

from runxin.cli.output import answer
from runxin.logs import configure_logs
from runxin.settings import read_settings
from serving.work import open_work, send_test


def work_command(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end.")] = False,
    test: Annotated[str | None, typer.Option(metavar="CHANNEL", help="Send a test by this channel, and end.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Ring for immediate checks and send what is to go out; Ctrl-C ends it. Any number may work at once."""
    settings = read_settings()
    if test is not None:
        sent = send_test(settings, test, _now)
        answer({"channel": test, "message_id": sent}, json, f"a test went out by {test}; its id is {sent}")
        return
    with open_work(settings, _now) as work:
        channels = [channel.code for channel in work.channels]
        if once:
            steps = work.worker.run_until_idle()
            answer({"steps": steps, "channels": channels}, json, f"{steps} steps; channels: {', '.join(channels)}")
            return
        configure_logs(settings.logs)
        stop = Event()

        def end(_signal: int, _frame: FrameType | None) -> None:
            stop.set()

        before = {which: signal.signal(which, end) for which in (signal.SIGINT, signal.SIGTERM)}
        said = f"working as {work.worker.name}; channels: {', '.join(channels) or 'the page alone'} (Ctrl-C ends it)"
        answer({"worker": work.worker.name, "channels": channels}, json, said)
        try:
            work.worker.run(stop)
        finally:
            for which, handler in before.items():
                signal.signal(which, handler)


def _now() -> datetime:
    return datetime.now(UTC)
