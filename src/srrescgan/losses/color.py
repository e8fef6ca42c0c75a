"""Color loss: L1 distance of the low frequencies."""

from torch import Tensor, nn

from srrescgan.ops.filters import low_pass


class ColorLoss(nn.Module):
    """Mean absolute difference between two images after a box filter.

    ``L_col`` of DSGAN (Fritsche, Gu, Timofte, ICCVW 2019, equation 6), and the pixel loss of the
    same authors' ESRGAN-FS: it preserves the colors and leaves details smaller than the box to the
    discriminator. DSGAN has a box of 5 pixels and uses only windows that lie inside the image;
    ESRGAN-FS has one of 9 pixels, pads with zeros and counts them.

    Args:
        weight: factor of the loss.
        kernel_size: side of the box in pixels, odd.
        pad: pad with zeros that count in the mean, so that every pixel has a window.

    Shape:
        - sr, hr: ``(B, C, H, W)``, values in [0, 1]; without ``pad`` at least ``kernel_size``
          pixels per side.
        - Output: scalar.
    """

    def __init__(self, weight: float = 1.0, kernel_size: int = 5, pad: bool = False) -> None:
        super().__init__()
        self.weight = weight
        self.kernel_size = kernel_size
        self.pad = pad

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Return the weighted loss."""
        # The filter is linear: one pass over the difference replaces one over each image.
        difference = low_pass(sr.float() - hr.float(), self.kernel_size, pad=self.pad)
        return self.weight * difference.abs().mean()
