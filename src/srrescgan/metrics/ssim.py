"""Structural similarity."""

import torch
from torch import Tensor

from srrescgan.errors import DataError
from srrescgan.metrics.protocol import Protocol

_WINDOW = 11  # pixels
_SIGMA = 1.5  # pixels
_C1 = 0.01**2
_C2 = 0.03**2


class SSIM:
    """Structural similarity (Wang et al., TIP 2004): mean over channels and the valid region.

    An 11x11 Gaussian window with sigma 1.5, biased moments, no padding: the definition of the paper
    and of the reference. Libraries that pad the image, or use a uniform 7x7 window, read higher.

    Args:
        protocol: how images are prepared.

    Shape:
        - sr, hr: ``(B, 3, H, W)``, RGB in [0, 1], at least 11 pixels a side inside the border.
        - Output: ``(B,)`` float64, one value per image, at most 1.

    Raises:
        DataError: on call, for images smaller than the window and as
            :meth:`Protocol.prepare_pair`.
    """

    name = "ssim"
    higher_is_better = True

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol

    def __call__(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Score each image."""
        sr, hr = self.protocol.prepare_pair(sr, hr)
        height, width = sr.shape[-2:]
        if min(height, width) < _WINDOW:
            raise DataError(
                f"SSIM needs {_WINDOW}x{_WINDOW} pixels inside the border of "
                f"{self.protocol.border}, there are {height}x{width}"
            )
        mean_sr, mean_hr = _blur(sr), _blur(hr)
        variance_sr = _blur(sr * sr) - mean_sr**2
        variance_hr = _blur(hr * hr) - mean_hr**2
        covariance = _blur(sr * hr) - mean_sr * mean_hr
        luminance = (2 * mean_sr * mean_hr + _C1) / (mean_sr**2 + mean_hr**2 + _C1)
        structure = (2 * covariance + _C2) / (variance_sr + variance_hr + _C2)
        return (luminance * structure).flatten(1).mean(dim=1)


def _blur(image: Tensor) -> Tensor:
    """Gaussian mean over each window that lies inside the image.

    Shifted sums along one side, then the other: on a CPU some 30 times as fast as a float64
    convolution, for which PyTorch has no fast kernel.
    """
    offsets = torch.arange(_WINDOW, dtype=torch.float64) - _WINDOW // 2
    window = torch.exp(-(offsets**2) / (2 * _SIGMA**2))
    weights = (window / window.sum()).tolist()
    for dim in (-2, -1):
        length = image.shape[dim] - _WINDOW + 1
        total = torch.zeros_like(image.narrow(dim, 0, length))
        for start, weight in enumerate(weights):
            total.add_(image.narrow(dim, start, length), alpha=weight)
        image = total
    return image
