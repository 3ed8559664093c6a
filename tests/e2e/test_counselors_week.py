"""A counselor's week in a real browser: what comes on Monday, who is spoken with, handed on, taken back and printed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from data_schemas.codes import Tier
from serving.accounts import create_user
from serving.cases.service import case_of
from serving.store import NewEntry, Store, record_entry
from tests import sample_school as school
from tests.browser import Serve, Visit, come_in
from tests.factories import NOW, assessment, floor, present
from tests.new_stores import new_store
from tests.sample_pages import SCHOOLS, Sample, pages_over

pytestmark = pytest.mark.e2e
NEW, OTHER = school.LATE[5], school.LATE[6]


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Sample]:
    with new_store(tmp_path) as store:
        school.whole_school(store)
        made = pages_over(store, tmp_path)
        for name in ("li", "zhao"):
            create_user(store, name, "counselor", SCHOOLS[:1], NOW)
        yield made


def alert(store: Store) -> None:
    """A platform sends a sheet with a positive item while the school is at work."""
    found = (floor("R02", evidence_on=NOW.date()),)
    said = assessment(NEW, Tier.CRISIS, tier_source="floor", floors=found)
    record_entry(store, NewEntry("city", NEW, school.SCHOOL, "junior", 7, {}, said, NOW, found))


def talk(page: Page, base: str, student_id: str, level: str, *assessed: str) -> None:
    page.goto(f"{base}/students/{student_id}")
    page.get_by_label("当面", exact=True).check()
    page.get_by_label(level).check()
    for words in assessed:
        page.locator("#record").get_by_label(words).first.check()
    page.get_by_role("button", name="保存", exact=True).click()


def move(page: Page, name: str, **fields: str) -> None:
    """Unfold a move of the case, fill it in, and make it."""
    moves = page.locator(".moves")
    moves.locator("summary").first.click()
    moves.locator("details > summary", has_text=name).click()
    for field, value in fields.items():
        place = moves.locator(f"details[open] [name={field}]")
        if place.first.get_attribute("type") in ("radio", "checkbox"):
            moves.locator(f"details[open] [name={field}][value={value}]").check()
        elif place.evaluate("one => one.tagName") == "SELECT":
            place.select_option(value)
        else:
            place.fill(value)
    moves.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_week_from_the_alert_on_monday_to_the_print_on_friday(
    pages: Sample, serve: Serve, visit: Visit, script: bool
) -> None:
    base = serve(pages.client.app)
    wang, li = visit(java_script_enabled=script), visit(java_script_enabled=script)
    page, other = wang.page, li.page
    come_in(page, base + pages.link("wang"))
    come_in(other, base + pages.link("li"))

    # Monday: an alert, seen and taken on in place
    alert(pages.store)
    page.goto(base + "/")
    line = page.locator("#immediate ~ .rows .row", has_text=NEW)
    assert line.get_by_text("30 分钟内响应").first.is_visible()
    line.get_by_role("button", name="接手").click()
    line = page.locator("#immediate ~ .rows .row", has_text=NEW)
    assert line.get_by_text("wang 已接手").is_visible()

    # talks; a crisis stays open until a second person has assessed it too
    talk(page, base, NEW, "1 留意", "PHQ-9 第9题")
    assert present(pages.store, NEW).tier is Tier.CRISIS
    assert page.get_by_text("第二").first.is_visible()
    talk(other, base, NEW, "1 留意", "PHQ-9 第9题")
    assert present(pages.store, NEW).tier is not Tier.CRISIS
    for student_id in school.LATE[:3]:
        talk(page, base, student_id, "0 无需")
        assert page.get_by_text("已保存").first.is_visible()

    # a correction stays visible
    page.get_by_role("button", name="撤销").click()
    assert page.get_by_text("已撤销。原记录和撤销都会保留、可见。").is_visible()
    assert present(pages.store, school.LATE[2]).words == ()

    # a referral that is accepted
    page.goto(f"{base}/students/{school.LATE[0]}")
    move(page, "转介", to="medical", told="reason", agreed="guardian", reason="建议就诊")
    assert page.get_by_text("建议就诊").or_(page.get_by_text("转介")).first.is_visible()
    move(page, "登记答复", answer="accepted", by="县医院 周医生")
    assert page.get_by_text("县医院 周医生").first.is_visible()

    # a transfer to a colleague, who accepts it
    page.goto(f"{base}/students/{OTHER}")
    move(page, "提出移交", person="li", reason="分班")
    other.goto(base + "/cases")
    other.get_by_role("button", name="接受移交").click()
    assert case_of(pages.store, OTHER).holder == "li"

    # Friday: the list on paper, with every row and room to sign
    page.goto(base + "/export/list")
    page.emulate_media(media="print")
    assert page.get_by_role("columnheader", name="签名").is_visible()
    assert page.get_by_text("筛查结果不是诊断").first.is_visible()
    assert not page.get_by_role("navigation").first.is_visible()
    wang.at_peace()
    li.at_peace()


def test_the_core_of_it_on_a_phone_in_english_with_a_keyboard_alone(pages: Sample, serve: Serve, visit: Visit) -> None:
    base = serve(pages.client.app)
    window = visit(width=390, height=844)
    page = window.page
    come_in(page, base + pages.link("wang"))
    alert(pages.store)
    page.goto(base + "/?lang=en")
    press(page, page.locator("#immediate ~ .rows .row", has_text=NEW).get_by_role("button", name="Take on"))
    press(page, page.locator("#immediate ~ .rows .row", has_text=NEW).get_by_role("link", name="View"))
    assert page.locator("h1").inner_text() == NEW
    for label in ("In person", "2 needs support"):
        page.get_by_label(label, exact=True).focus()
        page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Save and next"))
    page.wait_for_url("**before=**")
    (word,) = present(pages.store, NEW).words
    assert word.level == 2
    assert case_of(pages.store, NEW).holder == "wang"
    assert window.overflow() <= 0
    window.at_peace()


def press(page: Page, found: object) -> None:
    """Go to what is found and press Enter."""
    found.focus()  # type: ignore[attr-defined]
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def test_of_two_with_one_student_the_second_is_told_and_nothing_is_lost(
    pages: Sample, serve: Serve, visit: Visit
) -> None:
    base = serve(pages.client.app)
    first, second = visit().page, visit().page
    for page, name in ((first, "li"), (second, "zhao")):
        come_in(page, base + pages.link(name))
        page.goto(f"{base}/students/{NEW}")
    second.get_by_role("textbox", name="备注").fill("她愿意再来")
    second.get_by_label("当面", exact=True).check()
    second.get_by_label("1 留意").check()
    first.get_by_label("电话", exact=True).check()
    first.get_by_label("2 需支持").check()
    first.get_by_role("button", name="保存", exact=True).click()
    second.get_by_role("button", name="保存", exact=True).click()
    told = second.get_by_role("alert")
    assert "li" in told.inner_text()
    assert second.get_by_role("textbox", name="备注").input_value() == "她愿意再来"
    assert second.get_by_label("1 留意").is_checked()
    assert [word.interviewer for word in present(pages.store, NEW).words] == ["li"]
    second.get_by_role("button", name="保存", exact=True).click()
    assert {word.interviewer for word in present(pages.store, NEW).words} == {"li", "zhao"}
