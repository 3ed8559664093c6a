"""Every page as those need it who do not see it, do not use a mouse, or read it twice as large."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Serve, come_in
from tests.desk import Desk
from tests.every_page import PAGES, Address, lived_in
from tests.new_stores import new_store

pytestmark = pytest.mark.e2e

AXE = Path(__file__).parent / "axe" / "axe.min.js"
TWICE_AS_LARGE = 683  # CSS pixels of a window 1366 wide at 200 %
PLAIN, COLOURS = "{}", "{runOnly: ['color-contrast']}"
WORDS = "{rules: {'color-contrast': {enabled: false}}}"
FOUND = """async () => (await axe.run(OPTIONS)).violations
    .filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.map(node => node.html).join(" ")}`)"""
# What has to be hit and is smaller than so many pixels: 24 with a mouse (WCAG 2.2, 2.5.8; what has room around
# is excepted there), 44 with a finger (2.5.5). Of a box or a circle to tick, its label is hit as well. Links within
# sentences are excepted in both.
MOUSE = ("main button, main select, main .action, main .act, main .reach", 24)
FINGER = ("button, select, .action, .act, .reach, summary, nav a, .pill, label.tick", 44)
SMALL = """([what, least]) => [...document.querySelectorAll(what)]
    .filter(one => one.checkVisibility()).map(one => [one, one.getBoundingClientRect()])
    .filter(([, box]) => box.height < least - .5 || box.width < least - .5)
    .map(([one, box]) => `${one.textContent.trim()} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
# What lies over something else that can be pressed.
COVERED = """() => [...document.querySelectorAll("main button, main .act, main .action, main .reach, nav a")]
    .filter(one => one.checkVisibility()).map(one => [one, one.getBoundingClientRect()])
    .filter(([one, box], place, all) => all.some(([other, its], where) => where > place && !one.contains(other)
        && Math.min(box.right, its.right) - Math.max(box.left, its.left) > 1
        && Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top) > 1))
    .map(([one]) => one.textContent.trim())"""
PRESSED = """() => [...document.querySelectorAll("main button, main textarea, main select, nav, .alarm")]
    .filter(one => one.checkVisibility()).map(one => one.outerHTML)"""
UNFOLD = "() => document.querySelectorAll('details').forEach(one => { one.open = true; })"
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    # Before there is a browser: its event loop and the one of our own client do not go together.
    home = tmp_path_factory.mktemp("school")
    with new_store(home) as store:
        yield lived_in(store, home)


class Visitors:
    """A window for each person, in which the pages' policy lets a test's script run."""

    def __init__(self, browser: Browser, desk: Desk, base: str) -> None:
        self.browser, self.desk, self.base = browser, desk, base
        self.touch = False
        self.windows: dict[str, Page] = {}

    def open(self, address: Address, language: str, scheme: str, width: int) -> Page:
        if address.who not in self.windows:
            self.windows[address.who] = self.browser.new_context(bypass_csp=True, has_touch=self.touch).new_page()
            if address.who:
                come_in(self.windows[address.who], self.base + self.desk.pages.link(address.who))
        page = self.windows[address.who]
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(media="screen", color_scheme=scheme)  # type: ignore[arg-type]
        answer = page.goto(f"{self.base}{address.path}{'&' if '?' in address.path else '?'}lang={language}")
        assert answer is not None
        assert answer.status == address.status, address.name
        page.evaluate(UNFOLD)
        return page

    def close(self) -> None:
        for page in self.windows.values():
            page.context.close()


@pytest.fixture
def visitors(desk: Desk, browser: Browser, serve: Serve) -> Iterator[Visitors]:
    made = Visitors(browser, desk, serve(desk.pages.client.app))
    yield made
    made.close()


def serious(page: Page, options: str) -> list[str]:
    """What axe finds."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    found: list[str] = page.evaluate(FOUND.replace("OPTIONS", options))
    return found


def test_axe_finds_nothing_serious_on_a_phone_in_light_and_dark(visitors: Visitors) -> None:
    visitors.touch = True
    for address in PAGES:
        page = visitors.open(address, "zh", "light", 390)
        assert page.evaluate(WIDER) <= 0, address.name
        assert page.evaluate(SMALL, FINGER) == [], address.name
        assert page.evaluate(COVERED) == [], address.name
        if address.again:
            continue
        assert serious(page, PLAIN) == [], address.name
        page.emulate_media(color_scheme="dark")
        assert serious(page, COLOURS) == [], address.name


def test_twice_as_large_and_in_english_nothing_is_lost_and_everything_can_be_hit(visitors: Visitors) -> None:
    for address in PAGES:
        page = visitors.open(address, "en", "light", TWICE_AS_LARGE)
        assert address.again or serious(page, WORDS) == [], address.name
        assert page.evaluate(WIDER) <= 0, address.name
        assert page.evaluate(SMALL, MOUSE) == [], address.name
        assert page.locator("h1").count() == 1, address.name
        assert page.locator("html").get_attribute("lang") == "en"
        page.emulate_media(media="print")
        assert page.evaluate(PRESSED) == [], f"{address.name}: what can only be pressed is printed"


def test_what_has_the_focus_is_seen_and_the_first_key_leads_past_the_menu(visitors: Visitors) -> None:
    page = visitors.open(PAGES[0], "zh", "light", 1366)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到内容"
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML")
