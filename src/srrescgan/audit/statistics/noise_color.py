"""Noise color: correlation of the noise between the color channels."""

from collections.abc import Mapping

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from srrescgan.audit.domain import Domain
from srrescgan.audit.flat_blocks import residual
from srrescgan.audit.statistics.statistic import (
    COLORS,
    ROUNDING,
    Measurement,
    Numbers,
    Statistic,
)

PAIRS = {"red_green": (0, 1), "red_blue": (0, 2), "green_blue": (1, 2)}
"""Pairs of channels."""


class NoiseColor(Statistic):
    """Correlation of the noise between each two channels."""

    name = "noise_color"
    unit = "correlation"
    about = (
        "Correlation between the channels of the high-pass residual, median over flat places;"
        " distance: the largest difference. 0 is colored speckle, 1 is grey grain, which"
        " demosaicing and JPEG make of it. Remaining content pulls towards 1."
    )

    def measure(self, domain: Domain) -> Measurement:
        """``correlation`` of each block, ``(M, 3)``."""
        return {"correlation": channel_correlation(residual(domain.flat[0])).numpy()}

    def distance(self, a: Measurement, b: Measurement) -> float:
        """Largest difference between the medians."""
        return float(np.abs(_median(a) - _median(b)).max())

    def summarize(self, measurement: Measurement) -> Numbers:
        """Median of each pair of channels."""
        return dict(zip(PAIRS, _median(measurement).tolist(), strict=True))

    def plot(self, axes: Axes, measurements: Mapping[str, Measurement]) -> None:
        """Bars, one group per pair of channels."""
        width = 0.8 / len(measurements)
        for index, (label, m) in enumerate(measurements.items()):
            places = np.arange(len(PAIRS)) + index * width
            axes.bar(places, _median(m), width, color=COLORS[label], label=label)
        ticks = np.arange(len(PAIRS)) + 0.4 - width / 2
        axes.set_xticks(ticks, [pair.replace("_", "-") for pair in PAIRS])
        axes.axhline(0, color="grey", linewidth=0.5)
        axes.set_ylabel("correlation of the noise")


def channel_correlation(noise: Tensor) -> Tensor:
    """Correlation of red with green, red with blue, green with blue in each block.

    The variance of 8-bit rounding is added to that of each channel, so that a block without noise
    has a correlation of 0 and not 0 / 0.

    Shape:
        - noise: ``(N, 3, H, W)``, grey levels.
        - Output: ``(N, 3)``, in [-1, 1].
    """
    values = noise.flatten(2)
    values = values - values.mean(dim=2, keepdim=True)
    covariance = values @ values.mT / values.shape[2]
    variance = covariance.diagonal(dim1=1, dim2=2) + ROUNDING
    return torch.stack(
        [covariance[:, i, j] / (variance[:, i] * variance[:, j]).sqrt() for i, j in PAIRS.values()],
        dim=1,
    )


def _median(measurement: Measurement) -> np.ndarray:
    return np.median(measurement["correlation"], axis=0)
