"""Jobs and messages: one worker holds each, a lease that has run out is taken over, and nothing is done twice for
good."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from runxin.errors import unavailable
from serving.channels.letter import NotSent
from serving.jobs.store import Job, Message, add_job, add_messages, done_at, ensure_jobs, sendings
from serving.jobs.tables import jobs, outbox
from serving.jobs.work import MOST_ATTEMPTS, Worker, wait_after
from serving.store import Store
from tests.desk import rows
from tests.factories import NOW
from tests.new_stores import new_store

pytestmark = pytest.mark.usefixtures("each_database")
SECOND = timedelta(seconds=1)


class Killed(BaseException):
    """The process is gone: nothing after it happens."""


@dataclass
class Hands:
    """A worker whose jobs and messages are noted; `ends` says at what it is killed."""

    store: Store
    now: datetime = NOW
    done: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    ends: str = ""

    def worker(self, name: str = "a") -> Worker:
        def handle(job: Job) -> None:
            self.done.append(job.key)
            if self.ends == "job":
                raise Killed
            if self.ends == "away":
                raise unavailable("not now")

        def send(message: Message) -> None:
            self.sent.append(message.message_id)
            if self.ends == "message":
                raise Killed
            if self.ends == "refused":
                raise NotSent("refused")

        return Worker(self.store, {"k": handle}, send, lambda: self.now, name, timedelta(seconds=60))


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[Hands]:
    with new_store(tmp_path) as store:
        yield Hands(store)


def put(hands: Hands, *keys: str) -> None:
    with hands.store.writing() as connection:
        for key in keys:
            add_job(connection, Job(key, "k"), hands.now)


def put_out(hands: Hands, *ids: str) -> None:
    with hands.store.writing() as connection:
        add_messages(connection, [Message(one, "ding", "ring", "call") for one in ids], hands.now)


def test_a_job_is_done_once_and_asked_for_twice_it_is_one(hands: Hands) -> None:
    put(hands, "j", "j")
    assert hands.worker().run_until_idle() == 1
    put(hands, "j")
    hands.now += timedelta(days=1)
    assert hands.worker().run_until_idle() == 0
    assert hands.done == ["j"]


def test_one_that_comes_again_does_so_after_it_was_done(hands: Hands) -> None:
    ensure_jobs(hands.store, [Job("clock", "k", every=15 * SECOND)], hands.now)
    ensure_jobs(hands.store, [Job("clock", "k", every=15 * SECOND)], hands.now)
    for seconds, times in ((0, 1), (14, 1), (1, 2), (60, 3)):
        hands.now += seconds * SECOND
        hands.worker().run_until_idle()
        assert len(hands.done) == times, seconds
    assert done_at(hands.store, "clock") == (True, hands.now)
    assert done_at(hands.store, "nothing") == (False, None)


@pytest.mark.parametrize("ends", ["job", "message"])
def test_what_a_killed_worker_held_is_taken_over_when_its_lease_is_over(hands: Hands, ends: str) -> None:
    put(hands, "j") if ends == "job" else put_out(hands, "m")
    hands.ends = ends
    with pytest.raises(Killed):
        hands.worker("a").step()
    hands.ends = ""
    hands.now += 59 * SECOND
    assert not hands.worker("b").step(), "it is still held"
    hands.now += SECOND
    assert hands.worker("b").step()
    assert (hands.done, hands.sent) == ((["j", "j"], []) if ends == "job" else ([], ["m", "m"]))
    assert not hands.worker("a").step()


def test_who_comes_back_late_settles_nothing_of_anothers(hands: Hands) -> None:
    """A worker that hung beyond its lease: the job is another's by now, and done."""
    from serving.jobs.store import finish_job, lease_job

    put(hands, "j")
    late = lease_job(hands.store, "a", hands.now, SECOND)
    assert late is not None
    hands.now += SECOND
    held = lease_job(hands.store, "b", hands.now, 60 * SECOND)
    assert held is not None
    finish_job(hands.store, "a", late, hands.now)
    assert done_at(hands.store, "j") == (True, None)
    finish_job(hands.store, "b", held, hands.now)
    assert done_at(hands.store, "j") == (True, hands.now)


def test_a_job_that_fails_is_tried_again_ever_later_and_then_given_up(hands: Hands) -> None:
    put(hands, "j")
    hands.ends = "away"
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert hands.worker().run_until_idle() == 1, attempt
        hands.now += wait_after(attempt)
    assert hands.worker().run_until_idle() == 0
    (row,) = rows(hands.store, jobs)
    assert (row["failed"], row["attempts"], row["given_up_at"] is not None) == ("unavailable", MOST_ATTEMPTS, True)


def test_one_that_comes_again_is_never_given_up_and_never_waits_longer(hands: Hands) -> None:
    ensure_jobs(hands.store, [Job("clock", "k", every=15 * SECOND)], hands.now)
    hands.ends = "away"
    for _ in range(2 * MOST_ATTEMPTS):
        hands.worker().run_until_idle()
        hands.now += 15 * SECOND
    assert len(hands.done) == 2 * MOST_ATTEMPTS
    assert done_at(hands.store, "clock") == (True, None)


def test_a_message_is_put_out_once_and_its_address_is_sealed(hands: Hands) -> None:
    put_out(hands, "m")
    put_out(hands, "m")
    with hands.store.writing() as connection:
        add_messages(connection, [Message("s", "sms", "ring", "call", recipient="13800000001")], hands.now)
    assert [row["message_id"] for row in rows(hands.store, outbox)] == ["m", "s"]
    assert "138" not in str(rows(hands.store, outbox)[1]["recipient"])
    hands.worker().run_until_idle()
    assert sorted(hands.sent) == ["m", "s"]
    assert [one.state for one in sendings(hands.store, ["call"])["call"]] == ["sent", "sent"]


def test_a_job_of_no_kind_that_is_known_is_a_bug(hands: Hands) -> None:
    with hands.store.writing() as connection:
        add_job(connection, Job("x", "nobody knows it"), hands.now)
    with pytest.raises(KeyError):
        hands.worker().step()


def test_the_waits_grow_to_half_an_hour() -> None:
    assert [round(wait_after(n).total_seconds()) for n in (1, 2, 3, 9, 10, 50)] == [5, 10, 20, 1280, 1800, 1800]
