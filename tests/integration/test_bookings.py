"""预约: who asks, who gives a time, what stands on 今日 and on the student's page, and who is shown why."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from serving.bookings.booking import NEXT, Asker, BookedStep, BookingStep, booking_of
from serving.bookings.store import find_booking, free_slots, keep_steps
from serving.store import Store
from serving.store.booking_tables import booking_slots, booking_steps
from tests import sample_school as school
from tests.desk import Desk, colleague, rows, small_school
from tests.factories import NOW
from tests.new_stores import new_store

# NOW is Friday 2026-11-20, ten in the morning in China.
OFFER = {"day": "2026-11-23", "from": "14:00", "until": "15:30", "minutes": "45", "weeks": "1", "slot": ""}
WHY = "家里的事想找人说说"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    small_school(store)
    return Desk(store, tmp_path)


def page(desk: Desk, path: str = "/bookings") -> str:
    return re.sub(r"\s+", " ", unescape(desk.client.get(path).text))


def send(desk: Desk, path: str = "/bookings", **fields: str) -> httpx.Response:
    token = re.findall(r'name="form_token" value="([^"]*)"', desk.client.get("/help").text)[0]
    return desk.client.post(path, {"form_token": token, "school": "school-01"} | fields)


def ask(desk: Desk, student_id: str = "S-2", **fields: str) -> int:
    return send(desk, student_id=student_id, **{"asker": "student", "slot": "", "note": WHY} | fields).status_code


def offer(desk: Desk, **fields: str) -> list[str]:
    """Offer times; the ids of all that are free."""
    assert send(desk, "/bookings/times", **OFFER | fields).status_code == 303
    return [one.slot_id for one in free_slots(desk.pages.store, "school-01", desk.now)]


def step(desk: Desk, said: str, slot: str = "", reason: str = "", last: int | None = None) -> httpx.Response:
    """Say something of the newest booking as it was read."""
    with desk.pages.store.reading() as connection:
        newest = connection.execute(booking_steps.select().order_by(booking_steps.c.step_id.desc())).first()
    assert newest is not None
    seen = str(newest.step_id if last is None else last)
    fields = {"booking": newest.booking_id, "step": said, "slot": slot, "reason": reason, "last": seen}
    return send(desk, "/bookings/step", **fields)


def steps(store: Store) -> list[tuple[str, str]]:
    return [(one["step"], one["said_by"]) for one in rows(store, booking_steps)]


def test_a_teacher_asks_the_counselor_gives_a_time_and_says_whether_it_was_kept(desk: Desk, store: Store) -> None:
    teacher = colleague(desk, "zhao", "staff")
    assert ask(teacher) == 303
    assert "S-2</strong> · 待安排" in page(teacher)
    assert "1 个预约待安排" in page(desk, "/")
    first, second = offer(desk)
    assert step(desk, "given", first).status_code == 303
    assert 'S-2</strong> · 已约好 · <span class="whole">周一 11月23日 14:00–14:45' in page(teacher)
    assert "已约好 · 11月23日 14:00 · wang" in page(desk, "/students/S-2")
    assert "S-2</a> 14:00" not in page(desk, "/"), "it is not today"
    assert step(desk, "kept").status_code == 422, "it has not begun"
    assert step(desk, "given", second).status_code == 303, "moved"
    desk.now = NOW + timedelta(days=3)
    desk.enter()
    assert '今天的预约：<span class="whole"><a href="/students/S-2">S-2</a> 14:45 wang' in page(desk, "/")
    desk.now = NOW + timedelta(days=3, hours=6)
    desk.enter()
    assert '时间已过，请登记到没到 <span class="count">1</span>' in page(desk)
    assert step(desk, "kept").status_code == 303
    assert steps(store) == [("asked", "zhao"), ("given", "wang"), ("given", "wang"), ("kept", "wang")]
    assert "申请 1 次 · 待安排 0 · 已约好 0 · 未安排 0 · 已取消 0 · 已到 1 · 未到 0" in page(desk)
    assert "中位数 3.2 天" in page(desk)
    assert {one.object_id for one in desk.pages.trail("booking.given")} == {"S-2"}


def test_why_somebody_asked_stands_on_the_students_page_alone_and_is_sealed(desk: Desk, store: Store) -> None:
    teacher = colleague(desk, "zhao", "staff")
    assert ask(teacher) == ask(teacher, school.BLIND) == 303
    assert WHY not in page(teacher) + page(desk) + page(desk, "/") + page(desk, "/bookings?student=S-2")
    assert WHY in page(desk, "/students/S-2")
    blind = f"/students/{school.BLIND}"
    assert "待安排" in page(desk, blind)
    assert WHY not in page(desk, blind), "of whom a blind talk is to be had nothing is told beforehand"
    assert WHY in page(desk, f"{blind}?reveal=1")
    assert all(one["note"].startswith("rx1.") for one in rows(store, booking_steps))
    assert teacher.client.get("/students/S-2").status_code == 403
    assert colleague(desk, "ren", "principal").client.get("/bookings").status_code == 403


def test_a_time_is_given_once_and_nobody_writes_over_what_another_did(desk: Desk) -> None:
    (only,) = offer(desk, until="14:45")
    assert ask(desk, "S-1", slot=only) == 303, "who gives times gives the one that is chosen"
    assert ask(desk, "S-2", slot=only) == 422
    assert ask(desk, "S-2") == 303
    taken = step(desk, "given", only)
    assert taken.status_code == 422
    assert "这个时间已经没有了" in taken.text
    assert "别人刚刚处理过" in step(desk, "declined", reason="spoken", last=1).text
    assert step(desk, "declined").status_code == 422, "without a reason"
    assert step(desk, "declined", reason="spoken").status_code == 303
    assert "申请 2 次" in page(desk)


def test_the_time_of_who_is_declined_is_free_again(desk: Desk, store: Store) -> None:
    (only,) = offer(desk, until="14:45")
    assert ask(desk, "S-1", slot=only) == 303
    assert free_slots(store, "school-01", NOW) == ()
    assert step(desk, "declined", reason="not_wanted").status_code == 303
    assert [one.slot_id for one in free_slots(store, "school-01", NOW)] == [only]
    assert send(desk, "/bookings/times", slot=only).status_code == 303
    assert free_slots(store, "school-01", NOW) == (), "taken back"
    assert len(rows(store, booking_slots)) == 2, "both stand on record"


def test_times_are_cut_into_talks_and_skip_days_without_lessons(desk: Desk, store: Store) -> None:
    assert len(offer(desk, weeks="8")) == 16, "until 2027-01-11, the term's last Mondays among them"
    assert send(desk, "/bookings/times", **OFFER).status_code == 422, "they overlap"
    for wrong in ({"day": "2026-11-19"}, {"until": "14:30"}, {"minutes": "5"}, {"weeks": "99"}, {"from": "x"}):
        assert send(desk, "/bookings/times", **OFFER | wrong).status_code == 422, wrong
    other = colleague(desk, "li")
    assert len(offer(other)) == 18, "another counselor has hours of her own"
    assert send(other, "/bookings/times", slot=rows(store, booking_slots)[0]["slot_id"]).status_code == 422


def test_who_asked_may_withdraw_and_nobody_else_may(desk: Desk, store: Store) -> None:
    teacher, other = colleague(desk, "zhao", "staff"), colleague(desk, "qian", "staff")
    assert ask(teacher, asker="teacher") == 303
    assert ask(teacher) == 422, "one request at a time"
    assert step(other, "withdrawn").status_code == step(other, "kept").status_code == 403
    assert step(teacher, "given").status_code == 403
    assert step(desk, "withdrawn").status_code == 422
    assert step(teacher, "withdrawn").status_code == 303
    assert steps(store)[-1] == ("withdrawn", "zhao")
    assert ask(teacher, "S-4") == 403, "another school's student"


def test_a_request_moves_nobody_on_the_list(desk: Desk) -> None:
    def order() -> list[str]:
        return re.findall(r'class="id">([^<]+)<', desk.client.get("/").text)

    before = order()
    assert ask(desk, "S-2") == 303
    assert order() == before


def test_every_state_has_its_next_ones_and_a_store_refuses_what_was_not_read(store: Store) -> None:
    assert set(NEXT) == set(BookingStep)
    asked = BookedStep("b", "S-2", "school-01", BookingStep.ASKED, NOW, "zhao", Asker.STUDENT)
    assert not any(booking_of([asked], {}).may(said, NOW) for said in (BookingStep.KEPT, BookingStep.NOT_KEPT))
    assert keep_steps(store, [asked], 0, []) is None
    given = BookedStep("b", "S-2", "school-01", BookingStep.GIVEN, NOW, "wang", slot_id="nowhere")
    assert keep_steps(store, [given], 0, []) == "gone_on"
    assert keep_steps(store, [given], 1, []) == "taken"
    found = find_booking(store, "b")
    assert found is not None
    assert found.state is BookingStep.ASKED
    with store.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(booking_steps)) == 1
