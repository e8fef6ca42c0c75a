"""Antialiased bicubic downscaling."""

from collections.abc import Sequence
from fractions import Fraction

from torch import Tensor, nn

from srrescgan.ops.resize import imresize


class Bicubic(nn.Module):
    """Downscale as MATLAB's ``imresize`` does; not random.

    Args:
        scale: integer factor between hr and lr, at least 1.
        quantise: round to 8 bit after each axis, as the published LR files were made. Off, the
            result is the exact float, only clamped to [0, 1].

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
