"""A whole enlarged picture in memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from srrescgan.inference.enlarging import quantised


class Sheet:
    """Puts the bands of a picture together; :meth:`begin` is a canvas for ``Predictor.stream``.

    Args:
        lr: the picture that will be enlarged, ``(C, h, w)``.
        scale: by how much.
    """

    def __init__(self, lr: Tensor, scale: int) -> None:
        channels, height, width = lr.shape
        self.pixels = torch.empty(channels, scale * height, scale * width, dtype=lr.dtype)
        """``(C, scale h, scale w)``, of the type of ``lr``."""

    @contextmanager
    def begin(self) -> Iterator[Callable[[Tensor], None]]:
        """Start at the top; begun anew, it covers what was there."""
        start = 0

        def write(band: Tensor) -> None:
            nonlocal start
            stop = start + band.shape[1]
            self.pixels[:, start:stop] = quantised(band, self.pixels.dtype)
            start = stop

        yield write
