"""Do two images have equally much noise?"""

from torch import Tensor

from srrescgan.metrics.protocol import Protocol
from srrescgan.ops.noise import estimate_sigma

_LEAST = 1 / 255 / 16
"""A sixteenth of a grey level: where an 8-bit picture has no noise at all."""


class NoiseGap:
    """Absolute logarithm to base 2 of the ratio of two noise levels: 0 equal, 1 twice or half.

    The noise of each image is estimated by :func:`srrescgan.ops.noise.estimate_sigma`, so the two
    need not show the same scene: it tells how far a degradation is from the camera. Estimates below
    a sixteenth of a grey level count as that.

    Args:
        protocol: how images are prepared.

    Shape:
        - sr, hr: ``(B, 3, H, W)``, RGB in [0, 1], at least 8 pixels a side inside the border.
        - Output: ``(B,)`` float64, at least 0.

    Raises:
        DataError: on call, see :meth:`Protocol.prepare_pair`.
    """

    name = "noise_gap"
    higher_is_better = False

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol

    def __call__(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Score each image."""
        sr, hr = self.protocol.prepare_pair(sr, hr)
        ours, theirs = (estimate_sigma(image).double().clamp(min=_LEAST) for image in (sr, hr))
        return (ours / theirs).log2().abs()
