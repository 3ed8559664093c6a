"""The evaluation report in a real browser: nothing is fetched, nothing runs out of the window or off the paper."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from evaluation.report.page import write_report
from tests.browser import Serve, Visit
from tests.judged import invented_explanations, whole_report

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:The set_.* function:PendingDeprecationWarning")]
A4 = 680  # CSS pixels between margins of 15 mm
PAST_THE_EDGE = """() => [...document.querySelectorAll("table, figure, p, li")]
    .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1).map(e => e.textContent.slice(0, 40))"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("report")
    write_report(whole_report(), invented_explanations(), made)
    return made


def test_the_report_opens_alone_in_both_languages(folder: Path, serve: Serve, visit: Visit) -> None:
    base = serve(Starlette(routes=[Mount("/", StaticFiles(directory=folder))]))
    window = visit()
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url))
    for language, other in (("zh", "en"), ("en", "zh")):
        window.page.goto(f"{base}/report.{language}.html")
        for width in (1366, 390):
            window.page.set_viewport_size({"width": width, "height": 800})
            assert window.overflow() <= 0, (language, width)
        pictures = window.page.locator("svg[role=img]")
        assert pictures.count() == 8
        for place in range(8):
            box = pictures.nth(place).bounding_box()
            assert box is not None
            assert box["height"] > 100, "a picture is drawn"
        window.page.get_by_role("link", name={"zh": "English", "en": "中文"}[language]).click()
        assert window.page.url.endswith(f"report.{other}.html")
    pages = {f"{base}/report.{language}.html" for language in ("zh", "en")}
    assert {url for url in asked if not url.startswith("data:")} <= pages | {f"{base}/favicon.ico"}


def test_the_report_fits_on_paper(folder: Path, serve: Serve, visit: Visit) -> None:
    base = serve(Starlette(routes=[Mount("/", StaticFiles(directory=folder))]))
    window = visit(width=A4, height=960)
    window.page.emulate_media(media="print")
    for language in ("zh", "en"):
        window.page.goto(f"{base}/report.{language}.html")
        assert window.page.evaluate(PAST_THE_EDGE) == []
        assert window.page.locator("header a").is_hidden(), "the other language is no link on paper"
