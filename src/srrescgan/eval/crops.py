"""Where on a picture a method is worst."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

ErrorMap = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""``(sr, hr)``, both ``(H, W, 3)`` uint8, to ``(H, W)``: how wrong each pixel is."""


@dataclass(frozen=True)
class Window:
    """A rectangle of a picture, in its pixels."""

    top: int
    left: int
    height: int
    width: int

    def of(self, picture: np.ndarray) -> np.ndarray:
        """Cut it out of ``(H, W, ...)``; a view."""
        return picture[self.top : self.top + self.height, self.left : self.left + self.width]

    def shifted(self, down: int, right: int) -> "Window":
        """Move it."""
        return Window(self.top + down, self.left + right, self.height, self.width)

    def divided(self, scale: int) -> "Window":
        """The same place on a picture that is ``scale`` times smaller; has to be on its grid."""
        return Window(*(side // scale for side in vars(self).values()))


def squared_error(sr: np.ndarray, hr: np.ndarray) -> np.ndarray:
    """Mean over the channels of the squared difference.

    Shape:
        - sr, hr: ``(H, W, 3)`` uint8.
        - Output: ``(H, W)`` float64, in squared grey levels.
    """
    return np.square(sr.astype(np.float64) - hr).mean(axis=2)


def worst_window(error: np.ndarray, size: int, step: int = 1) -> tuple[Window, float]:
    """Find the square with the largest mean error.

    Args:
        error: ``(H, W)``, how wrong each pixel is.
        size: side of the square; cut down where the picture is smaller.
        step: edges lie at multiples of it, for the square to have a whole number of lr pixels.

    Returns:
        The square, the uppermost and leftmost of equals, and the mean of ``error`` in it.

    Example:
        >>> error = np.zeros((8, 8))
        >>> error[5, 6] = 4
        >>> worst_window(error, size=2, step=2)
        (Window(top=4, left=6, height=2, width=2), 1.0)
    """
    height, width = (max(step, min(size, side) // step * step) for side in error.shape)
    # Sums over windows as differences of a sum table: no cost per pixel of the window.
    table = np.pad(np.asarray(error, np.float64).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    rows = np.arange(0, error.shape[0] - height + 1, step)
    columns = np.arange(0, error.shape[1] - width + 1, step)
    below, right = rows + height, columns + width
    sums = table[np.ix_(below, right)] + table[np.ix_(rows, columns)]
    sums -= table[np.ix_(rows, right)] + table[np.ix_(below, columns)]
    row, column = np.unravel_index(sums.argmax(), sums.shape)
    window = Window(int(rows[row]), int(columns[column]), height, width)
    return window, float(window.of(error).mean())


def surroundings(window: Window, side: int, height: int, width: int, step: int = 1) -> Window:
    """Extend a window to at most ``side`` pixels each way, within a picture of ``height x width``.

    The window stays in the middle where the picture's edges allow. Edges lie at multiples of
    ``step``, given that the picture's do.

    Example:
        >>> surroundings(Window(0, 40, 8, 8), side=24, height=16, width=64, step=4)
        Window(top=0, left=32, height=16, width=24)
    """
    tops = _extended(window.top, window.height, side, height, step)
    lefts = _extended(window.left, window.width, side, width, step)
    return Window(tops[0], lefts[0], tops[1], lefts[1])


def _extended(start: int, length: int, wanted: int, whole: int, step: int) -> tuple[int, int]:
    extent = min(max(wanted // step * step, length), whole)
    before = (extent - length) // 2 // step * step
    return min(max(start - before, 0), whole - extent), extent
