"""Learned degradation: a trained domain generator (DSGAN, CycleGAN)."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from srrescgan.ops.tile import in_tiles
from srrescgan.types import LocalGenerator


class Learned(nn.Module):
    """Translate images into the camera's domain with a trained generator (DSGAN, CycleGAN).

    The generator is frozen in place: always in eval mode, without gradients, and in float32 even
    under autocast. Images larger than ``tile`` are processed in tiles that overlap by the
    generator's ``halo``; the result equals that of the whole image.

    Args:
        generator: a trained domain generator: lr to lr of the same size, with ``scale = 1`` and
            ``halo``.
        tile: largest side, in pixels, that the generator computes at once (plus its halo). It
            affects memory only, not the result.

    Raises:
        ValueError: the generator changes the size or has no ``halo``, or ``tile`` is below 1.

    Shape:
        - hr: ``(B, 3, H, W)``, values in [0, 1].
        - Output: the same.
    """

    scale = 1

    def __init__(self, generator: nn.Module, tile: int = 512) -> None:
        super().__init__()
        if not isinstance(generator, LocalGenerator) or generator.scale != 1:
            raise ValueError(
                f"{type(generator).__name__} is no domain generator: expected scale = 1 (it keeps "
                f"the size) and halo (pixels around a pixel that its output depends on)"
            )
        if tile < 1:
            raise ValueError(f"tile must be at least 1 pixel, got {tile}")
        self.generator = generator.eval().requires_grad_(False)
        self.tile = tile

    def train(self, mode: bool = True) -> "Learned":
        """Stay in eval mode, so that a sample does not depend on its batch."""
        return super().train(False)

    @torch.no_grad()
    def forward(self, hr: Tensor, seeds: Sequence[int]) -> Tensor:
        """Translate every image; ``seeds`` are not used."""
        halo = cast(LocalGenerator, self.generator).halo
        with torch.autocast(hr.device.type, enabled=False):
            degraded = in_tiles(self.generator, hr.float(), self.tile, halo)
        return degraded.to(hr.dtype).clamp_(0, 1)
