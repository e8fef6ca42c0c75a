"""SSIM: structural similarity."""

import torch
from torch import Tensor

from srrescgan.metrics.image_metric import ImageMetric
from srrescgan.metrics.protocol import Protocol

WINDOW = 11
"""Side of the Gaussian window in pixels."""

SIGMA = 1.5
"""Standard deviation of the Gaussian window in pixels."""

_UNIFORM = 7  # pixels
_C1 = 0.01**2
_C2 = 0.03**2


class SSIM(ImageMetric):
    """Structural similarity (Wang et al., TIP 2004): mean over channels and the valid region.

    The protocol's ``ssim_window`` chooses between the two definitions in use:

    - ``gaussian``: an 11x11 window with sigma 1.5 and biased moments, as in the paper and in
      SRResCGAN's code. Libraries that pad the image give higher values.
    - ``uniform``: a 7x7 window of equal weights and moments divided by 48, the default of
      scikit-image, used by scripts of the NTIRE challenges; some 0.02 higher.

    Neither pads: only windows inside the image count.

    Args:
        protocol: how images are prepared, and the window.

    Shape:
        - sr, hr: ``(B, 3, H, W)``, RGB in [0, 1], inside the border at least 11 pixels a side,
          7 for the uniform window.
        - Output: ``(B,)`` float64, one value per image, at most 1; 1 for identical images.

    Raises:
        DataError: on call, for images smaller than the window, and as in
            :meth:`ImageMetric.__call__`.
    """

    higher_is_better = True
    decimals = 4
    description = "SSIM"

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol)
        if protocol.ssim_window == "gaussian":
            self.weights, self.unbiased = gaussian(WINDOW, SIGMA), 1.0
            window = "Gaussian 11x11 window, sigma 1.5, biased moments"
        else:
            self.weights = [1 / _UNIFORM] * _UNIFORM
            self.unbiased = _UNIFORM**2 / (_UNIFORM**2 - 1)
            window = "uniform 7x7 window, unbiased moments"
        self.description = f"SSIM, {window}, valid region, mean over channels"

    def score(self, *pictures: Tensor) -> Tensor:
        """Score one image."""
        sr, hr = pictures
        side = len(self.weights)
        self.protocol.require(sr, side, "SSIM")
        # Channel by channel: all moments of a photo of 24 megapixels would take gigabytes.
        means = [
            (luminance * structure).mean()
            for channel in range(sr.shape[1])
            for luminance, structure in [
                similarity(sr[0, channel], hr[0, channel], self.weights, self.unbiased)
            ]
        ]
        return torch.stack(means).mean()


def similarity(
    first: Tensor, second: Tensor, weights: list[float], unbiased: float = 1.0
) -> tuple[Tensor, Tensor]:
    """The two factors of SSIM (equation 13) at each window inside the image.

    Args:
        first: one channel in [0, 1].
        second: one channel in [0, 1].
        weights: of the window along each axis; their sum is 1.
        unbiased: factor of variances and covariance.

    Returns:
        Luminance, and contrast times structure.

    Shape:
        - first, second: ``(H, W)`` float64.
        - Outputs: ``(H - side + 1, W - side + 1)``.
    """
    mean_1, mean_2 = window_mean(first, weights), window_mean(second, weights)
    spread = window_mean(first * first + second * second, weights) - mean_1**2 - mean_2**2
    covariance = window_mean(first * second, weights) - mean_1 * mean_2
    luminance = (2 * mean_1 * mean_2 + _C1) / (mean_1**2 + mean_2**2 + _C1)
    structure = (2 * unbiased * covariance + _C2) / (unbiased * spread + _C2)
    return luminance, structure


def gaussian(side: int, sigma: float) -> list[float]:
    """Weights of a Gaussian window of ``side`` pixels; their sum is 1."""
    offsets = torch.arange(side, dtype=torch.float64) - side // 2
    window = torch.exp(-(offsets**2) / (2 * sigma**2))
    return (window / window.sum()).tolist()


def window_mean(image: Tensor, weights: list[float]) -> Tensor:
    """Weighted mean over each square window inside the image.

    Computed as shifted sums along one axis, then the other: on a CPU some 30 times as fast as a
    float64 convolution, for which PyTorch has no fast kernel.

    Shape:
        - image: ``(..., H, W)``.
        - Output: ``(..., H - side + 1, W - side + 1)``.
    """
    for dim in (-2, -1):
        length = image.shape[dim] - len(weights) + 1
        total = torch.zeros_like(image.narrow(dim, 0, length))
        for start, weight in enumerate(weights):
            total.add_(image.narrow(dim, start, length), alpha=weight)
        image = total
    return image
