"""Sinks, which receive an upscaled image band by band."""

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from srrescgan.inference.pixel_types import quantize

OnProgress = Callable[[float], None]
"""Called now and then with the share of the work that is done, in [0, 1]. The share falls when an
image has to be restarted."""


def no_progress(share: float) -> None:
    """Ignore the progress."""


class BandSink(Protocol):
    """Takes the bands of one image from top to bottom."""

    def write(self, band: Tensor) -> None:
        """Take the next band, ``(C, n, W)`` in [0, 1], on the CPU."""
        ...

    def restart(self) -> None:
        """Discard every band: the same image follows again from the top."""
        ...


class InMemorySink:
    """Assembles the bands of one image in memory.

    Args:
        lr: the image that is upscaled, ``(C, h, w)``; the result has its channels and its type.
        scale: integer factor.
    """

    def __init__(self, lr: Tensor, scale: int) -> None:
        channels, height, width = lr.shape
        self.image = torch.empty(channels, scale * height, scale * width, dtype=lr.dtype)
        """``(C, scale h, scale w)``, of the type of ``lr``."""
        self._rows = 0

    def write(self, band: Tensor) -> None:
        """Take the next band."""
        stop = self._rows + band.shape[1]
        self.image[:, self._rows : stop] = quantize(band, self.image.dtype)
        self._rows = stop

    def restart(self) -> None:
        """Overwrite from the top."""
        self._rows = 0
