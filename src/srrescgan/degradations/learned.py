"""Learned degradation: a trained domain generator (DSGAN, CycleGAN)."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from srrescgan.ops.tile import in_tiles
from srrescgan.types import LocalGenerator


class Learned(nn.Module):
    """Move pictures into the camera's domain with a trained generator (DSGAN, CycleGAN).

    The generator is frozen: always in eval mode, without gradients, in float32 whatever autocast
    says; it is changed in place. Pictures larger than ``tile`` are processed in tiles that overlap
    by the generator's ``halo``, with the same result as the whole picture.

    Args:
        generator: a trained domain generator: lr to lr of the same size, with ``scale = 1`` and
            ``halo``.
        tile: largest side, in pixels, that the generator computes at once (plus its halo). It
            decides about memory and not about pixels.

    Raises:
        ValueError: the generator changes the size, or does not say how far it looks.

    Shape:
        - hr: ``(B, 3, H, W)``, values in [0, 1].
        - Output: the same.
    """

    scale = 1

    def __init__(self, generator: nn.Module, tile: int = 512) -> None:
        super().__init__()
        if not isinstance(generator, LocalGenerator) or generator.scale != 1:
            raise ValueError(
                f"{type(generator).__name__} is no domain generator: one keeps the size "
                f"(scale = 1) and says how many pixels around it an output depends on (halo)"
            )
        if tile < 1:
            raise ValueError(f"tile must be at least 1 pixel, got {tile}")
        self.generator = generator.eval().requires_grad_(False)
        self.tile = tile

    def train(self, mode: bool = True) -> "Learned":
        """Stay in eval mode: a batch's statistics must not reach into a sample."""
        return super().train(False)

    @torch.no_grad()
    def forward(self, hr: Tensor, seeds: Sequence[int]) -> Tensor:
        """Change the domain of every picture; ``seeds`` are not used."""
        halo = cast(LocalGenerator, self.generator).halo
        with torch.autocast(hr.device.type, enabled=False):
            degraded = in_tiles(self.generator, hr.float(), self.tile, halo)
        return degraded.to(hr.dtype).clamp_(0, 1)
