"""The list and its queues as pages."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from data_schemas.codes import Tier
from models import read_policy
from models.assessment import DataQuality
from models.triage import QUEUES
from models.triage.queues import BELOW, BESIDE, HISTORY, IMMEDIATE, RETEST, WEEK
from models.triage.week import hours_for, hours_offered, places, slots_of
from serving.platform.words import pick
from serving.today import Due, Entry, FollowUpList
from serving.today.filters import due_by
from tests import sample_lists as scenes
from tests import sample_school as school
from tests.factories import NOW, blind_entry, entry, floor, follow_up_list, reason, words
from tests.sample_pages import COUNSELOR, SCHOOLS, MakeSample


def open_page(sample: MakeSample, listed: FollowUpList | None, path: str = "/") -> str:
    response = sample(listed).enter().get(path)
    assert response.status_code == 200
    return response.text


def rows(html: str) -> list[str]:
    return re.findall(r'<li class="row.*?</details>', html, re.S)


def ids(html: str) -> list[str]:
    return re.findall(r'class="id">([^<]+)<', html)


def every_line(listed: FollowUpList) -> list[Entry]:
    """The lines of the list's own page."""
    return [line for code in (IMMEDIATE, WEEK, BELOW) for line in listed.queue(code)]


def test_the_usual_list_says_the_load_the_notice_and_the_line(sample: MakeSample) -> None:
    html = open_page(sample, scenes.usual())
    assert "即时核查 3 人（约 1 小时）" in html
    assert "本周访谈 10 人" in html
    assert "全校预计尚未发现：31 人（18–49）" in html
    assert "筛查结果不是诊断，仅供心理教师安排访谈，须经人工确认" in html
    assert "本周名单到此 · 其下 1007 人本周未安排" in html
    assert "合成数据" in html
    assert "96111" in html
    assert "12356" in html


def test_order_on_the_page_is_the_order_of_the_list(sample: MakeSample) -> None:
    listed = scenes.usual()
    lines = every_line(listed)[: 3 + 10 + 50]
    lines[3:13] = sorted(lines[3:13], key=lambda line: not due_by(line, NOW.date()))  # due today comes first
    assert ids(open_page(sample, listed)) == [line.student.student_id for line in lines]
    assert len(ids(open_page(sample, listed, "/?all=1"))) == 3 + 10 + 214


def test_an_immediate_check_is_pending_and_says_its_shape_and_word(sample: MakeSample) -> None:
    first = rows(open_page(sample, scenes.usual()))[0]
    assert "■" in first
    assert "危机" in first
    assert "待核查" in first


def test_a_danger_of_this_morning_is_shown_above_the_talk_that_is_overdue(sample: MakeSample) -> None:
    urgent = entry("S-1", Tier.CRISIS, IMMEDIATE, also_due=scenes.CHECK, due=scenes.LATE)
    (row,) = rows(open_page(sample, follow_up_list(immediate=(urgent,))))
    assert 0 < row.find("30 分钟内响应") < row.find("月度随访")


def test_a_blind_line_passes_every_tier_filter(sample: MakeSample) -> None:
    client = sample(follow_up_list(week=(blind_entry("S-9", rank=10),))).enter()
    for path in ("/", "/?tier=routine", "/?tier=priority"):
        (row,) = rows(client.get(path).text)
        assert "例行访谈" in row
        assert "重点" not in row


def test_filters_keep_to_the_address(sample: MakeSample) -> None:
    listed = scenes.usual()
    html = open_page(sample, listed, "/?tier=watch&grade=8")
    shown = {line.student.student_id for line in every_line(listed)} & set(ids(html))
    lines = {line.student.student_id: line for line in every_line(listed)}
    assert shown
    assert all(lines[i].student.grade == 8 and lines[i].tier in (Tier.WATCH, None) for i in shown)
    assert "按当前筛选，这一段没有人" in html, "immediate checks are of other tiers"
    assert "其下 1007 人本周未安排" in html, "the line tells of everyone, filtered or not"


def test_what_is_due_today_stands_above_the_rest_of_the_week_and_once(sample: MakeSample) -> None:
    soon = entry("S-2", rank=2, due=Due(words("访谈", "interview"), NOW + timedelta(hours=1), False))
    html = open_page(sample, follow_up_list(week=(entry("S-1", rank=1), soon, blind_entry("S-9", rank=3))))
    assert ids(html) == ["S-2", "S-1", "S-9"]
    assert html.index('id="due-today"') < html.index(">S-2<") < html.index('id="week"') < html.index(">S-1<")


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("due=overdue", ["S-1", "S-9"]),
        ("due=today", ["S-1", "S-9"]),
        ("state=confirmed", ["S-2", "S-9"]),
        ("state=pending", ["S-1", "S-9"]),
        ("group=leave", ["S-2", "S-9"]),
        ("due=never&state=x&group=x", ["S-1", "S-2", "S-9"]),
    ],
)
def test_filters_leave_whoever_they_ask_for_and_every_blind_line(
    query: str, left: list[str], sample: MakeSample
) -> None:
    away = (reason("leave_days", 0.4, group="leave"),)
    late = entry("S-1", rank=1, due=scenes.LATE, reasons=())
    said = entry("S-2", rank=2, confirmed=True, reasons=away)
    html = open_page(sample, follow_up_list(week=(late, said, blind_entry("S-9", rank=3))), f"/?{query}")
    assert ids(html) == left


def test_the_filters_come_back_from_a_student(sample: MakeSample) -> None:
    html = open_page(sample, follow_up_list(week=(entry("S-1"),)), "/?tier=watch&due=")
    assert "back=%2F%3Ftier%3Dwatch" in html


def test_hours_that_would_draw_another_lot_are_not_taken(sample: MakeSample) -> None:
    """Whoever is blind stays blind, whatever number of hours somebody looks at."""
    policy = read_policy()
    drawn = places(policy.list.weekly_slots, policy)[1]
    offered = hours_offered(policy)
    assert 7.5 in offered
    each = {hours_for(n * policy.list.minutes_per_interview) for n in range(1, 2 * policy.list.weekly_slots + 1)}
    assert set(offered) == {hours for hours in each if places(slots_of(hours, policy), policy)[1] == drawn}
    assert {places(slots_of(hours, policy), policy)[1] for hours in offered} == {drawn}
    made = sample()
    school.whole_school(made.store)
    client = made.enter()
    for query in ("hours=4.5", "hours=10.5", "hours=0.5", "hours=500", "hours=x"):
        html = client.get(f"/?all=1&{query}").text
        (row,) = [row for row in rows(html) if f">{school.BLIND}<" in row]
        assert "例行访谈" in row


def test_fewer_hours_leave_more_below_the_line(sample: MakeSample) -> None:
    made = sample()
    school.whole_school(made.store)
    client = made.enter()
    below = [int(re.search(r"其下 (\d+) 人", client.get(f"/?hours={n}").text)[1]) for n in ("10.5", "7.5", "4.5")]  # type: ignore[index]
    assert below == sorted(below)
    assert below[0] < below[-1]


def test_filters_that_cannot_be_read_are_left_out(sample: MakeSample) -> None:
    listed = scenes.usual()
    assert ids(open_page(sample, listed, "/?tier=low&grade=%C2%B2&class=")) == ids(open_page(sample, listed))


def test_eighty_open_checks_are_all_shown_and_told_to_be_too_many(sample: MakeSample) -> None:
    html = open_page(sample, scenes.flooded())
    assert "即时核查 80 人（约 27 小时）" in html
    assert "请现在就请值班同事分担" in html
    assert len(rows(html)) == 80 + 10 + 50


def test_nothing_due_says_so_without_comfort(sample: MakeSample) -> None:
    html = open_page(sample, scenes.nothing_due())
    assert "今天没有到期的事" in html
    assert "没有问卷不等于没有需要" in html
    assert "无法估计" in html


def test_no_list_says_what_to_do(sample: MakeSample) -> None:
    html = open_page(sample, None)
    assert "还没有发布过名单" in html
    assert "runxin " not in html, "commands are for whoever administrates"


def test_a_missing_model_and_silent_feeds_are_said(sample: MakeSample) -> None:
    html = open_page(sample, scenes.degraded())
    assert "模型暂不可用：按规则，以及问卷与已发表的效应相加排序" in html
    assert "已停止更新的数据：请假、关注线索" in html
    none = replace(scenes.usual(), model=replace(scenes.usual().model, status="none"))
    assert "没有经本地数据验证、可以排序的模型" in open_page(sample, none)


def test_a_list_that_was_not_renewed_says_so(sample: MakeSample) -> None:
    today = NOW.date()
    fresh, old = (follow_up_list(as_of=today - timedelta(days=days)) for days in (1, 12))
    assert "天没有更新" not in open_page(sample, fresh)
    assert "这份名单已有 12 天没有更新" in open_page(sample, old)


def test_what_a_silent_feed_takes_from_everyone_is_not_marked_on_each_line(sample: MakeSample) -> None:
    quiet = DataQuality("low", missing=("leave",))
    listed = follow_up_list(week=(entry("S-1", data_quality=quiet),), silent_feeds=("leaves",))
    assert "证据有限" not in open_page(sample, listed)
    assert "证据有限" in open_page(sample, replace(listed, silent_feeds=()))


def test_a_line_near_a_threshold_is_marked(sample: MakeSample) -> None:
    listed = follow_up_list(week=(entry(undecided=True),))
    assert "等级临界，请您判断" in open_page(sample, listed)
    assert "等级临界" not in open_page(sample, follow_up_list(week=(entry(),)))


def test_an_unscreened_student_is_never_shown_as_routine(sample: MakeSample) -> None:
    html = open_page(sample, scenes.usual(), "/not-screened")
    assert len(rows(html)) == 3
    for row in rows(html):
        assert "未筛查" in row
        assert "一般" not in row


def test_every_empty_queue_says_why_and_what_to_do(sample: MakeSample) -> None:
    empty = scenes.nothing_due()
    client = sample(empty).enter()
    for queue in (one for one in QUEUES if one.band == BESIDE):
        for lang in ("zh", "en"):
            html = client.get(f"{queue.path}?lang={lang}").text
            assert pick(queue.nobody, lang) in html, queue.code


def test_a_queue_shows_its_own_students(sample: MakeSample) -> None:
    opened = floor(history=True, severity=4)
    listed = follow_up_list(history=(entry("S-5", Tier.CRISIS, HISTORY, floors=(opened,)),))
    html = open_page(sample, listed, "/history")
    assert ids(html) == ["S-5"]
    assert "96111" in html


def test_hostile_names_ids_and_reasons_are_text(sample: MakeSample) -> None:
    bad = '"><script>alert(1)</script>'
    line = entry(f"S/{bad}?x#y", name=bad, class_id=bad, why=(words(bad),), reasons=(reason(text=words(bad)),))
    html = open_page(sample, follow_up_list(week=(line,)))
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert 'href="/students/S%2F%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E%3Fx%23y"' in html


def test_names_are_shown_only_where_they_are_given(sample: MakeSample) -> None:
    with_name = follow_up_list(week=(entry("S-1", name="李明"),))
    assert "李明" in open_page(sample, with_name)
    assert 'class="id">S-1<' in open_page(sample, follow_up_list(week=(entry("S-1"),)))


def test_english_at_a_switch_kept_in_a_cookie(sample: MakeSample) -> None:
    client = sample(scenes.usual()).enter()
    assert "3 immediate checks" in client.get("/?lang=en").text
    assert "3 immediate checks" in client.get("/").text
    assert "即时核查 3 人" in client.get("/?lang=zh").text
    assert "即时核查 3 人" in client.get("/?lang=xx").text


def test_a_counselor_of_several_schools_switches_in_the_address(sample: MakeSample) -> None:
    both = replace(COUNSELOR, schools=SCHOOLS)
    made = sample(scenes.usual(), user=both)
    made.lists["school-02"] = follow_up_list(
        school_id="school-02", week=(entry("S-2"),), retest=(entry("S-3", queue=RETEST),)
    )
    client = made.enter()
    html = client.get("/?school=school-02").text
    assert ids(html) == ["S-2"]
    assert 'href="/to-complete?school=school-02"' in html, "links stay at the chosen school"
    assert client.get("/?school=school-03").status_code == 403
