"""Gaussian noise, rounded to whole 8-bit levels."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class GaussianNoise(nn.Module):
    """Add Gaussian noise in whole 8-bit levels, independent for each pixel and channel.

    The noise of SRResCGAN's training data (``sigma = 8/255``, in the style of NTIRE 2020) is made
    on 8-bit files: the image is rounded to 8 bits, the noise is rounded to whole levels, and the
    sum is clipped to 0-255. The values of the result are multiples of 1/255.

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
        """Add to each image the noise of its seed."""
        # Drawn on the CPU, so that a seed gives the same noise on every device.
        noise = torch.stack(
            [
                torch.randn(image.shape, generator=torch.Generator().manual_seed(seed))
                for image, seed in zip(hr, seeds, strict=True)
            ]
        )
        levels = (noise * (255 * self.sigma)).round().to(hr.device)
        return ((hr * 255).round() + levels).clamp(0, 255) / 255
