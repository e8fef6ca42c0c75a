"""Gaussian noise in whole 8-bit levels."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class GaussianNoise(nn.Module):
    """Add normal noise rounded to whole grey levels, independent for each pixel and channel.

    The corruption of the NTIRE 2020 style training data (SRResCGAN with ``sigma = 8/255``) is
    defined on 8-bit files: the picture is rounded to 8 bit, the noise is rounded to whole levels,
    the sum is clipped to 0-255. So the result always lies on the 8-bit grid.

    Args:
        sigma: standard deviation before rounding, in [0, 1] units.

    Shape:
        - hr: ``(B, C, H, W)``, values in [0, 1].
        - Output: the same.
    """

    scale = 1

    def __init__(self, sigma: float) -> None:
        super().__init__()
        if not 0 <= sigma <= 1:
            raise ValueError(f"sigma is in [0, 1] units (8 grey levels are 8/255), got {sigma}")
        self.sigma = sigma

    def forward(self, hr: Tensor, seeds: Sequence[int]) -> Tensor:
        """Add to each image the noise that belongs to its seed."""
        # Drawn on the CPU, whatever the device: one seed is one noise on every machine.
        noise = torch.stack(
            [
                torch.randn(image.shape, generator=torch.Generator().manual_seed(seed))
                for image, seed in zip(hr, seeds, strict=True)
            ]
        )
        levels = (noise * (255 * self.sigma)).round().to(hr.device)
        return ((hr * 255).round() + levels).clamp(0, 255) / 255
