"""Reads the pixels and texts of a page in a browser.

Waits with Playwright's ``expect``: ``wait_for_function`` polls with ``eval``, which the content
security policy of the pages forbids.
"""

import io

import numpy as np
import pytest
from PIL import Image

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: make install")


def settle(page) -> None:
    """Wait until the page has drawn its latest state."""
    sync_api.expect(page.locator("#readout")).not_to_be_empty()
    page.evaluate("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")


def shows(page, selector: str, text: str) -> None:
    """Wait until an element's text contains ``text``; fails after a timeout."""
    sync_api.expect(page.locator(selector)).to_contain_text(text)


def pixels(page, selector: str | None = None) -> np.ndarray:
    """Screenshot of an element or of the whole page, ``(H, W, 3)`` uint8."""
    settle(page)
    shot = page.locator(selector).screenshot() if selector else page.screenshot(full_page=True)
    return np.array(Image.open(io.BytesIO(shot)).convert("RGB"))


def enlarged(picture: np.ndarray, times: int) -> np.ndarray:
    """Repeat every pixel as a square."""
    return picture.repeat(times, axis=0).repeat(times, axis=1)
