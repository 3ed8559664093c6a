"""The loop of `runxin work`: due jobs one after the other, and between them the messages that are to go out.

Nothing is held in memory that would be missed: whoever ends in the middle leaves a lease behind, and when that has run
out another does the same again. A handler does its work in one transaction, or so that doing it twice does no harm.
"""

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from uuid import uuid4

from runxin.errors import UserError
from runxin.logs import get_logger
from serving.channels.letter import NotSent
from serving.jobs import store as kept
from serving.jobs.store import Job, Message
from serving.store import Store

LEASE = timedelta(seconds=60)  # longer than a job or a sending takes
IDLE_SECONDS = 0.5  # what rings at once rings within a second
MOST_ATTEMPTS = 12  # with the waits between them nearly two hours
LONGEST_WAIT = timedelta(minutes=30)


def new_name() -> str:
    """A name for a process that works: whose lease it is."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


@dataclass
class Worker:
    """`handlers` do a job of each kind; `send` sends a message or raises `NotSent`."""

    store: Store
    handlers: Mapping[str, Callable[[Job], None]]
    send: Callable[[Message], None]
    clock: Callable[[], datetime]
    name: str = field(default_factory=new_name)
    lease: timedelta = LEASE

    def step(self) -> bool:
        """Do one job and send one message, where there are any; whether there was something to do."""
        worked = self._job()
        return self.deliver() or worked

    def run(self, stop: Event, idle_seconds: float = IDLE_SECONDS) -> None:
        """Work until told to stop; what was begun is finished. A database that is away is waited for."""
        log = get_logger("work")
        log.info("began", worker=self.name)
        while not stop.is_set():
            try:
                busy = self.step()
            except UserError as error:  # the database; nothing else gets here
                log.error("cannot work", reason=error.message)
                busy = False
            if not busy:
                stop.wait(idle_seconds)
        log.info("ended", worker=self.name)

    def run_until_idle(self) -> int:
        """Work until nothing is due; says how many steps that took."""
        steps = 0
        while self.step():
            steps += 1
        return steps

    def _job(self) -> bool:
        job = kept.lease_job(self.store, self.name, self.clock(), self.lease)
        if job is None:
            return False
        try:
            self.handlers[job.kind](job)
        except UserError as error:
            get_logger("work").error("job failed", kind=job.kind, reason=error.message, attempts=job.attempts)
            wait = wait_after(job.attempts)
            due = self.clock() + (wait if job.every is None else min(wait, job.every))
            last = job.every is None and job.attempts >= MOST_ATTEMPTS
            kept.put_off_job(self.store, self.name, job, error.kind.slug, None if last else due, self.clock())
        else:
            kept.finish_job(self.store, self.name, job, self.clock())
        return True

    def deliver(self, kind: str | None = None) -> bool:
        """Send one message, of one kind or of any; whether there was one."""
        message = kept.lease_message(self.store, self.name, self.clock(), self.lease, kind)
        if message is None:
            return False
        try:
            self.send(message)
        except NotSent as error:
            get_logger("work").error(
                "message not sent", channel=message.channel, reason=error.code, attempts=message.attempts
            )
            if error.for_good or message.attempts >= MOST_ATTEMPTS:
                kept.note_given_up(self.store, self.name, message, error.code, self.clock())
            else:
                due = self.clock() + wait_after(message.attempts)
                kept.put_off_message(self.store, self.name, message, error.code, due)
        else:
            kept.note_sent(self.store, self.name, message, self.clock())
        return True


def wait_after(attempts: int) -> timedelta:
    """How long is waited after so many tries in vain: 5 seconds, twice as long each time, half an hour at most."""
    return min(timedelta(seconds=5 * 2 ** min(attempts - 1, 12)), LONGEST_WAIT)
