"""Every number on 今日, counted again from each student's facts in the store, without the code that builds the list."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from models.triage import ZONE, Present
from serving.store.tables import students
from tests import sample_school as school
from tests.desk import Desk, rows
from tests.factories import NOW, present
from tests.new_stores import new_store


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home: Path = tmp_path_factory.mktemp("school")
    with new_store(home) as store:
        school.whole_school(store)
        yield Desk(store, home)


@pytest.fixture(scope="module")
def enrolled(desk: Desk) -> list[Present]:
    ids = [row["student_id"] for row in rows(desk.pages.store, students) if row["school_id"] == school.SCHOOL]
    return [present(desk.pages.store, one) for one in ids]


@pytest.fixture(scope="module")
def strangers(desk: Desk) -> list[Present]:
    return [present(desk.pages.store, one) for one in (*school.LAST_STRANGERS, school.SENT)]


@pytest.fixture(scope="module")
def page(desk: Desk) -> str:
    return desk.client.get("/?all=1&handled=1").text


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html)))


def number(page: str, pattern: str) -> float:
    found = re.search(pattern, text_of(page))
    assert found is not None, pattern
    return float(found[1])


def band(page: str, code: str) -> tuple[int, list[str]]:
    """What a band's heading says, and who stands in it."""
    html = page[page.index(f'id="{code}"') :]
    html = html[: html.index("</section>")]
    return int(number(html, r"(\d+) 人")), re.findall(r'class="id">([^<]+)<', html)


def in_danger(one: Present) -> bool:
    return not one.in_review and any(not standing.piece.floor.history for standing in one.open)


def test_who_is_enrolled_and_who_has_a_current_sheet(page: str, enrolled: list[Present]) -> None:
    assert number(page, r"在校 (\d+) 人") == len(enrolled)
    assert number(page, r"其中 (\d+) 人有当前有效的问卷") == sum(one.facts.screened for one in enrolled)


def test_the_checks_and_their_hours(page: str, desk: Desk, enrolled: list[Present], strangers: list[Present]) -> None:
    expected = {one.student_id for one in (*enrolled, *strangers) if in_danger(one)}
    n, ids = band(page, "immediate")
    assert n == len(expected) == number(page, r"即时核查 (\d+) 人")
    assert set(ids) == expected
    hours = n * desk.pages.state.policy.list.minutes_per_check / 60
    assert abs(number(page, r"约 ([\d.]+) 小时") - hours) <= 0.25


def test_the_bands_of_reviews_and_of_reports(page: str, enrolled: list[Present]) -> None:
    for code, expected in (
        ("review", {one.student_id for one in enrolled if one.in_review}),
        ("leads", {one.student_id for one in enrolled if one.leads}),
    ):
        n, ids = band(page, code)
        assert (n, set(ids)) == (len(expected), expected), code


def test_the_week_what_of_it_is_due_today_and_who_is_below(page: str, desk: Desk, enrolled: list[Present]) -> None:
    policy = desk.pages.state.policy
    by_id = {one.student_id: one for one in enrolled}
    (n, later), (today, due) = band(page, "week"), band(page, "due-today")
    assert number(page, r"本周访谈 (\d+) 人") == n == policy.list.weekly_slots == len(later) + len(due)
    assert today == len(due)
    end = NOW.astimezone(ZONE).date()
    soonest = {one: min(c.by.astimezone(ZONE).date() for c in by_id[one].clocks if c.by) for one in due + later
               if one != school.BLIND}  # fmt: skip
    assert {one for one, day in soonest.items() if day <= end} == set(due) - {school.BLIND}
    above = sum(in_danger(one) or one.in_review for one in enrolled) + n
    assert number(page, r"其下 (\d+) 人本周未安排") == len(enrolled) - above


def test_what_the_menu_counts(page: str, desk: Desk, enrolled: list[Present], strangers: list[Present]) -> None:
    whole = desk.client.get("/to-complete").text
    assert number(page, r"本周待办 (\d+)") == band(page, "week")[0]
    assert number(page, r"待补充 (\d+)") == number(whole, r"待补充 (\d+) 人")
    shown = set(re.findall(r'class="id">([^<]+)<', whole))
    to_do = {
        one.student_id
        for one in enrolled
        if one.to_contact or one.retests or not one.facts.screened or one.undecided or one.suspended
        or any(standing.piece.floor.history for standing in one.open)
    }  # fmt: skip
    assert shown - {one.student_id for one in strangers} == to_do
    assert number(whole, r"待补充 (\d+) 人") == len(to_do) + len(strangers)
