"""Nothing runs out of the window, and the printed list is short and legible."""

import re

import pytest

from tests import sample_lists as scenes
from tests.browser import Serve, Visit
from tests.sample_pages import MakeSample

pytestmark = pytest.mark.e2e

LISTS = {
    "usual": scenes.usual,
    "80 open checks": scenes.flooded,
    "degraded, with a very long reason": scenes.degraded,
    "nothing due": scenes.nothing_due,
}


SIZES = [(width, language) for width in (1366, 1280, 390) for language in ("zh", "en")]


@pytest.mark.parametrize("scene", list(LISTS))
def test_no_list_is_wider_than_its_window(scene: str, sample: MakeSample, serve: Serve, visit: Visit) -> None:
    made = sample(LISTS[scene]())
    base = serve(made.client.app)
    window = visit()
    window.page.goto(base + made.link("wang"))
    for width, language in SIZES:
        window.page.set_viewport_size({"width": width, "height": 768})
        window.page.goto(f"{base}/?lang={language}")
        assert window.overflow() <= 0, (width, language)
    window.at_peace()


def test_no_student_is_wider_than_the_window(sample: MakeSample, serve: Serve, visit: Visit) -> None:
    made = sample(scenes.usual(), scenes.missing_everything(), scenes.protected())
    base = serve(made.client.app)
    window = visit()
    window.page.goto(base + made.link("wang"))
    for student in ("S-4821", "S-1077", "S-9001", "S-9002", "S-1356"):
        for width, language in SIZES:
            window.page.set_viewport_size({"width": width, "height": 768})
            window.page.goto(f"{base}/students/{student}?lang={language}")
            assert window.overflow() <= 0, (width, language, student)
    window.at_peace()


def test_a_print_is_one_sheet_in_black_without_what_is_not_scheduled(
    sample: MakeSample, serve: Serve, visit: Visit
) -> None:
    made = sample(scenes.usual())
    base = serve(made.client.app)
    window = visit(color_scheme="dark")
    page = window.page
    page.goto(base + made.link("wang"))
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
    page.goto(base + made.link("wang"))
    page.keyboard.press("a")
    assert page.evaluate("window.printed") == 1
    page.keyboard.press("Control+a")
    assert page.evaluate("window.printed") == 1
    window.at_peace()
