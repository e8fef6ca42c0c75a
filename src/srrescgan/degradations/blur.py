"""Gaussian blur."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from srrescgan.ops.padding import reflected


class GaussianBlur(nn.Module):
    """Isotropic Gaussian blur; not random.

    In the order of SRResCGAN's data, blur comes between noise and JPEG. (The reference has it
    there, switched off, as Pillow's approximation by box filters; this is the exact Gaussian.) The
    kernel ends at 4 sigma on each side, rounded to whole pixels, and drops less than 0.0001 of its
    weight. The image is padded by reflection, without repeating the edge pixel.

    Nothing is rounded to 8 bits. The taps are summed without ``conv2d``, so that the result is
    float32 on every device, as in :mod:`srrescgan.ops.resize`.

    Args:
        sigma: standard deviation in pixels of the blurred image (that of noise is in [0, 1] units);
            0 changes nothing.

    Shape:
        - hr: ``(B, C, H, W)``, values in [0, 1], of any size.
        - Output: the same.
    """

    scale = 1

    def __init__(self, sigma: float) -> None:
        super().__init__()
        if sigma < 0:
            raise ValueError(f"sigma is in pixels and at least 0, got {sigma}")
        self.sigma = sigma
        radius = int(4 * sigma + 0.5)
        offsets = torch.arange(-radius, radius + 1, dtype=torch.float64)
        weights = torch.exp(-0.5 * (offsets / max(sigma, 1e-12)) ** 2)
        self.weights: list[float] = (weights / weights.sum()).tolist()

    def forward(self, hr: Tensor, seeds: Sequence[int]) -> Tensor:
        """Blur every picture; ``seeds`` are not used."""
        return self._blur_axis(self._blur_axis(hr, -2), -1).clamp(0, 1)

    def _blur_axis(self, image: Tensor, axis: int) -> Tensor:
        length, taps = image.shape[axis], len(self.weights)
        padded = image.index_select(axis, reflected(length, taps // 2, taps // 2).to(image.device))
        blurred = torch.zeros_like(image)
        for tap, weight in enumerate(self.weights):
            blurred = blurred + padded.narrow(axis, tap, length) * weight
        return blurred
