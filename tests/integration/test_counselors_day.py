"""The list and the student's page as a counselor goes through them: own cases, taking on, who stands beside, leave, the
line of time and circumstances; every page in one language."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from starlette.routing import Route

from data_schemas.codes import Tier
from serving.app import PAGES
from serving.store import NewEntry, Store, record_entry
from tests import sample_school as school
from tests.desk import Desk
from tests.factories import AS_OF, NOW, assessment
from tests.new_stores import new_store

CHINESE = re.compile(r"[一-鿿]")
TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.S)
# What stands in a page as it was typed or named: no sentence of ours.
NAMES = re.compile(r"PHQ-9|GAD-7|MHT|Runxin|S-\d+|X-\d+|school-\d+|wang|staff-\d|EN|http\S+")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        school.whole_school(opened)
        yield opened


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


def taking_on(page: str) -> dict[str, str]:
    """The fields of the first form by which somebody is taken on."""
    form = re.search(r'<form class="take".*?</form>', page, re.S)
    assert form is not None
    return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[0])}


def band(page: str, code: str) -> str:
    start = page.index(f'aria-labelledby="{code}"')
    return page[start : page.index("</section>", start)]


def test_a_check_is_taken_on_in_place_and_says_who_knows_of_it(desk: Desk) -> None:
    page = desk.client.get("/?tier=crisis").text
    assert "还没有人接手" in band(page, "immediate")
    sent = desk.send(taking_on(page), "/cases")
    assert sent.headers["location"] == "/?tier=crisis&case=done", "the filters are kept"
    after = desk.client.get(sent.headers["location"]).text
    assert "wang 已接手" in band(after, "immediate")
    again = desk.client.get("/?tier=crisis&case=done").text
    assert again.count('<form class="take"') == page.count('<form class="take"') - 1


def test_own_cases_leave_the_checks_of_everybody(desk: Desk) -> None:
    desk.send(taking_on(desk.client.get("/").text), "/cases")
    whole, own = desk.client.get("/").text, desk.client.get("/?mine=1").text
    assert band(own, "immediate").count('<li class="row') == band(whole, "immediate").count('<li class="row')
    assert band(own, "week").count('<li class="row') == 0 < band(whole, "week").count('<li class="row')
    assert "mine=1" in own, "kept in the addresses of the page"


def test_who_was_just_spoken_with_is_folded_with_a_word(desk: Desk) -> None:
    plain = desk.client.get("/?all=1").text
    assert "位刚处理过" in plain, "the sample has somebody whose evidence was assessed"
    assert f"/students/{school.SETTLED}?" not in plain
    shown = desk.client.get("/?all=1&handled=1").text
    assert f"/students/{school.SETTLED}?" in shown
    assert "收起" in shown


def test_one_goes_on_to_who_stands_beside_under_the_filters_and_at_the_end_back(desk: Desk) -> None:
    ids = re.findall(r'href="/students/([^?"]+)', band(desk.client.get("/?tier=crisis").text, "immediate"))
    ids = list(dict.fromkeys(ids))
    asked = {"student": ids[0], "back": "/?tier=crisis"}
    sent = desk.client.get("/beside", params=asked | {"step": 1})
    place, total = (int(n) for n in sent.headers["location"].rpartition("&at=")[2].split("-"))
    assert sent.headers["location"] == f"/students/{ids[1]}?back=%2F%3Ftier%3Dcrisis&at={place}-{total}"
    assert (place, total >= len(ids)) == (2, True)
    assert f">2 / {total}<" in desk.client.get(sent.headers["location"]).text
    back = desk.client.get("/beside", params=asked | {"step": -1})
    assert back.headers["location"] == "/?tier=crisis", "nobody stands before the first"
    away = desk.client.get("/beside", params=asked | {"step": -1, "back": "//elsewhere.example"})
    assert away.headers["location"] == "/"


def test_leave_circumstances_and_what_happened_stand_on_the_students_page(desk: Desk, store: Store) -> None:
    monday = AS_OF - timedelta(days=AS_OF.weekday())
    leave = {"type": "sick", "start_on": monday.isoformat(), "end_on": monday.isoformat(), "recorded_on": "2026-11-16"}
    family = {"flag": "left_behind", "value": "yes", "source": "mca", "valid_from": "2025-09-01"}
    over = {"flag": "orphan", "value": "yes", "valid_to": "2026-01-31"}
    concern = {"kind": "mood_abnormal", "reported_on": monday.isoformat(), "source": "teacher"}
    record = {"leaves": [leave], "family": [family, over], "concerns": [concern]}
    said = assessment(school.NEAR, Tier.ROUTINE)
    record_entry(store, NewEntry("city", school.NEAR, school.SCHOOL, "junior", 7, record, said, NOW))
    page = desk.page(school.NEAR)
    assert 'class="day sick' in page
    assert "请假 1 天" in page
    assert re.search(rf'<td class="date">{monday}</td><td>病假</td>', page), "the table behind the picture"
    assert "留守" in page
    assert "来源：民政 · 2025-09-01 起" in page
    assert "孤儿" not in page, "what is over is no circumstance of today"
    line = page[page.index('id="timeline"') :]
    assert re.search(rf"{monday}</span> <span class=\"mark\">线索</span> 情绪异常.*?教师", line, re.S)
    assert re.search(r"问卷</span> PHQ-9 \d+", line)


def test_a_page_without_leave_does_not_say_attendance(desk: Desk) -> None:
    page = desk.page(school.NEAR)
    assert "没有收到不等于全勤" in page
    assert 'class="day present' not in page


def test_somebody_blind_shows_none_of_it(desk: Desk) -> None:
    page = desk.page(school.BLIND)
    for part in ("timeline", "absences", "可能需要的支持"):
        assert part not in page
    assert "/beside?" in page


NO_PAGES = ("/beside", "/confirm", "/sign-in/code", "/duty/sheet", "/intake/template")  # the last two are files


def addresses() -> list[str]:
    """Every page that a counselor may open, with a student in each state."""
    paths = [route.path for route in PAGES if isinstance(route, Route) and "GET" in (route.methods or ())]
    plain = [path for path in paths if "{" not in path and path not in NO_PAGES]
    students = [school.DANGER, school.NEAR, school.PROTECTED, school.BLIND, school.AWAY, school.AGAIN, school.CONFIRMED]
    more = [f"/students/{one}" for one in students] + [f"/concerns?student={school.NEAR}", "/help", "/students?q=zz"]
    return [path for path in plain if not path.startswith(("/admin", "/sign-in/oidc"))] + more


def text_of(page: str) -> str:
    """What is read, without what is marked as of the other language."""
    other = re.sub(r'<a [^>]*lang="(?:en|zh-CN)"[^>]*>.*?</a>|<span aria-current="true">(?:中|EN)</span>', "", page)
    return TAGS.sub("\n", other)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_speaks_one_language(desk: Desk, language: str) -> None:
    for address in addresses():
        page = desk.client.get(f"{address}{'&' if '?' in address else '?'}lang={language}")
        assert page.status_code == 200, address
        for line in map(str.strip, text_of(page.text).splitlines()):
            if language == "zh":
                words = re.findall(r"\b[A-Za-z]{3,}\b", NAMES.sub("", line))
                assert len(words) < 3 or CHINESE.search(line), f"{address}: {line}"
            else:
                left = line
                for name in (*school.NAME_OF.values(), *re.findall(r"[七八九]\(\d\)班", line)):
                    left = left.replace(name, "")
                assert not CHINESE.search(left), f"{address}: {line}"
