"""Nothing runs out of the window, and the printed list is short and legible."""

import re

import pytest

from models.triage import QUEUES
from models.triage.queues import BESIDE
from tests import sample_lists as scenes
from tests import sample_school as school
from tests.browser import Serve, Visit, Watched, come_in
from tests.sample_pages import MakeSample

pytestmark = pytest.mark.e2e

LISTS = {
    "usual": scenes.usual,
    "80 open checks": scenes.flooded,
    "degraded, with a very long reason": scenes.degraded,
    "nothing due": scenes.nothing_due,
}

EVERY_KIND = (
    *(school.DANGER, school.ONE_PERSON, school.PROTECTED, school.CONFIRMED, school.REPORTED, school.TO_CONTACT),
    *(school.OLD, school.AGAIN, school.UNSCREENED, school.AWAY_IN_DANGER, school.SETTLED, school.BLIND, school.SENT),
)
LANGUAGES = ("zh", "en")
WIDTHS = (1366, 1280, 390)


def no_wider(window: Watched, address: str) -> None:
    """The page fits each width in each language; the window is made narrower, and not loaded anew."""
    for language in LANGUAGES:
        window.page.goto(f"{address}?lang={language}")
        for width in WIDTHS:
            window.page.set_viewport_size({"width": width, "height": 768})
            assert window.overflow() <= 0, (width, language, address)


@pytest.mark.parametrize("scene", list(LISTS))
def test_no_list_is_wider_than_its_window(scene: str, sample: MakeSample, serve: Serve, visit: Visit) -> None:
    made = sample(LISTS[scene]())
    base = serve(made.client.app)
    window = visit()
    come_in(window.page, base + made.link("wang"))
    no_wider(window, f"{base}/")
    window.at_peace()


def test_no_queue_and_no_student_is_wider_than_the_window(sample: MakeSample, serve: Serve, visit: Visit) -> None:
    made = sample()
    school.whole_school(made.store)
    base = serve(made.client.app)
    window = visit()
    come_in(window.page, base + made.link("wang"))
    queues = [queue.path for queue in QUEUES if queue.band == BESIDE]
    for path in (*queues, *(f"/students/{student}" for student in EVERY_KIND)):
        no_wider(window, f"{base}{path}")
    window.at_peace()


def test_on_a_phone_the_first_student_is_in_sight_and_no_id_is_broken(
    sample: MakeSample, serve: Serve, visit: Visit
) -> None:
    made = sample()
    school.whole_school(made.store)
    base = serve(made.client.app)
    page = visit(width=390, height=844).page
    come_in(page, base + made.link("wang"))
    for language in LANGUAGES:
        page.goto(f"{base}/?lang={language}")
        box = page.locator(".rows .row").first.bounding_box()
        assert box is not None
        assert box["y"] < 600, language
        heights = page.locator(".row .id").evaluate_all("ids => ids.map(id => id.getClientRects().length)")
        assert set(heights) == {1}, language


def test_a_print_is_one_sheet_in_black_without_what_is_not_scheduled(
    sample: MakeSample, serve: Serve, visit: Visit
) -> None:
    made = sample(scenes.usual())
    base = serve(made.client.app)
    window = visit(color_scheme="dark")
    page = window.page
    come_in(page, base + made.link("wang"))
    page.emulate_media(media="print")
    assert page.get_by_text("不张贴、不转发").is_visible()
    assert not page.get_by_role("navigation", name="主要页面").is_visible()
    assert not page.locator(".below").is_visible()
    assert page.locator(".tier").first.evaluate("tier => getComputedStyle(tier).color") == "rgb(0, 0, 0)"
    sheets = len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format="A4", prefer_css_page_size=True)))
    assert sheets == 1, "3 checks and 10 interviews fit one sheet"


def test_the_a_key_prints_and_typing_does_not(sample: MakeSample, serve: Serve, visit: Visit) -> None:
    made = sample(scenes.usual())
    base = serve(made.client.app)
    window = visit()
    page = window.page
    page.add_init_script("window.printed = 0; window.print = () => { window.printed += 1; };")
    come_in(page, base + made.link("wang"))
    page.keyboard.press("a")
    assert page.evaluate("window.printed") == 1
    page.keyboard.press("Control+a")
    assert page.evaluate("window.printed") == 1
    window.at_peace()
