"""What is seen in a browser, as pixels."""

import io

import numpy as np
from PIL import Image


def settle(page) -> None:
    """Wait until what was asked for is drawn."""
    page.wait_for_function("document.querySelector('#readout').textContent !== ''")
    page.evaluate("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")


def pixels(page, selector: str | None = None) -> np.ndarray:
    """What is seen of an element, or of the whole page; ``(H, W, 3)`` uint8."""
    settle(page)
    shot = page.locator(selector).screenshot() if selector else page.screenshot(full_page=True)
    return np.array(Image.open(io.BytesIO(shot)).convert("RGB"))


def enlarged(picture: np.ndarray, times: int) -> np.ndarray:
    """Every pixel as a square."""
    return picture.repeat(times, axis=0).repeat(times, axis=1)
