"""Do two images have equally much noise?"""

from torch import Tensor

from srrescgan.metrics.image_metric import ImageMetric
from srrescgan.ops.noise import MIN_SIZE, estimate_sigma

_LEAST = 1 / 255 / 16
"""A sixteenth of a grey level: where an 8-bit picture has no noise at all."""


class NoiseGap(ImageMetric):
    """Absolute logarithm to base 2 of the ratio of two noise levels: 0 equal, 1 twice or half.

    The noise of each image is estimated by :func:`srrescgan.ops.noise.estimate_sigma`, so the two
    need not show the same scene: it tells how far a degradation is from the camera. Estimates below
    a sixteenth of a grey level count as that.

    Args:
        protocol: how images are prepared.

    Shape:
        - sr, hr: ``(B, 3, H, W)``, RGB in [0, 1], at least 8 pixels a side inside the border.
        - Output: ``(B,)`` float64, at least 0, which identical images score.

    Raises:
        DataError: on call, for smaller images and as :meth:`ImageMetric.__call__`.
    """

    higher_is_better = False
    decimals = 3
    what = "absolute log2 ratio of the two noise levels, wavelet median estimates"

    def score(self, *pictures: Tensor) -> Tensor:
        """Score one image."""
        levels = []
        for picture in pictures:
            self.protocol.require(picture, MIN_SIZE, "the noise gap")
            levels.append(estimate_sigma(picture).double().clamp(min=_LEAST))
        return (levels[0] / levels[1]).log2().abs()
