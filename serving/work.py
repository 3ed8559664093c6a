"""What `runxin work` is made of: store, policy, calendars and channels; no model, no MLflow, no page."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from data_schemas.calendar_tables import read_calendars
from models.policy import read_policy
from runxin.errors import unavailable, usage
from runxin.settings import Settings
from serving.changes.cursor import KEPT
from serving.changes.store import CHANGED, remove_changes
from serving.changes.webhooks import put_out_changes, send_changes
from serving.channels.config import Channel, read_channels
from serving.channels.letter import NotSent
from serving.channels.send import send
from serving.crisis.canary import TEST, let_canaries_go, put_out_test
from serving.crisis.clock import CrisisClock
from serving.crisis.letters import letter_of
from serving.jobs.state import CANARY, CLOCK
from serving.jobs.store import Job, Message, ensure_jobs, sendings
from serving.jobs.work import LEASE, Worker
from serving.store import Store, open_store
from serving.store.checkpoints import checkpointing

LOOK_EVERY = timedelta(seconds=15)
CANARY_EVERY = timedelta(minutes=5)
TELL_EVERY = timedelta(seconds=5)
TIDY_EVERY = timedelta(hours=6)
TELL, TIDY = "tell_changes", "tidy_changes"


@dataclass(frozen=True)
class Work:
    """A worker with what it works on."""

    worker: Worker
    store: Store
    channels: tuple[Channel, ...]


def make_work(
    store: Store, settings: Settings, clock: Callable[[], datetime], lease: timedelta = LEASE, first: bool = True
) -> Work:
    """A worker over a store; the jobs that come again are put there where they are not yet (`first`)."""
    policy, calendars = read_policy(settings.policy_file), read_calendars(settings.calendar)
    channels = read_channels(settings.home)
    looking = CrisisClock(store, policy, calendars, channels, clock)

    def look(_job: Job) -> None:
        looking.look()

    def canary(_job: Job) -> None:
        let_canaries_go(store, channels, policy, calendars, clock())

    def tell(_job: Job) -> None:
        put_out_changes(store, clock())

    def tidy(_job: Job) -> None:
        remove_changes(store, clock() - KEPT)

    if first:
        jobs = (
            Job(CLOCK, CLOCK, every=LOOK_EVERY),
            Job(CANARY, CANARY, every=CANARY_EVERY),
            Job(TELL, TELL, every=TELL_EVERY),
            Job(TIDY, TIDY, every=TIDY_EVERY),
        )
        ensure_jobs(store, jobs, clock())
    sender = sender_by(store, channels, settings.public_url, clock)
    handlers = {CLOCK: look, CANARY: canary, TELL: tell, TIDY: tidy}
    worker = Worker(store, handlers, sender, clock, lease=lease)
    return Work(worker, store, channels)


def sender_by(
    store: Store, channels: Sequence[Channel], public_url: str, clock: Callable[[], datetime]
) -> Callable[[Message], None]:
    """What sends a message by the channel that it names."""
    by_code = {channel.code: channel for channel in channels}

    def sends(message: Message) -> None:
        if message.kind == CHANGED:
            return send_changes(store, message, clock())
        channel = by_code.get(message.channel)
        if channel is None:
            raise NotSent("no_channel", for_good=True)
        letter = letter_of(store, message, channel, public_url)
        if letter is None:
            raise NotSent("nothing_left", for_good=True)
        send(channel, letter, clock())

    return sends


@contextmanager
def open_work(settings: Settings, clock: Callable[[], datetime]) -> Iterator[Work]:
    with open_store(settings) as store, checkpointing(store.keep_checkpoint):
        yield make_work(store, settings, clock)


def send_test(settings: Settings, code: str, clock: Callable[[], datetime]) -> str:
    """Send a test by one channel now, on the way that everything goes; answers with the id that the message bears.
    Raises `UserError`: usage where there is no such channel, unavailable where it did not arrive."""
    with open_store(settings) as store:
        work = make_work(store, settings, clock, first=False)
        channel = next((one for one in work.channels if one.code == code), None)
        if channel is None:
            known = ", ".join(one.code for one in work.channels) or "no channel"
            raise usage(f"there is no channel {code!r}", fix=f"channels.toml in RUNXIN_HOME has {known}")
        about = put_out_test(store, channel, clock())
        work.worker.deliver(TEST)
        (sending,) = sendings(store, [about])[about]
    if sending.state != "sent":
        why = sending.failed or "another worker has taken it and is not done"
        raise unavailable(f"the test did not go out by {code}: {why}", fix="see docs/crisis-clock.md")
    return sending.message_id
