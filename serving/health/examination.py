"""`runxin doctor`: one look at everything that a service needs, without changing any of it."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from data_schemas.calendar_tables import read_calendars
from data_schemas.instruments import known_instruments
from models import load_artifact, read_policy
from models.champions import is_expected
from runxin.errors import UserError, how_many
from runxin.settings import Settings
from serving.audit import verify_log
from serving.channels.config import read_channels
from serving.health.checks import LEAST_FREE, OF_MODEL, Trouble
from serving.health.ending_keys import ending_keys
from serving.health.work import NEVER, START, work_troubles
from serving.jobs.state import work_state
from serving.store import check_usable
from serving.store.database import look_at_store

Part = tuple[str, list[Trouble]]


def examine(settings: Settings) -> Iterator[Part]:
    """Each part with what is wrong with it."""
    yield "home", _home(settings)
    yield "disk", _disk(settings)
    yield "store", _told("store", lambda: _store(settings))
    yield "audit log", _told("audit log", lambda: _audit(settings))
    yield "model", _told("model", lambda: _model(settings))
    yield "clock", _told("clock", lambda: _clock(settings))
    yield "keys", _told("keys", lambda: _keys(settings))
    yield "policy", _told("policy", lambda: _read(lambda: read_policy(settings.policy_file)))
    yield "questionnaires", _told("questionnaires", lambda: _read(lambda: known_instruments(settings.instruments)))
    yield "calendars", _told("calendars", lambda: _read(lambda: read_calendars(settings.calendar)))


def _told(part: str, look: Callable[[], list[Trouble]]) -> list[Trouble]:
    """What a look finds, or why there is none."""
    try:
        return look()
    except UserError as error:
        lines = [Trouble(part, str(problem), "see above") for problem in error.problems[:5]]
        return [Trouble(part, error.message, error.fix or "mend it"), *lines]


def _read(look: Callable[[], object]) -> list[Trouble]:
    look()
    return []


def _home(settings: Settings) -> list[Trouble]:
    home = settings.home
    if not home.exists():
        return [Trouble("home", f"{home} does not exist yet", "runxin serve makes it", stops=False)]
    if not os.access(home, os.W_OK | os.X_OK):
        return [Trouble("home", f"{home} may not be written", "give Runxin's user the right to write it")]
    open_to = [file for file in (home, *home.rglob("*")) if _is_open(file)]
    if not open_to:
        return []
    what = f"{how_many(len(open_to), 'path')} that others can read, {open_to[0].name} among them"
    return [Trouble("home", what, f"chmod -R go= {home}", stops=False)]


def _is_open(file: Path) -> bool:
    return not file.is_symlink() and bool(stat.S_IMODE(file.stat().st_mode) & 0o077)


def _disk(settings: Settings) -> list[Trouble]:
    found = []
    for folder in dict.fromkeys((settings.home, settings.audit_checkpoints.parent)):
        if folder.exists() and shutil.disk_usage(folder).free < LEAST_FREE:
            found.append(Trouble("disk", f"the disk of {folder} is full", "make room"))
    return found


def _store(settings: Settings) -> list[Trouble]:
    store = look_at_store(settings)
    if store is None:
        return [Trouble("store", "there is no database yet", "runxin serve makes it", stops=False)]
    with store:
        if not check_usable(store):
            return [Trouble("store", "somebody is writing at this moment", "ask again in a minute", stops=False)]
    return []


def _audit(settings: Settings) -> list[Trouble]:
    store = look_at_store(settings)
    if store is None:
        return []
    with store:
        faults = verify_log(store, settings.audit_checkpoints).faults
    return [Trouble("audit log", str(fault), "runxin audit verify; keep the files") for fault in faults[:5]]


def _clock(settings: Settings) -> list[Trouble]:
    """Here a worker that was never started is told of also where there are no channels."""
    codes = [channel.code for channel in read_channels(settings.home)]
    store = look_at_store(settings)
    if store is None:
        return []
    with store:
        now = datetime.now(UTC)
        if not work_state(store, now).known:
            return [Trouble("clock", NEVER, START, stops=False)]
        return work_troubles(store, codes, read_policy(settings.policy_file).crisis, now)


def _keys(settings: Settings) -> list[Trouble]:
    store = look_at_store(settings)
    if store is None:
        return []
    with store:
        return ending_keys(store, datetime.now(UTC))


def _model(settings: Settings) -> list[Trouble]:
    if settings.champion.exists():
        load_artifact(settings.champion)
        return []
    status = "unavailable" if is_expected(settings.history) else "none"
    return [Trouble("model", OF_MODEL[status], "runxin rollback, or promote one", stops=status == "unavailable")]
