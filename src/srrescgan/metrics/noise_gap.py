"""Noise gap: the ratio of the noise levels of two images."""

from torch import Tensor

from srrescgan.metrics.image_metric import ImageMetric
from srrescgan.ops.noise import MIN_SIZE, estimate_sigma

_LEAST = 1 / 255 / 16
"""A sixteenth of a gray level, far below the noise of an 8-bit image."""


class NoiseGap(ImageMetric):
    """Absolute base-2 logarithm of the ratio of two noise levels: 0 is equal, 1 is double or half.

    The noise of each image is estimated separately (:func:`srrescgan.ops.noise.estimate_sigma`), so
    the two need not show the same scene: the metric tells how close a degradation is to a camera.
    Estimates below a sixteenth of a gray level are raised to it.

    Args:
        protocol: how images are prepared.

    Shape:
        - sr, hr: ``(B, 3, H, W)``, RGB in [0, 1], at least 8 pixels a side inside the border.
        - Output: ``(B,)`` float64, at least 0; 0 for identical images.

    Raises:
        DataError: on call, for smaller images, and as in :meth:`ImageMetric.__call__`.
    """

    higher_is_better = False
    decimals = 3
    description = "absolute log2 ratio of the two noise levels, wavelet median estimates"

    def score(self, *pictures: Tensor) -> Tensor:
        """Score one image."""
        levels = []
        for picture in pictures:
            self.protocol.require(picture, MIN_SIZE, "the noise gap")
            levels.append(estimate_sigma(picture).double().clamp(min=_LEAST))
        return (levels[0] / levels[1]).log2().abs()
