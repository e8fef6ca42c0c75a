"""What the writers of single formats have in common."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Layout:
    """Size and kind of a picture to write.

    Args:
        height: in pixels.
        width: in pixels.
        channels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
        depth: bits per channel, 8 or 16.
    """

    height: int
    width: int
    channels: int
    depth: int

    @property
    def dtype(self) -> np.dtype:
        """Of the rows."""
        return np.dtype(np.uint8 if self.depth == 8 else np.uint16)

    @property
    def alpha(self) -> bool:
        """Whether the last channel is transparency."""
        return self.channels in (2, 4)

    @property
    def row_bytes(self) -> int:
        """Bytes of one row of pixels."""
        return self.width * self.channels * self.depth // 8


class Encoder(Protocol):
    """Writes a picture into an open file."""

    def write(self, rows: np.ndarray) -> None:
        """Take the next ``(n, width, channels)`` rows, top to bottom."""
        ...

    def finish(self) -> None:
        """Write what is left once all rows have come."""
        ...
