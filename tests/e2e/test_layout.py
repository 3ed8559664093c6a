"""Nothing runs out of the window, and the printed list is short and legible."""

import re
from collections.abc import Callable

import pytest

from serving.web import make_web
from tests import sample_lists as scenes
from tests.sample_desk import sample_desk

pytestmark = pytest.mark.e2e

LISTS = {
    "usual": scenes.usual,
    "80 open checks": scenes.flooded,
    "degraded, with a very long reason": scenes.degraded,
    "nothing due": scenes.nothing_due,
}


@pytest.mark.parametrize("scene", list(LISTS))
def test_no_list_is_wider_than_its_window(scene: str, serve: Callable[..., str], visit: Callable[..., object]) -> None:
    desk, records = sample_desk(LISTS[scene]())
    records.links |= {f"link-{n}": records.links["link-counselor"] for n in range(6)}
    base = serve(make_web(desk))
    for n, (width, language) in enumerate((w, v) for w in (1366, 1280, 390) for v in ("zh", "en")):
        window = visit(width=width)
        window.page.goto(f"{base}/sign-in?link=link-{n}")
        window.page.goto(f"{base}/?lang={language}")
        assert window.overflow() <= 0, (width, language)
        window.at_peace()


def test_no_student_is_wider_than_the_window(serve: Callable[..., str], visit: Callable[..., object]) -> None:
    desk, records = sample_desk(scenes.usual(), scenes.missing_everything(), scenes.protected())
    records.links |= {f"link-{n}": records.links["link-counselor"] for n in range(4)}
    base = serve(make_web(desk))
    for n, (width, language) in enumerate((w, v) for w in (1280, 390) for v in ("zh", "en")):
        window = visit(width=width)
        window.page.goto(f"{base}/sign-in?link=link-{n}")
        for student in ("S-4821", "S-1077", "S-9001", "S-9002", "S-1356"):
            window.page.goto(f"{base}/students/{student}?lang={language}")
            assert window.overflow() <= 0, (width, language, student)
        window.at_peace()


def test_a_print_is_one_sheet_in_black_without_what_is_not_scheduled(
    serve: Callable[..., str], visit: Callable[..., object]
) -> None:
    desk, _ = sample_desk(scenes.usual())
    base = serve(make_web(desk))
    window = visit(color_scheme="dark")
    page = window.page
    page.goto(f"{base}/sign-in?link=link-counselor")
    page.emulate_media(media="print")
    assert page.get_by_text("不张贴、不转发").is_visible()
    assert not page.get_by_role("navigation", name="主要页面").is_visible()
    assert not page.locator(".below").is_visible()
    assert page.locator(".tier").first.evaluate("tier => getComputedStyle(tier).color") == "rgb(0, 0, 0)"
    sheets = len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format="A4", prefer_css_page_size=True)))
    assert sheets == 1, "3 checks and 10 interviews fit one sheet"


def test_the_a_key_prints_and_typing_does_not(serve: Callable[..., str], visit: Callable[..., object]) -> None:
    desk, _ = sample_desk(scenes.usual())
    base = serve(make_web(desk))
    window = visit()
    page = window.page
    page.add_init_script("window.printed = 0; window.print = () => { window.printed += 1; };")
    page.goto(f"{base}/sign-in?link=link-counselor")
    page.keyboard.press("a")
    assert page.evaluate("window.printed") == 1
    page.keyboard.press("Control+a")
    assert page.evaluate("window.printed") == 1
    window.at_peace()
