"""What one process of the service opens at its start, and closes at its end."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from starlette.applications import Starlette

from data_schemas.calendar_tables import read_calendars
from data_schemas.instruments import known_instruments
from models import archive_artifact, assess, read_policy, records_of_requests
from models.champions import is_expected
from runxin.logs import configure_logs, get_logger
from runxin.settings import Settings
from serving.app import make_app, make_web
from serving.channels.config import read_channels
from serving.crisis.silence import watching_silence
from serving.health.checks import Health
from serving.health.ending_keys import ending_keys
from serving.health.request_log import keep_messages_out
from serving.health.work import work_troubles
from serving.platform import Champion, State
from serving.screening import may_rank
from serving.store import Store, last_run, open_store
from serving.store.checkpoints import checkpointing
from serving.work import sender_by


@dataclass(frozen=True)
class Opened:
    """The application, and what says whether it is ready."""

    app: Starlette
    state: State
    health: Health


@contextmanager
def open_service(settings: Settings) -> Iterator[Opened]:
    """Open the database and the model, and have everything loaded that the first request needs."""
    configure_logs(settings.logs)
    keep_messages_out()
    policy = read_policy(settings.policy_file)
    store = open_store(settings)
    try:
        champion = Champion(
            settings.champion,
            lambda folder: archive_artifact(folder, settings.models),
            lambda origin: may_rank(origin, students_origin(store)),
            expected=lambda: is_expected(settings.history),
        )
        instruments, calendars = known_instruments(settings.instruments), read_calendars(settings.calendar)
        channels = read_channels(settings.home)
        where = (settings.history, settings.public_url)
        state = State(store, policy, champion, instruments, calendars, *where, oidc=settings.oidc, channels=channels)
        folders = (settings.home, settings.audit_checkpoints.parent)
        codes = [channel.code for channel in channels]
        health = Health(
            store,
            folders,
            lambda: champion.now().status,
            work=lambda: [
                *work_troubles(store, codes, policy.crisis, state.clock()),
                *ending_keys(store, state.clock()),
            ],
        )
        app = make_app(state, make_web(state), health)
        _warm_up(state)
        get_logger("service").info("opened", model=champion.now().status, policy=policy.name)
        send = sender_by(store, channels, settings.public_url, state.clock)
        with checkpointing(store.keep_checkpoint), watching_silence(state, send):
            yield Opened(app, state, health)
    finally:
        store.close()


def students_origin(store: Store) -> str:
    """Whose students come here: those of the demonstration where its list is in force, else real, local ones."""
    last = last_run(store)
    return "synthetic" if last is not None and last.synthetic else "local"


def _warm_up(state: State) -> None:
    """Score a student who does not exist, so that nobody waits for code to load; then leave all of it to the garbage
    collector's permanent generation, which it does not walk."""
    record = {"student_id": "nobody", "stage": "junior", "sex": "unknown", "responses": []}
    assess(records_of_requests([record]), date.today(), state.champion.now().artifact, state.policy)
    gc.collect()
    gc.freeze()
