"""Whether the pictures show the grid of a JPEG."""

from collections.abc import Mapping

import numpy as np
import torch
from matplotlib.axes import Axes

from srrescgan.audit.domain import Domain
from srrescgan.audit.figure import Figure, Measurement, Numbers, earth_movers, plot_shares, spread
from srrescgan.ops.blocking import grid_energy, grid_excess
from srrescgan.ops.color import rgb_to_y


def _measure(domain: Domain) -> Measurement:
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


def _distance(a: Measurement, b: Measurement) -> float:
    return earth_movers(a["anywhere"], b["anywhere"])


def _summarise(measurement: Measurement) -> Numbers:
    corner = float(np.median(measurement["from_corner"]))
    return spread(measurement["anywhere"]) | {"from_corner": corner}


def _plot(axes: Axes, measurements: Mapping[str, Measurement]) -> None:
    plot_shares(axes, {label: m["anywhere"] for label, m in measurements.items()})
    axes.set_xlabel("excess of steps on the 8 x 8 grid, %")


BLOCKINESS = Figure(
    name="blockiness",
    unit="%",
    about=(
        "How much stronger the steps between pixels are on an 8 x 8 grid than off it, one value per"
        " picture, wherever the grid lies; distance: how far the values have to be moved. 0 % is no"
        " JPEG. Noise added after the JPEG hides the grid, resizing destroys it."
    ),
    measure=_measure,
    distance=_distance,
    summarise=_summarise,
    plot=_plot,
)
