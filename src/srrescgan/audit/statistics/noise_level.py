"""Noise level: standard deviation of the finest noise."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from srrescgan.audit.domain import Domain
from srrescgan.audit.statistics.statistic import (
    Measurement,
    Numbers,
    Statistic,
    earth_movers,
    plot_cumulative,
    spread,
)
from srrescgan.ops.noise import estimate_sigma

_COUNTED = 0.9
"""Share of blocks that count: fine regular texture passes for noise in a few flat blocks."""


class NoiseLevel(Statistic):
    """Noise standard deviation of each flat block and channel."""

    name = "noise_level"
    unit = "grey levels"
    about = (
        "Standard deviation of the finest noise in flat places, by the wavelet median estimator;"
        " distance: earth mover's distance without the largest tenth, mean of the three channels."
        " It sees pixel noise; noise in coarse blotches or smoothed by JPEG shows in"
        " noise_brightness instead."
    )

    def measure(self, domain: Domain) -> Measurement:
        """``sigma``, ``(M, 3)``, grey levels."""
        blocks, _ = domain.flat
        sigma = estimate_sigma(blocks.flatten(0, 1)[:, None]).reshape(len(blocks), 3)
        return {"sigma": 255 * sigma.numpy()}

    def distance(self, a: Measurement, b: Measurement) -> float:
        """Earth mover's distance, mean of the channels."""
        channels = zip(a["sigma"].T, b["sigma"].T, strict=True)
        return float(np.mean([earth_movers(one, other, _COUNTED) for one, other in channels]))

    def summarize(self, measurement: Measurement) -> Numbers:
        """Median and percentiles over blocks, and the median of each channel."""
        sigma = measurement["sigma"]
        medians = np.median(sigma, axis=0).tolist()
        channels = dict(zip(("red", "green", "blue"), medians, strict=True))
        return spread(sigma.mean(axis=1)) | channels

    def plot(self, axes: Axes, measurements: Mapping[str, Measurement]) -> None:
        """Cumulative distributions over blocks."""
        plot_cumulative(axes, {label: m["sigma"].mean(axis=1) for label, m in measurements.items()})
        axes.set_xlabel("noise standard deviation, grey levels")
        axes.set_xlim(left=0)
