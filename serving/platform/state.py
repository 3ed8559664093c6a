"""What routes and pages work with, made once per process and handed to both applications."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from fastapi import Request

from data_schemas.instruments import Instrument
from data_schemas.own_features import OwnFeature
from data_schemas.school_days import Calendars
from models.policy import Policy
from models.triage import ZONE
from runxin.settings import Oidc
from serving.channels.config import Channel
from serving.platform.champion import Champion
from serving.platform.limits import WorkQueue
from serving.store import ReplayContext, Store


def system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class State:
    """`instruments` are the questionnaires that a record may name, by code, beside those the model brings;
    `calendars` those of the schools; `contexts` what was kept for replay so far, by model and status; `history` the
    file of every change of champion; `public_url` is where people reach the pages, `hashing` where passwords are
    compared; `oidc` is where people sign in elsewhere, `asking` where that is asked; `channels` are the ways by which
    staff are reached; `clock` answers with an aware time."""

    store: Store
    policy: Policy
    champion: Champion
    instruments: Mapping[str, Instrument]
    calendars: Calendars = field(default_factory=Calendars)
    history: Path | None = None
    public_url: str = "http://127.0.0.1:3000"
    hashing: WorkQueue = field(default_factory=WorkQueue, repr=False)
    oidc: Oidc | None = None
    asking: WorkQueue = field(default_factory=WorkQueue, repr=False)
    channels: tuple[Channel, ...] = ()
    contexts: dict[tuple[str | None, str | None], ReplayContext | None] = field(default_factory=dict, repr=False)
    clock: Callable[[], datetime] = system_clock

    def today(self) -> date:
        """The day it is in the schools."""
        return self.clock().astimezone(ZONE).date()


async def state_of(request: Request) -> State:
    """The state of the application that the request came to."""
    state = request.app.state.service
    assert isinstance(state, State)
    return state


def own_features_of(state: State) -> Sequence[OwnFeature]:
    """The features of the operator's own that the serving model reads."""
    artifact = state.champion.now().artifact
    return artifact.recipe.own if artifact is not None else ()


def instruments_of(state: State) -> dict[str, Instrument]:
    """Every questionnaire that a record may name; the model's own definition goes before the packaged one."""
    artifact = state.champion.now().artifact
    return {**state.instruments, **(artifact.instruments if artifact is not None else {})}
