"""The crisis clock over a store and real receivers: who is told what when, what is on record, and what ends it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data_schemas.zone import CHINA
from serving.audit import verify_log
from serving.crisis.store import rings_of
from serving.jobs.store import sendings
from serving.jobs.work import MOST_ATTEMPTS
from serving.store import Store, audit_rows
from serving.store.erasures import erase_record
from serving.store.ring_tables import rings
from tests.crisis import MINUTE, Shift, in_danger, shift, with_robots
from tests.desk import rows
from tests.factories import AS_OF, NOW, tell, word
from tests.new_stores import new_store
from tests.receivers import Hooks

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def at_work(store: Store, tmp_path: Path, hook: Hooks) -> Iterator[Shift]:
    with shift(store, tmp_path, hook) as found:
        found.step()
        hook.received.clear()  # the canary of the morning
        yield found


def respond(store: Store, student_id: str, by: str, at: datetime) -> None:
    from serving.crisis.store import keep_answer
    from serving.store.case_events import RESPOND, CaseEvent

    keep_answer(store, CaseEvent(student_id, "school-01", RESPOND, at, by))


def called(store: Store, student_id: str = "S-1") -> list[tuple[int, str, str | None]]:
    """After how many minutes, why, and who."""
    found = rings_of(store, [student_id]).get(student_id, [])
    return [(round((one.rung_at - one.since) / MINUTE), one.step.code, one.person) for one in found]


def test_a_crisis_night_with_the_first_two_silent(at_work: Shift, store: Store) -> None:
    at_work.now = datetime(2026, 11, 20, 22, 2, tzinfo=CHINA).astimezone(UTC)
    at_work.danger("S-1")
    assert called(store) == [(0, "first", "赵老师")]
    at_work.pass_time(24)
    respond(store, "S-1", "chen", at_work.now)
    at_work.pass_time(34)
    assert called(store) == [(0, "first", "赵老师"), (10, "next", "李校长"), (20, "next", "陈校长")]
    assert [text.splitlines()[0] for text in at_work.texts()] == [
        "【润心】school-01：1 名学生需要立即响应，请随叫随到人员响应。",
        "【润心】school-01：1 名学生需要立即响应，此前无人响应，请分管校领导响应。",
        "【润心】school-01：1 名学生需要立即响应，此前无人响应，请校长响应。",
    ]
    assert at_work.texts()[0].splitlines()[1] == "S-1 R02（11-20 22:03 起）"
    trail = [(row.action, row.actor) for row in reversed(audit_rows(store)) if row.object_id == "S-1"]
    assert trail == [("ring.rung", "work")] * 3 + [("case.respond", "chen")]
    store.keep_checkpoint()
    assert verify_log(store, at_work.settings.audit_checkpoints).faults == ()


def test_a_message_holds_an_id_and_a_code_and_nothing_else_about_a_student(at_work: Shift, store: Store) -> None:
    at_work.danger("S-1")
    (text,) = at_work.texts()
    (sent,) = sendings(store, [rings_of(store, ["S-1"])["S-1"][0].call_id]).values()
    assert text.splitlines() == [
        "【润心】school-01：1 名学生需要立即响应，请值班心理教师响应。",
        "S-1 R02（11-20 10:01 起）",
        f"https://runxin.example.org/rings 消息编号 {sent[0].message_id}",
    ]


def test_many_at_once_are_one_message(at_work: Shift, store: Store) -> None:
    at_work.danger(*(f"S-{n}" for n in range(30)))
    (text,) = at_work.texts()
    assert "30 名学生需要立即响应" in text
    assert "另有 10 名，见页面。" in text
    assert len(rows(store, rings)) == 30


def test_a_talk_on_record_ends_it_as_taking_on_does(at_work: Shift, store: Store) -> None:
    at_work.danger("S-1", "S-2")
    key = f"R02:phq9:{AS_OF.isoformat()}"
    tell(store, word("S-1", 1, AS_OF, assessed=(key,)), at=at_work.now + MINUTE)
    at_work.pass_time(15)
    assert [step for _, step, _ in called(store, "S-1")] == ["first"]
    assert [step for _, step, _ in called(store, "S-2")] == ["first", "next"]


def test_at_the_end_of_the_school_day_the_principal_is_told_of_all_who_are_not_checked(
    at_work: Shift, store: Store
) -> None:
    at_work.danger("S-1", "S-2")
    for one in ("S-1", "S-2"):
        respond(store, one, "wang", at_work.now)
    tell(store, word("S-2", 1, AS_OF, assessed=(f"R02:phq9:{AS_OF.isoformat()}",)), at=at_work.now)
    at_work.now = datetime(2026, 11, 20, 16, 59, tzinfo=CHINA)
    at_work.step()
    at_work.hook.received.clear()  # type: ignore[union-attr]
    at_work.step(1)
    (text,) = at_work.texts()
    assert text.splitlines()[:2] == [
        "【润心】school-01：放学时还有 1 名学生没有核查，请校长过问。",
        "S-1 R02（11-20 10:01 起）",
    ]
    at_work.pass_time(5)
    assert len(at_work.texts()) == 1


def test_a_channel_that_fails_is_tried_again_and_then_given_up(at_work: Shift, store: Store, hook: Hooks) -> None:
    hook.answers["/ding"] = (500, {})
    at_work.danger("S-1")
    respond(store, "S-1", "wang", at_work.now)
    call = rings_of(store, ["S-1"])["S-1"][0].call_id
    (sent,) = sendings(store, [call])[call]
    assert (sent.state, sent.failed, sent.attempts) == ("waits", "answered_500", 1)
    at_work.pass_time(40)
    (sent,) = sendings(store, [call])[call]
    assert sent.attempts in range(8, MOST_ATTEMPTS)
    hook.answers.clear()
    at_work.pass_time(31)
    (sent,) = sendings(store, [call])[call]
    assert sent.state == "sent"
    assert hook.by_id[sent.message_id] == sent.attempts, "each try bears the same id"


def test_what_never_arrives_is_given_up_and_stays_on_record(at_work: Shift, store: Store, hook: Hooks) -> None:
    hook.answers["/ding"] = (403, {})
    at_work.danger("S-1")
    respond(store, "S-1", "wang", at_work.now)
    call = rings_of(store, ["S-1"])["S-1"][0].call_id
    for _ in range(MOST_ATTEMPTS):
        at_work.step(31)
    (sent,) = sendings(store, [call])[call]
    assert (sent.state, sent.attempts, sent.failed) == ("given_up", MOST_ATTEMPTS, "answered_403")
    assert ["message.given_up", "work"] in [[row.action, row.actor] for row in audit_rows(store)]


def test_each_school_has_its_own_robot(store: Store, tmp_path: Path, hook: Hooks) -> None:
    with_robots(tmp_path, hook, "one", "two")
    said = (tmp_path / "channels.toml").read_text("utf-8")
    for code, school in (("one", "school-01"), ("two", "school-02")):
        said = said.replace(f"[{code}]", f'[{code}]\nschools = ["{school}"]')
    (tmp_path / "channels.toml").write_text(said, "utf-8")
    at_work = Shift(store, tmp_path, NOW.replace(hour=0) - timedelta(hours=2), hook)
    in_danger(store, ["S-1"], at_work.now)
    in_danger(store, ["S-2"], at_work.now, school_id="school-02")
    at_work.step()
    assert [one.path for one in hook.received if "S-1" in one.content["text"]["content"]] == ["/one"]
    assert [one.path for one in hook.received if "S-2" in one.content["text"]["content"]] == ["/two"]


def test_without_a_channel_it_stands_on_the_page_alone(store: Store, tmp_path: Path) -> None:
    at_work = Shift(store, tmp_path)
    at_work.danger("S-1")
    assert called(store) == [(0, "first", None)]


def test_two_workers_ring_once(at_work: Shift, store: Store, hook: Hooks) -> None:
    other = Shift(store, at_work.home, at_work.now, hook)
    in_danger(store, ["S-1"], at_work.now)
    for one in (at_work, other, at_work, other):
        one.step(1)
    assert len(at_work.texts()) == 1
    assert called(store) == [(1, "first", "王老师")]


def test_two_looks_at_the_same_moment_keep_one_call(at_work: Shift, store: Store, hook: Hooks) -> None:
    """Whoever keeps the second finds the first one there, and keeps nothing."""
    from data_schemas.school_days import Calendars
    from models import read_policy
    from serving.crisis.clock import CrisisClock

    in_danger(store, ["S-1"], at_work.now)
    one, two = (CrisisClock(store, read_policy(), Calendars(), at_work.work.channels, lambda: NOW) for _ in range(2))
    due = [list(clock._due(clock._presents(NOW), NOW)) for clock in (one, two)]
    assert due[0] == due[1]
    assert (one.look(), two.look()) == (1, 0)


def test_what_was_rung_goes_with_the_record(at_work: Shift, store: Store) -> None:
    at_work.danger("S-1", "S-2")
    erase_record(store, "S-1", at_work.now, "admin")
    assert {row["student_id"] for row in rows(store, rings)} == {"S-2"}


def test_a_message_of_whom_nothing_is_left_tells_nothing(at_work: Shift, store: Store, hook: Hooks) -> None:
    hook.answers["/ding"] = (500, {})
    at_work.danger("S-1")
    respond(store, "S-1", "wang", at_work.now)
    call = rings_of(store, ["S-1"])["S-1"][0].call_id
    hook.received.clear()
    with store.writing() as connection:  # as an erasure does, which takes all else along
        connection.execute(rings.delete())
    at_work.step(1)
    assert hook.received == []
    assert [one.failed for one in sendings(store, [call])[call]] == ["nothing_left"]
