"""Noise by brightness: whether bright areas are noisier than dark ones."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from srrescgan.audit.domain import Domain
from srrescgan.audit.flat_blocks import residual
from srrescgan.audit.statistics.statistic import COLORS, Measurement, Statistic

_EDGES = np.linspace(0, 255, 9)
"""Of the ranges of brightness, grey levels."""
_ENOUGH = 15
"""Blocks that a range needs."""
_QUIET = 0.25
"""Quantile over blocks: remaining content can only add, so the quieter blocks show the noise."""


class NoiseBrightness(Statistic):
    """Noise standard deviation in eight ranges of brightness."""

    name = "noise_brightness"
    unit = "grey levels"
    about = (
        "Standard deviation of the high-pass residual of flat places, lower quartile for each of"
        " eight ranges of brightness; distance: mean absolute difference over the ranges that both"
        " folders have. It compares like with like if one folder is darker, and sees coarser grain"
        " than noise_level does, but also content where no place of that brightness is flat."
    )

    def measure(self, domain: Domain) -> Measurement:
        """``brightness``, ``deviation`` (NaN for too few blocks) and ``count``, each ``(8,)``."""
        blocks, _ = domain.flat
        deviation = residual(blocks).std(dim=(2, 3)).flatten().numpy()
        brightness = (255 * blocks.mean(dim=(2, 3))).flatten().numpy()
        bins = np.digitize(brightness, _EDGES[1:-1])
        values = [deviation[bins == b] for b in range(len(_EDGES) - 1)]
        return {
            "brightness": (_EDGES[1:] + _EDGES[:-1]) / 2,
            "deviation": np.array([_quiet(v) for v in values]),
            "count": np.array([len(v) for v in values]),
        }

    def distance(self, a: Measurement, b: Measurement) -> float:
        """Mean absolute difference, weighted by the smaller share of blocks; NaN if disjoint."""
        difference = np.abs(a["deviation"] - b["deviation"])
        both = np.isfinite(difference)
        weight = np.minimum(a["count"] / a["count"].sum(), b["count"] / b["count"].sum())[both]
        return float(np.average(difference[both], weights=weight)) if both.any() else float("nan")

    def plot(self, axes: Axes, measurements: Mapping[str, Measurement]) -> None:
        """Noise over brightness."""
        for label, m in measurements.items():
            axes.plot(m["brightness"], m["deviation"], "o-", color=COLORS[label], label=label)
        axes.set_xlabel("brightness of the place, grey levels")
        axes.set_ylabel("noise, grey levels")
        axes.set_xlim(0, 255)
        axes.set_ylim(bottom=0)


def _quiet(values: np.ndarray) -> float:
    return float(np.quantile(values, _QUIET)) if len(values) >= _ENOUGH else float("nan")
