"""Take the pictures of the tutorial into docs/images: pages of an invented school on a laptop and a phone."""

import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser import come_in, running  # noqa: E402
from tests.every_page import PAGES, lived_in  # noqa: E402
from tests.new_stores import new_store  # noqa: E402

IMAGES = ROOT / "docs" / "images"
# page → the widths at which it is shown
SHOWN = {
    "today": (1366, 390),
    "to-complete": (1366,),
    "students": (1366,),
    "student-danger": (1366, 390),
    "student-blind": (1366,),
    "student-locked": (1366,),
    "concern": (1366,),
    "plans": (1366,),
    "links": (1366,),
    "handover": (1366,),
    "cases": (1366,),
    "readings-to-answer": (1366,),
    "duty-gap": (1366,),
    "wave-next": (1366,),
    "ask-first": (1366,),
    "export-list": (1366,),
    "admin": (1366,),
}
HEIGHTS = {1366: 900, 390: 844}
COLOURS = 256  # of a palette: enough to keep a red red and an orange orange, at half the size


def main() -> int:
    browser = os.environ.get("RUNXIN_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("no browser: install Chromium, or name one in RUNXIN_CHROMIUM", file=sys.stderr)
        return 1
    with TemporaryDirectory() as folder, new_store(Path(folder)) as store:
        desk = lived_in(store, Path(folder))
        with running(desk.pages.client.app) as base, sync_playwright() as playwright:
            launched = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
            windows: dict[str, Page] = {}
            for address in PAGES:
                for width in SHOWN.get(address.name, ()):
                    if address.who not in windows:
                        windows[address.who] = launched.new_context().new_page()
                        come_in(windows[address.who], base + desk.pages.link(address.who))
                    take(windows[address.who], base, address.path, address.name, width)
            launched.close()
    return 0


def take(page: Page, base: str, path: str, name: str, width: int) -> None:
    """One picture in each language."""
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    for language in ("zh", "en"):
        page.goto(f"{base}{path}{'&' if '?' in path else '?'}lang={language}")
        file = IMAGES / f"{name}{'-phone' if width < 600 else ''}.{language}.png"
        page.screenshot(path=file)
        with Image.open(file) as image:
            small = image.convert("RGB").quantize(COLOURS, Image.Quantize.FASTOCTREE)
        small.save(file, optimize=True)
        print(file.relative_to(ROOT), file.stat().st_size // 1000, "kB")


if __name__ == "__main__":
    sys.exit(main())
