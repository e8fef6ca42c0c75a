"""A real browser, which opens pages from disk and may reach nothing else."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]


@pytest.fixture(scope="module")
def browser() -> Iterator:
    """A headless Chromium; skips where there is none."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="the browser tests need playwright: make install"
    )
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.skip(f"no browser found ({', '.join(_NAMES)}): install Debian's package chromium")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser) -> Iterator[Callable]:
    """``open_page(path_or_address, width=800, height=900, **context)``.

    At the end of the test the page has to have asked for nothing but itself and reported no error.
    """
    contexts, own, asked, told = [], [], [], []

    def open_(place: Path | str, width: int = 800, height: int = 900, **options: object):
        # No smooth scrolling, or things would move while a test looks for them.
        options = {"reduced_motion": "reduce"} | options
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        own.append(place.as_uri() if isinstance(place, Path) else place)
        page.goto(own[-1])
        return page

    yield open_
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == own
    assert told == []
