"""遗漏复查 in a real browser, over a real store: from the header to a case, and each role its own."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette

from data_schemas.dataset import read_dataset
from data_schemas.synthetic import make_city, write_city
from models import read_policy
from runxin.settings import read_settings
from serving.accounts import create_link, create_user
from serving.app import make_web
from serving.miss_review import read_half, review_half, reviews_of
from serving.screening import publish_screening
from serving.store import Store, audit_rows, open_store
from tests.browser import Serve, Visit, come_in
from tests.sample_pages import make_state

pytestmark = pytest.mark.e2e
HALF = read_half("2025H2")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A small city screened by rules in spring and a year later, and looked back on for the half-year between."""
    folder: Path = tmp_path_factory.mktemp("misses")
    city = make_city(900, seed=5)
    write_city(city, folder / "data")
    settings, policy, now = read_settings({"RUNXIN_HOME": str(folder / "home")}), read_policy(), datetime.now(UTC)
    opened = open_store(settings)
    _, spring, *_, last = city.dataset.description.index_dates
    for day in (spring, last):  # what happened in between comes with the later one
        publish_screening(opened, read_dataset(folder / "data"), day, None, policy, now)
    review_half(opened, settings.models, HALF, policy, now, "cli")
    school = max(reviews_of(opened, HALF.name, None, False), key=lambda one: sum(one.counts["class"].values()))
    for name, role, schools in (
        ("wang", "counselor", [school.school_id]),
        ("li", "principal", [school.school_id]),
        ("zhou", "bureau", []),
        ("chief", "administrator", []),
    ):
        create_user(opened, name, role, schools, now)
    yield opened
    opened.close()


@pytest.fixture
def web(store: Store, tmp_path: Path) -> Starlette:
    return make_web(make_state(store, tmp_path))


def link(store: Store, username: str) -> str:
    return "/sign-in?link=" + create_link(store, username, datetime.now(UTC))


def test_a_counselor_goes_from_the_header_to_a_case(store: Store, web: Starlette, serve: Serve, visit: Visit) -> None:
    base = serve(web)
    window = visit()
    page = window.page
    come_in(page, base + link(store, "wang"))
    page.get_by_role("navigation", name="主要页面").get_by_role("link", name="报表").click()
    page.get_by_role("link", name="遗漏复查").click()
    page.get_by_role("navigation", name="半年").get_by_role("link", name="2025H2").click()
    assert page.get_by_text("2025-07-01 至 2025-12-31").is_visible()
    assert page.get_by_text("都不证明没有遗漏").is_visible()
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 768})
        assert window.overflow() <= 0, width
    page.set_viewport_size({"width": 1366, "height": 768})
    case = page.locator("table.misses a").first
    student = case.inner_text()
    case.click()
    assert page.locator("h1").inner_text() == student
    trail = [event for event in audit_rows(store, 20) if event.actor == "wang"]
    assert [event.action for event in trail[:2]] == ["student.read", "misses.read"]
    assert trail[1].detail == "2025H2 cases"
    page.go_back()
    page.get_by_role("link", name="EN").click()
    assert page.get_by_role("heading", name="Case by case").is_visible()
    window.at_peace()


@pytest.mark.parametrize("username", ["li", "zhou"])
def test_others_land_on_counts(username: str, store: Store, web: Starlette, serve: Serve, visit: Visit) -> None:
    base = serve(web)
    window = visit(width=390)
    page = window.page
    come_in(page, base + link(store, username))
    page.wait_for_url(base + "/reports")
    assert window.overflow() <= 0
    page.goto(f"{base}/miss-review?half=2025H2")
    assert page.get_by_text("不显示").first.is_visible()
    assert page.locator("main a[href^='/students/']").count() == 0
    assert window.overflow() <= 0
    window.at_peace()


def test_an_administrator_is_refused(store: Store, web: Starlette, serve: Serve, visit: Visit) -> None:
    base = serve(web)
    page = visit().page
    come_in(page, base + link(store, "chief"))
    answer = page.goto(f"{base}/miss-review")
    assert answer is not None
    assert answer.status == 403
    assert page.get_by_role("heading", name="没有权限").is_visible()
