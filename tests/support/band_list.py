"""A sink that keeps every band, for tests of what is written where."""

import torch
from torch import Tensor


class BandList:
    """Keeps the bands of one image, and how often it was started."""

    def __init__(self) -> None:
        self.bands: list[Tensor] = []
        self.starts = 1

    def write(self, band: Tensor) -> None:
        self.bands.append(band)

    def restart(self) -> None:
        self.bands.clear()
        self.starts += 1

    @property
    def picture(self) -> Tensor:
        """The bands together, ``(C, H, W)``."""
        return torch.cat(self.bands, dim=1)
