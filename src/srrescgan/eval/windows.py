"""Windows of a picture: the worst one, and its surroundings."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Window:
    """A rectangle of a picture, in pixels."""

    top: int
    left: int
    height: int
    width: int

    def of(self, picture: np.ndarray) -> np.ndarray:
        """The rectangle's pixels of ``(H, W, ...)``, as a view."""
        return picture[self.top : self.top + self.height, self.left : self.left + self.width]

    def shifted(self, down: int, right: int) -> "Window":
        """The window moved by a number of pixels."""
        return Window(self.top + down, self.left + right, self.height, self.width)

    def divided(self, scale: int) -> "Window":
        """The same window on a picture ``scale`` times smaller; its edges must be multiples."""
        return Window(*(side // scale for side in vars(self).values()))


def worst_window(error: np.ndarray, size: int, step: int = 1) -> tuple[Window, float]:
    """Find the square with the largest mean error.

    Args:
        error: ``(H, W)``, error of each pixel.
        size: side of the square; reduced where the picture is smaller.
        step: edges are multiples of it, so that the square has a whole number of lr pixels.

    Returns:
        The square, the topmost and then leftmost of equals, and the mean of ``error`` in it.

    Example:
        >>> error = np.zeros((8, 8))
        >>> error[5, 6] = 4
        >>> worst_window(error, size=2, step=2)
        (Window(top=4, left=6, height=2, width=2), 1.0)
    """
    height, width = (max(step, min(size, side) // step * step) for side in error.shape)
    # A summed-area table: the cost does not depend on the size of the window.
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
    """Extend a window to at most ``side`` pixels in each direction, within ``height x width``.

    The window stays in the middle where the picture's edges allow. Edges are multiples of ``step``
    if those of the window and the picture are.

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
