"""Blockiness: strength of the 8 x 8 grid that JPEG leaves."""

from collections.abc import Mapping

import numpy as np
import torch
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
from srrescgan.ops.blocking import grid_energy, grid_excess
from srrescgan.ops.color import rgb_to_y


class Blockiness(Statistic):
    """Excess of steps between pixels on an 8 x 8 grid, one value per picture."""

    name = "blockiness"
    unit = "%"
    about = (
        "How much stronger the steps between pixels are on an 8 x 8 grid than off it, one value per"
        " picture, at whatever offset the grid lies; distance: earth mover's distance. 0 % is no"
        " JPEG. Noise added after the JPEG hides the grid, resizing destroys it."
    )

    def measure(self, domain: Domain) -> Measurement:
        """Excess in percent: ``anywhere``, and ``from_corner`` for files never cropped."""
        luma = rgb_to_y(domain.patches)[:, 0]
        energy = torch.stack([grid_energy(luma), grid_energy(luma.mT)], dim=1)
        count = len(domain.names)
        # All patches begin at multiples of 8, so a picture's grid adds up over its patches.
        total = energy.new_zeros(count, *energy.shape[1:]).index_add_(0, domain.picture, energy)
        mean = total / torch.bincount(domain.picture, minlength=count)[:, None, None, None]
        corner = mean[..., -1]  # the grid of a file that was not cropped since
        elsewhere = mean[..., :-1].mean(dim=-1).clamp(min=1e-6)
        return {
            "anywhere": 100 * grid_excess(mean).mean(dim=1).numpy(),
            "from_corner": 100 * (corner / elsewhere - 1).mean(dim=(1, 2)).numpy(),
        }

    def distance(self, a: Measurement, b: Measurement) -> float:
        """Earth mover's distance between the values of pictures."""
        return earth_movers(a["anywhere"], b["anywhere"])

    def summarize(self, measurement: Measurement) -> Numbers:
        """Median and percentiles over pictures."""
        corner = float(np.median(measurement["from_corner"]))
        return spread(measurement["anywhere"]) | {"from_corner": corner}

    def plot(self, axes: Axes, measurements: Mapping[str, Measurement]) -> None:
        """Cumulative distributions over pictures."""
        plot_cumulative(axes, {label: m["anywhere"] for label, m in measurements.items()})
        axes.set_xlabel("excess of steps on the 8 x 8 grid, %")
