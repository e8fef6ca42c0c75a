"""Peak signal-to-noise ratio."""

from torch import Tensor

from srrescgan.metrics.protocol import Protocol


class PSNR:
    """``10 log10(1 / MSE)`` in dB, the error taken over all pixels and channels of an image.

    Identical images score infinity, and so does the mean over a set that holds such a pair.

    Args:
        protocol: how images are prepared.

    Shape:
        - sr, hr: ``(B, 3, H, W)``, RGB in [0, 1].
        - Output: ``(B,)`` float64, one value per image.

    Raises:
        DataError: on call, see :meth:`Protocol.prepare_pair`.
    """

    name = "psnr"
    higher_is_better = True

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol

    def __call__(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Score each image."""
        sr, hr = self.protocol.prepare_pair(sr, hr)
        return -10 * (sr - hr).square().flatten(1).mean(dim=1).log10()
