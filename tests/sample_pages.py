"""The pages over a real store, with people who may sign in. A test may give lists of its own, and reviews."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from data_schemas.instruments import packaged_instruments
from models import load_artifact, read_policy
from runxin.errors import Kind, UserError
from serving.access import Action, Role, User, check_may
from serving.accounts import create_link, create_user, set_password
from serving.app import make_web
from serving.channels.config import read_channels
from serving.miss_review import Half, MissReading
from serving.platform import Champion, State
from serving.store import AuditEvent, Store, audit_rows
from serving.today import FollowUpList
from tests.factories import NOW
from tests.http_client import Client
from tests.known_schools import make_known
from tests.new_stores import new_store

SCHOOLS = ("school-01", "school-02")
COUNSELOR = User("wang", Role.COUNSELOR, SCHOOLS[:1])
ADMINISTRATOR = User("admin", Role.ADMINISTRATOR)
PASSWORDS = {"wang": "four words in a row", "admin": "another four words here"}


def make_state(store: Store, home: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> State:
    """A state without a model."""
    champion = Champion(home / "champion", load_artifact, lambda _: True)
    return State(store, read_policy(), champion, packaged_instruments(), channels=read_channels(home, {}), clock=clock)


def follow(client: Client, link: str) -> httpx.Response:
    """Open a one-time link and press its button, where there is one."""
    shown = client.get(link)
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', shown.text)
    if shown.status_code != 200 or found is None:
        return shown
    return client.post("/sign-in/link", {"form_token": found[1], "link": link.rpartition("link=")[2]})


@dataclass
class Sample:
    """The pages in a browser of their own; `lists` by school where the test gives them, `reviews` by half-year,
    `looked` who asked for which."""

    state: State
    client: Client
    lists: dict[str, FollowUpList | None] = field(default_factory=dict)
    reviews: dict[str, MissReading] = field(default_factory=dict)
    looked: list[tuple[str, str, str | None]] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return self.state.store

    def link(self, username: str) -> str:
        return "/sign-in?link=" + create_link(self.store, username, self.state.clock())

    def enter(self, username: str = "wang", client: Client | None = None) -> Client:
        """Sign in by a link, in the sample's own browser or in another."""
        client = client or self.client
        assert follow(client, self.link(username)).status_code == 303
        return client

    def trail(self, action: str) -> list[AuditEvent]:
        """What was done so often, oldest first."""
        return [row for row in reversed(audit_rows(self.store, 10_000)) if row.action == action]

    def read(self) -> list[tuple[str, str | None, str | None]]:
        """Who read whose record for which purpose, oldest first."""
        return [(row.actor, row.object_id, row.purpose) for row in self.trail("student.read")]

    def follow_up_list(self, _store: Store, school_id: str, *_: object, **__: object) -> FollowUpList:
        listed = self.lists.get(school_id)
        if listed is None:
            raise UserError(Kind.NOT_FOUND, "nothing is published")
        return listed

    def open_misses(
        self, _state: State, user: User, half: Half, school_id: str | None
    ) -> tuple[MissReading | None, list[str]]:
        check_may(user, Action.SEE_MISS_COUNTS, school_id)
        self.looked.append((user.username, half.name, school_id))
        return self.reviews.get(half.name), sorted(self.reviews, reverse=True)


MakeSample = Callable[..., Sample]


def pages_over(
    store: Store,
    home: Path,
    user: User = COUNSELOR,
    base: str = "http://testserver",
    clock: Callable[[], datetime] = lambda: NOW,
) -> Sample:
    """Pages over what the store holds, at the moment that samples are about."""
    state = make_state(store, home, clock)
    for person in (user, ADMINISTRATOR):
        make_known(store, person.schools)
        create_user(store, person.username, person.role.code, person.schools, NOW)
    return Sample(state, Client(make_web(state), base))


def make_sample(
    home: Path,
    patch: pytest.MonkeyPatch,
    *listed: FollowUpList | None,
    user: User = COUNSELOR,
    base: str = "http://testserver",
) -> Sample:
    """Pages whose reviews, and whose list of the first school where one is given, are the test's own."""
    sample = pages_over(new_store(home), home, user, base)
    patch.setattr("serving.miss_review.pages.open_misses", sample.open_misses)
    if listed:
        (sample.lists[SCHOOLS[0]],) = listed
        patch.setattr("serving.today.service.follow_up_list", sample.follow_up_list)
    return sample


def with_passwords(sample: Sample) -> Sample:
    for username, password in PASSWORDS.items():
        set_password(sample.store, username, password, sample.state.clock())
    return sample
