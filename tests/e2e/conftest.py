"""A real browser and a real server, both on this machine only."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser import Serve, Visit, Watched, running

# Without a sandbox, as containers have none, and without anything that the browser would fetch by itself.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")  # Playwright keeps an event loop in this thread until it is closed
def browser() -> Iterator[Browser]:
    named = os.environ.get("RUNXIN_CHROMIUM")
    found = named or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        pytest.fail("no browser: install Chromium, or name one in RUNXIN_CHROMIUM")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield launched
        launched.close()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve applications until the test ends."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(running(app))


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open a new window, by default as wide as a school's laptop."""
    contexts: list[BrowserContext] = []

    def open_window(width: int = 1366, height: int = 768, **options: object) -> Watched:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        return Watched(context.new_page())

    yield open_window
    for context in contexts:
        context.close()
