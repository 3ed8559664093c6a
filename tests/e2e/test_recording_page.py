"""Recording in three clicks, in a real browser: with script, without it, and with a keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests import sample_school as school
from tests.browser import Serve, Visit, Watched, come_in
from tests.factories import present
from tests.new_stores import new_store
from tests.sample_pages import Sample, pages_over

pytestmark = pytest.mark.e2e
WIDTHS = (1366, 390)


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Sample]:
    with new_store(tmp_path) as store:
        school.whole_school(store)
        yield pages_over(store, tmp_path)


def enter(pages: Sample, serve: Serve, window: Watched) -> str:
    base = serve(pages.client.app)
    come_in(window.page, base + pages.link("wang"))
    return base


def open_record(page: Page, base: str, student_id: str = school.DANGER) -> None:
    page.goto(f"{base}/students/{student_id}")
    page.get_by_role("link", name="记录一次接触").click()


def is_on_record(pages: Sample, level: int) -> None:
    (word,) = present(pages.store, school.DANGER).words
    assert (word.level, word.interviewer, word.door, word.assessed) == (level, "wang", "page", ())
    assert present(pages.store, school.DANGER).lacks is None


@pytest.mark.parametrize("width", WIDTHS)
def test_three_clicks_record_a_talk_and_lead_to_the_next_student(
    pages: Sample, serve: Serve, visit: Visit, width: int
) -> None:
    window = visit(width=width)
    page, base = window.page, enter(pages, serve, window)
    open_record(page, base)
    assert page.locator(".record input:checked").count() == 0, "nothing is chosen beforehand"
    page.get_by_label("当面", exact=True).check()
    page.get_by_label("2 需支持").check()
    page.get_by_role("button", name="保存并看下一位").click()
    page.wait_for_url("**before=**")
    assert page.get_by_text("已保存上一位的记录").is_visible()
    assert page.locator("h1").inner_text() != school.DANGER
    assert window.overflow() <= 0
    is_on_record(pages, 2)
    window.at_peace()


def test_what_is_typed_is_kept_before_anything_is_saved(pages: Sample, serve: Serve, visit: Visit) -> None:
    window = visit()
    page, base = window.page, enter(pages, serve, window)
    open_record(page, base)
    page.get_by_role("textbox", name="备注").fill("说到失眠")
    page.get_by_text("草稿已保存").wait_for()
    assert not page.get_by_role("button", name="存草稿").is_visible()
    page.goto(base + "/")
    open_record(page, base)
    assert page.get_by_role("textbox", name="备注").input_value() == "说到失眠"
    window.at_peace()


@pytest.mark.parametrize("width", WIDTHS)
def test_all_of_it_works_without_script(pages: Sample, serve: Serve, visit: Visit, width: int) -> None:
    window = visit(width=width, java_script_enabled=False)
    page, base = window.page, enter(pages, serve, window)
    open_record(page, base)
    page.get_by_role("textbox", name="备注").fill("说到失眠")
    page.get_by_role("button", name="存草稿").click()
    assert page.get_by_text("草稿已保存，还没有成为记录。").is_visible()
    assert page.get_by_role("textbox", name="备注").input_value() == "说到失眠"
    page.get_by_label("当面", exact=True).check()
    page.get_by_role("button", name="保存", exact=True).click()
    assert page.get_by_text("与学生谈过，请选择现在的看法").is_visible()
    page.get_by_label("1 留意").check()
    page.get_by_role("button", name="保存", exact=True).click()
    assert page.get_by_text("说到失眠").is_visible()
    is_on_record(pages, 1)
    page.get_by_role("button", name="撤销").click()
    assert page.get_by_text("已撤销。原记录和撤销都会保留、可见。").is_visible()
    assert present(pages.store, school.DANGER).words == ()


def test_a_keyboard_alone_records_a_talk(pages: Sample, serve: Serve, visit: Visit) -> None:
    window = visit()
    page, base = window.page, enter(pages, serve, window)
    open_record(page, base)
    page.get_by_label("当面", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_role("button", name="保存并看下一位").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**before=**")
    is_on_record(pages, 0)
