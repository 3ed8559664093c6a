"""What came of a wave beside what was planned. Every number of the page is counted here by hand."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from data_schemas.codes import Tier
from models.waves import RateFrom, WaveClass
from serving.store import AuditEvent, NewEntry, Store, record_entry
from serving.waves.store import PlannedClass, Wave, keep_wave, sheets_of
from tests.desk import Desk
from tests.factories import AS_OF, NOW, assessment, publish, sheet, student, tell, word
from tests.new_stores import new_store
from tests.wave_school import DAYS, FILLED, SCHOOL, SIZES, page, screened, whole_school


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    whole_school(store)
    return Desk(store, tmp_path)


def old_wave(store: Store) -> None:
    """A wave of last week as it was planned: 八(1)班 came a day later than it was to."""
    days = dict(zip(SIZES, (DAYS[0], DAYS[1], DAYS[1]), strict=True))
    classes = [PlannedClass(WaveClass(one, SIZES[one], 2.5, RateFrom.PUBLISHED), days[one]) for one in SIZES]
    wave = Wave("w", SCHOOL, "秋季筛查", "phq9", DAYS, tuple(classes), NOW - timedelta(days=20), "wang")
    assert keep_wave(store, wave, AuditEvent(NOW, "wang", "wave.planned", object_id=SCHOOL))


def key(on: date) -> str:
    return f"R01:phq9:{on.isoformat()}"


def test_afterwards_the_page_tells_what_came_beside_what_was_planned(desk: Desk, store: Store) -> None:
    old_wave(store)
    first = FILLED["七(1)班"]
    named = {"on": first, "recorded_on": first}
    tell(
        store,
        word("七(1)班-00", assessed=(key(first),), **named),  # named the same day
        word("七(1)班-01", assessed=None, **named),  # by another system, which names none
        word("七(1)班-02", assessed=(), **named),  # a talk that assessed nothing
        word("七(1)班-03", assessed=(key(first),), on=first + timedelta(days=1)),  # a day late
        word("七(1)班-04", assessed=(key(first),), **named | {"kind": "crisis_event"}),  # no talk
    )
    html = page(desk, "w")
    assert "收到 70 份，应 70 人" in html
    assert "需当日核查 7 人（预计 7.5）" in html
    assert "当日核查 2 / 7" in html
    assert "10 份不在本班计划的日期填写" in html
    assert "5 人当日没有核查记录" in html
    assert "请先核对" not in html
    body = html.partition("<tbody>")[2].partition("</tbody>")[0].split("</tr>")[:-1]
    cells = [
        re.findall(r'<td class="n">([\d.]+)', row) for row in body
    ]  # students, expected, sheets, positive, checked
    assert cells == [["30", "2.5", "30", "6", "2"], ["30", "2.5", "30", "1", "0"], ["10", "2.5", "10", "0", "0"]]
    assert "已结束" in page(desk)
    assert 'type="radio"' not in html


def test_where_most_sheets_are_positive_the_page_says_to_look_at_the_coding_first(
    desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_wave(store)
    monkeypatch.setattr("serving.waves.service.MOST", 0.09)
    html = page(desk, "w")
    assert "70 份中有 7 份需当日核查，超过一半。核查照常进行；同时请先核对这次的答案编码" in html


def test_a_check_that_was_corrected_does_not_count(desk: Desk, store: Store) -> None:
    first = FILLED["七(1)班"]
    said = word("七(1)班-00", on=first, recorded_on=first, assessed=(key(first),))
    tell(store, said)
    assert sum(one.checked for one in sheets_of(store, SCHOOL, "phq9", DAYS[0], DAYS[2], AS_OF)) == 1
    tell(store, replace(said, level=0, assessed=(), recorded_on=first + timedelta(days=1)))
    assert sum(one.checked for one in sheets_of(store, SCHOOL, "phq9", DAYS[0], DAYS[2], AS_OF)) == 0


def test_what_a_platform_sent_counts_and_a_later_list_changes_nothing(desk: Desk, store: Store) -> None:
    day = date(2026, 11, 13)
    said = assessment("八(1)班-00", Tier.ROUTINE, instruments=(sheet("gad7", administered_on=day, previous_on=None),))
    record_entry(store, NewEntry("city", "八(1)班-00", SCHOOL, "junior", 8, {}, said, NOW))
    found = sheets_of(store, SCHOOL, "gad7", day, day, AS_OF)
    assert [(one.student_id, one.class_id) for one in found] == [("八(1)班-00", "八(1)班")]
    later = AS_OF + timedelta(days=200)
    spring = [screened(f"七(1)班-{n:02d}", later - timedelta(days=3), False) for n in range(30)]
    people = [student(one.student_id, class_id="八(1)班") for one in spring]
    before = sheets_of(store, SCHOOL, "phq9", DAYS[0], DAYS[2], later)
    publish(store, spring, students=people, as_of=later, at=NOW + timedelta(days=200), fingerprint="f2")
    assert sheets_of(store, SCHOOL, "phq9", DAYS[0], DAYS[2], later) == before
    assert len(before) == 70
