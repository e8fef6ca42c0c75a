"""The interface of the image encoders: the layout of an image, and how rows are written."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Layout:
    """Size, channels and depth of an image to write.

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
        """Type of the rows."""
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
    """Encodes an image into an open file, row by row."""

    def write(self, rows: np.ndarray) -> None:
        """Encode the next ``(n, width, channels)`` rows, from top to bottom."""
        ...

    def finish(self) -> None:
        """Complete the file after the last row."""
        ...
