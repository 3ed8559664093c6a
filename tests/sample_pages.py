"""The pages over a real store, with people who may sign in; lists and reviews are those that a test gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_schemas.instruments import packaged_instruments
from models import load_artifact, read_policy
from models.assessment import Assessment
from runxin.errors import Kind, UserError
from runxin.settings import read_settings
from serving.access import Action, Role, User, check_may
from serving.accounts import create_link, create_user, set_password
from serving.app import make_web
from serving.followup.entries import Entry, FollowUpList, Pupil
from serving.miss_review import Half, MissReading
from serving.platform import Champion, State
from serving.store import Store, audit_rows, open_store
from tests.http_client import Client
from tests.known_schools import make_known

SCHOOLS = ("school-01", "school-02")
COUNSELOR = User("wang", Role.COUNSELOR, SCHOOLS[:1])
ADMINISTRATOR = User("admin", Role.ADMINISTRATOR)
PASSWORDS = {"wang": "four words in a row", "admin": "another four words here"}


def make_state(store: Store, home: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> State:
    """A state without a model."""
    champion = Champion(home / "champion", load_artifact, lambda _: True)
    return State(store, read_policy(), champion, packaged_instruments(), clock=clock)


@dataclass
class Sample:
    """The pages in a browser of their own; `lists` by school, `reviews` by half-year, `looked` who asked for which."""

    state: State
    client: Client
    lists: dict[str, FollowUpList | None]
    more: Sequence[Entry]
    reviews: dict[str, MissReading] = field(default_factory=dict)
    looked: list[tuple[str, str, str | None]] = field(default_factory=list)

    def link(self, username: str) -> str:
        return "/sign-in?link=" + create_link(self.state.store, username, self.state.clock())

    def enter(self, username: str = "wang", client: Client | None = None) -> Client:
        """Sign in by a link, in the sample's own browser or in another."""
        client = client or self.client
        assert client.get(self.link(username)).status_code == 303
        return client

    def read(self) -> list[tuple[str, str | None, str | None]]:
        """Who read whose record for which purpose, oldest first."""
        rows = [row for row in audit_rows(self.state.store) if row.action == "student.read"]
        return [(row.actor, row.object_id, row.purpose) for row in reversed(rows)]

    def lines(self) -> list[Entry]:
        return [*(line for listed in self.lists.values() if listed for line in all_lines(listed)), *self.more]

    def follow_up_list(self, _store: Store, school_id: str, *_: object, **__: object) -> FollowUpList:
        listed = self.lists.get(school_id)
        if listed is None:
            raise UserError(Kind.NOT_FOUND, "nothing is published")
        return listed

    def find_student(self, _store: Store, student_id: str, _with_name: bool = False) -> Pupil | None:
        by_id = {line.pupil.student_id: school for school, listed in self.lists.items() if listed
                 for line in all_lines(listed)}  # fmt: skip
        found = self._line(student_id)
        return None if found is None else replace(found.pupil, school_id=by_id.get(student_id, SCHOOLS[0]))

    def current_of(self, _store: Store, student_id: str) -> tuple[Assessment | None, str | None]:
        found = self._line(student_id)
        return (None, None) if found is None else (found.assessment, found.assessment_id)

    def open_misses(
        self, _state: State, user: User, half: Half, school_id: str | None
    ) -> tuple[MissReading | None, list[str]]:
        check_may(user, Action.SEE_MISS_COUNTS, school_id)
        self.looked.append((user.username, half.name, school_id))
        return self.reviews.get(half.name), sorted(self.reviews, reverse=True)

    def _line(self, student_id: str) -> Entry | None:
        return next((line for line in self.lines() if line.pupil.student_id == student_id), None)


MakeSample = Callable[..., Sample]


def make_sample(
    home: Path,
    patch: pytest.MonkeyPatch,
    listed: FollowUpList | None,
    *more: Entry,
    user: User = COUNSELOR,
    base: str = "http://testserver",
) -> Sample:
    """Pages over one list of the first school; `more` students can be opened although no section of it holds them."""
    store = open_store(read_settings({"RUNXIN_HOME": str(home)}))
    state = make_state(store, home)
    for person in (user, ADMINISTRATOR):
        make_known(store, person.schools)
        create_user(store, person.username, person.role.code, person.schools, state.clock())
    sample = Sample(state, Client(make_web(state), base), {SCHOOLS[0]: listed}, more)

    def with_more(store: Store, school_id: str, *_: object, **__: object) -> FollowUpList:
        found = sample.follow_up_list(store, school_id)
        return replace(found, below=(*found.below, *more))

    patch.setattr("serving.today.service.follow_up_list", sample.follow_up_list)
    patch.setattr("serving.student.service.follow_up_list", with_more)
    patch.setattr("serving.student.service.find_pupil", sample.find_student)
    patch.setattr("serving.student.service.current_of", sample.current_of)
    patch.setattr("serving.miss_review.pages.open_misses", sample.open_misses)
    return sample


def with_passwords(sample: Sample) -> Sample:
    for username, password in PASSWORDS.items():
        set_password(sample.state.store, username, password, sample.state.clock())
    return sample


def all_lines(listed: FollowUpList) -> tuple[Entry, ...]:
    queues = (*listed.history, *listed.retest, *listed.not_screened, *listed.identity)
    return (*listed.immediate, *listed.week, *listed.below, *queues)
