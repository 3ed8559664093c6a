"""A counselor's morning in a real browser, over a real store."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette

from data_schemas.dataset import read_dataset
from data_schemas.synthetic import make_city, write_city
from models import read_policy
from models.triage import QUEUES
from runxin.settings import read_settings
from serving.accounts import create_link, create_user
from serving.app import make_web
from serving.screening import publish_screening
from serving.store import Store, audit_rows, open_store, school_ids
from tests.browser import Serve, Visit, come_in
from tests.sample_pages import make_state

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A small city, screened by rules alone, and a counselor of its first school."""
    folder: Path = tmp_path_factory.mktemp("city")
    city = make_city(600, seed=5)
    write_city(city, folder / "data")
    dataset = read_dataset(folder / "data")
    opened = open_store(read_settings({"RUNXIN_HOME": str(folder / "home")}))
    now = datetime.now(UTC)
    publish_screening(opened, dataset, city.dataset.description.as_of, None, read_policy(), now)
    create_user(opened, "wang", "counselor", school_ids(opened)[:1], now)
    create_user(opened, "chief", "administrator", [], now)
    create_user(opened, "deputy", "administrator", [], now)
    yield opened
    opened.close()


@pytest.fixture
def web(store: Store, tmp_path: Path) -> Starlette:
    return make_web(make_state(store, tmp_path))


def link(store: Store, username: str = "wang") -> str:
    return "/sign-in?link=" + create_link(store, username, datetime.now(UTC))


def test_from_the_link_to_the_list_to_a_student(store: Store, web: Starlette, serve: Serve, visit: Visit) -> None:
    base = serve(web)
    window = visit()
    page = window.page
    come_in(page, base + link(store))
    assert page.get_by_text("筛查结果不是诊断，仅供心理教师安排访谈，须经人工确认").is_visible()
    assert page.get_by_text("合成数据").is_visible()
    assert page.get_by_text("按规则，以及问卷与已发表的效应相加排序").is_visible()
    assert page.locator(".rows .row").first.bounding_box()["y"] < 400, "the first student is in sight"
    assert window.overflow() <= 0

    first = page.locator(".row summary").first
    page.keyboard.press("j")
    assert first.evaluate("row => row === document.activeElement")
    page.keyboard.press("Enter")
    assert page.locator(".row details").first.evaluate("row => row.open")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert first.evaluate("row => row === document.activeElement")

    student_id = page.locator(".row .id").first.inner_text()
    page.get_by_role("link", name=f"查看 {student_id}").click()
    assert page.locator("h1").inner_text() == student_id
    assert page.get_by_role("heading", name="为什么是现在").is_visible()
    assert window.overflow() <= 0
    read = [event for event in audit_rows(store, 5) if event.action == "student.read"]
    assert (read[0].actor, read[0].object_id) == ("wang", student_id)

    page.get_by_role("link", name="回到名单").click()
    page.get_by_role("navigation", name="主要页面").get_by_role("link", name="待补充").click()
    main = page.get_by_role("navigation", name="按事项")
    linked = [queue for queue in QUEUES if main.locator(f'a[href="{queue.path}"]').count()]
    assert len(linked) > 2
    for queue in linked:
        main.locator(f'a[href="{queue.path}"]').click()
        assert page.locator("h1").inner_text().startswith(queue.title.zh)
        assert window.overflow() <= 0, queue.code
        page.go_back()
    page.get_by_role("link", name="EN").click()
    assert page.get_by_text("A screening result is not a diagnosis").is_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto(base + "/")
    assert page.get_by_label("Username").is_visible()
    window.at_peace()


def test_all_works_without_script(store: Store, web: Starlette, serve: Serve, visit: Visit) -> None:
    base = serve(web)
    window = visit(java_script_enabled=False)
    page = window.page
    come_in(page, base + link(store))
    page.locator(".row .id").first.click()
    assert page.locator(".row .more").first.is_visible()
    page.locator(".row .action").first.click()
    assert page.locator("h1").inner_text().startswith("S-")
    window.at_peace()


def test_an_administrator_makes_an_account_whose_link_leads_in(
    store: Store, web: Starlette, serve: Serve, visit: Visit
) -> None:
    base = serve(web)
    window = visit()
    page = window.page
    come_in(page, base + link(store, "chief"))
    assert page.locator("h1").inner_text() == "管理"
    page.get_by_label("用户名").fill("li")
    page.get_by_label("心理教师").check()
    page.get_by_label(school_ids(store)[0]).check()
    page.get_by_role("button", name="建立并生成登录链接").click()
    assert page.get_by_text("须由另一位管理员批准后才生效").is_visible()
    second = visit()
    come_in(second.page, base + link(store, "deputy"))
    second.page.get_by_role("button", name="批准", exact=True).click()
    made = second.page.locator("code.link").inner_text()
    assert made.startswith("http://127.0.0.1:3000/sign-in?link=")
    other = visit()
    come_in(other.page, base + made.removeprefix("http://127.0.0.1:3000"))
    assert other.page.get_by_text("本周访谈").first.is_visible()
    other.page.goto(base + "/account")
    other.page.get_by_label("新密码").fill("three grey cats sleep")
    other.page.get_by_label("再输入一次").fill("three grey cats sleep")
    other.page.get_by_role("button", name="设置密码").click()
    assert other.page.get_by_text("密码已设置").is_visible()
    assert window.overflow() <= 0
    window.at_peace()
    other.at_peace()
    second.at_peace()
