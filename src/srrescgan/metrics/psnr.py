"""PSNR: peak signal-to-noise ratio."""

from torch import Tensor

from srrescgan.metrics.image_metric import ImageMetric


class PSNR(ImageMetric):
    """``10 log10(1 / MSE)`` in dB, with the MSE over all pixels and channels of an image.

    Identical images score infinity, and so does the mean over a set that contains them.

    Args:
        protocol: how images are prepared.

    Shape:
        - sr, hr: ``(B, 3, H, W)``, RGB in [0, 1], of any size.
        - Output: ``(B,)`` float64, one value per image.

    Raises:
        DataError: on call, as in :meth:`ImageMetric.__call__`.
    """

    higher_is_better = True
    decimals = 2
    description = "PSNR in dB, peak 1, the error over all pixels and channels of an image"

    def score(self, *pictures: Tensor) -> Tensor:
        """Score one image."""
        sr, hr = pictures
        return -10 * (sr - hr).square().mean().log10()
