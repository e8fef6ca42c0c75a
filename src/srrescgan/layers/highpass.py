"""High-pass filter as a layer, for the input of a discriminator."""

from torch import Tensor, nn

from srrescgan.ops.filters import high_pass


class HighPass(nn.Module):
    """High-pass filter that hides the low frequencies from a discriminator.

    Returns ``0.5 + 0.5 (x - mean(x))`` with a box mean (Fritsche, Gu, Timofte, ICCVW 2019).
    SRResCGAN and ESRGAN-FS use a box of 9 pixels and count the zeros beyond the border; DSGAN uses
    5 pixels and does not count them.

    Args:
        kernel_size: side of the box in pixels, odd.
        value_range: factor applied to the image first. SRResCGAN's reference filters images in
            [0, 255]: 255 reproduces it, with results far outside [0, 1].
        include_pad: count the zeros beyond the border in the mean.

    Shape:
        - Input: ``(B, C, H, W)``, values in [0, 1].
        - Output: ``(B, C, H, W)``, values in [0, 1] for ``value_range=1``.
    """

    def __init__(
        self, kernel_size: int = 9, value_range: float = 1.0, include_pad: bool = True
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.value_range = value_range
        self.include_pad = include_pad

    def forward(self, image: Tensor) -> Tensor:
        """Filter."""
        return high_pass(image * self.value_range, self.kernel_size, include_pad=self.include_pad)
