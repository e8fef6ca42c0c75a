"""What is seen in a browser, as pixels and as text.

Waiting is Playwright's ``expect``: ``wait_for_function`` polls by ``eval``, which the pages' own
content security policy forbids as soon as the first look does not succeed.
"""

import io

import numpy as np
import pytest
from PIL import Image

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: make install")


def settle(page) -> None:
    """Wait until what was asked for is drawn."""
    sync_api.expect(page.locator("#readout")).not_to_be_empty()
    page.evaluate("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")


def shows(page, selector: str, text: str) -> None:
    """Wait until an element's text contains ``text``; fails when it does not come."""
    sync_api.expect(page.locator(selector)).to_contain_text(text)


def pixels(page, selector: str | None = None) -> np.ndarray:
    """What is seen of an element, or of the whole page; ``(H, W, 3)`` uint8."""
    settle(page)
    shot = page.locator(selector).screenshot() if selector else page.screenshot(full_page=True)
    return np.array(Image.open(io.BytesIO(shot)).convert("RGB"))


def enlarged(picture: np.ndarray, times: int) -> np.ndarray:
    """Every pixel as a square."""
    return picture.repeat(times, axis=0).repeat(times, axis=1)
