"""Antialiased bicubic downscaling."""

from collections.abc import Sequence
from fractions import Fraction

from torch import Tensor, nn

from srrescgan.ops.resize import imresize


class Bicubic(nn.Module):
    """Bicubic downscaling like MATLAB's ``imresize``; not random.

    Args:
        scale: integer factor between hr and lr, at least 1.
        quantise: round to 8 bits after each axis, as in the published LR files. Otherwise the
            result is not rounded, only clamped to [0, 1].

    Shape:
        - hr: ``(B, C, H, W)``, values in [0, 1].
        - Output: ``(B, C, ceil(H / scale), ceil(W / scale))``, values in [0, 1].
    """

    def __init__(self, scale: int, quantise: bool = False) -> None:
        super().__init__()
        if scale < 1:
            raise ValueError(f"scale must be at least 1, got {scale}")
        self.scale = scale
        self.quantise = quantise

    def forward(self, hr: Tensor, seeds: Sequence[int]) -> Tensor:
        """Downscale every image; ``seeds`` are not used."""
        return imresize(hr, Fraction(1, self.scale), self.quantise).clamp(0, 1)
