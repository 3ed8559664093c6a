"""That the clock works is told every day, that it has stopped is told by the web process, by `/readyz` and on pages."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from data_schemas.school_days import Calendars
from data_schemas.zone import CHINA
from models import read_policy
from runxin.errors import UserError, unavailable
from serving.crisis.canary import let_canaries_go
from serving.crisis.silence import tell_silence
from serving.health.work import work_troubles
from serving.platform import State
from serving.store import Store
from serving.work import sender_by
from tests.crisis import Shift, with_robots
from tests.new_stores import new_store
from tests.receivers import Hooks
from tests.sample_pages import make_state

pytestmark = pytest.mark.usefixtures("each_database")
MORNING = datetime(2026, 11, 20, 7, 0, tzinfo=CHINA)
POLICY = read_policy()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def at_work(store: Store, tmp_path: Path, hook: Hooks) -> Shift:
    with_robots(tmp_path, hook, "ding", "two")
    return Shift(store, tmp_path, MORNING, hook)


def state_of(at_work: Shift) -> State:
    state = make_state(at_work.store, at_work.home, lambda: at_work.now)
    return replace(state, channels=at_work.work.channels)


def troubles(at_work: Shift) -> list[str]:
    codes = [channel.code for channel in at_work.work.channels]
    found = work_troubles(at_work.store, codes, POLICY.crisis, at_work.now)
    assert not any(one.stops for one in found)
    return [f"{one.part}: {one.what}" for one in found]


def test_each_morning_each_channel_carries_one_canary(at_work: Shift) -> None:
    at_work.step()
    assert at_work.texts() == []
    at_work.pass_time(29)
    assert at_work.texts() == [], "not before its time"
    at_work.pass_time(6)
    (text,) = at_work.texts()
    assert text.startswith("【润心】2026-11-20 每日自检：呼叫时钟正常。")
    assert len(at_work.texts("/two")) == 1
    at_work.pass_time(60)
    assert len(at_work.texts()) == 1, "once a day"
    at_work.now += timedelta(days=1)
    at_work.step()
    assert at_work.texts()[1].startswith("【润心】2026-11-21")


def test_no_canary_goes_where_made_up_danger_does_not_ring(
    at_work: Shift, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    monkeypatch.setattr("serving.crisis.canary.rings_due", lambda *_: [])
    now = MORNING + timedelta(hours=1)
    with pytest.raises(UserError, match="made-up danger does not ring"):
        let_canaries_go(store, at_work.work.channels, POLICY, Calendars(), now)
    at_work.now = now
    at_work.step()
    at_work.step(40)
    assert at_work.texts() == []
    assert troubles(at_work) == ["messages: today's canary has not arrived by ding, two"]


def test_a_canary_that_does_not_arrive_is_told(at_work: Shift, hook: Hooks) -> None:
    hook.answers["/two"] = (500, {})
    at_work.now = MORNING + timedelta(minutes=31)
    at_work.step()
    assert troubles(at_work) == []
    at_work.pass_time(31)
    assert troubles(at_work) == [
        "messages: 1 message did not arrive by two",
        "messages: today's canary has not arrived by two",
    ]


def test_a_clock_that_stands_still_is_told_by_the_web_process_once(at_work: Shift) -> None:
    at_work.step()
    state = state_of(at_work)
    sender = sender_by(at_work.store, at_work.work.channels, "https://runxin.example.org", lambda: at_work.now)
    at_work.now += timedelta(minutes=5)
    assert not tell_silence(state, sender)
    assert troubles(at_work) == []
    at_work.now += timedelta(minutes=1)
    assert tell_silence(state, sender)
    assert troubles(at_work) == ["clock: the crisis clock has been silent for 6 minutes: nobody is rung"]
    assert tell_silence(state, sender), "still so"
    (text,) = at_work.texts()
    assert text.startswith("【润心】呼叫时钟自 11-20 07:00 起没有运行，现在不会呼叫任何人")
    at_work.step()
    assert not tell_silence(state, sender)
    assert troubles(at_work) == []
    at_work.now += timedelta(minutes=10)
    assert tell_silence(state, sender)
    assert len(at_work.texts()) == 2, "another silence, another message"


def test_a_clock_that_fails_each_time_is_silent(at_work: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work.step()

    def fails(*_: object) -> None:
        raise unavailable("the store is away")

    monkeypatch.setattr("serving.crisis.clock.kept.may_ring", fails)
    at_work.pass_time(6)
    assert troubles(at_work) == ["clock: the crisis clock has been silent for 6 minutes: nobody is rung"]


def test_of_a_clock_that_was_never_started_something_is_said_where_there_are_channels(
    store: Store, tmp_path: Path
) -> None:
    (found,) = work_troubles(store, ["ding"], POLICY.crisis, MORNING)
    assert (found.part, found.what) == ("clock", "no worker has ever run: nobody is rung")
    assert work_troubles(store, [], POLICY.crisis, MORNING) == []


def test_without_a_channel_no_canary_is_missed(store: Store, tmp_path: Path) -> None:
    at_work = Shift(store, tmp_path, MORNING)
    at_work.step()
    at_work.step(120)
    assert troubles(at_work) == []
