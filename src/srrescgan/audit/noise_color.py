"""Whether the noise is colored or grey."""

from collections.abc import Mapping

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from srrescgan.audit.domain import Domain
from srrescgan.audit.figure import COLORS, ROUNDING, Figure, Measurement, Numbers
from srrescgan.audit.flat import residual

PAIRS = {"red_green": (0, 1), "red_blue": (0, 2), "green_blue": (1, 2)}


def channel_correlation(noise: Tensor) -> Tensor:
    """Correlation of red with green, red with blue, green with blue in each block.

    The variance of 8-bit rounding is added to each channel's, so that no noise at all has a
    correlation of 0 and not 0 / 0.

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


def _measure(domain: Domain) -> Measurement:
    return {"correlation": channel_correlation(residual(domain.flat[0])).numpy()}


def _typical(measurement: Measurement) -> np.ndarray:
    return np.median(measurement["correlation"], axis=0)


def _distance(a: Measurement, b: Measurement) -> float:
    return float(np.abs(_typical(a) - _typical(b)).max())


def _summarise(measurement: Measurement) -> Numbers:
    return dict(zip(PAIRS, _typical(measurement).tolist(), strict=True))


def _plot(axes: Axes, measurements: Mapping[str, Measurement]) -> None:
    width = 0.8 / len(measurements)
    for index, (label, m) in enumerate(measurements.items()):
        places = np.arange(len(PAIRS)) + index * width
        axes.bar(places, _typical(m), width, color=COLORS[label], label=label)
    axes.set_xticks(np.arange(len(PAIRS)) + 0.4 - width / 2, [p.replace("_", "-") for p in PAIRS])
    axes.axhline(0, color="grey", linewidth=0.5)
    axes.set_ylabel("correlation of the noise")


NOISE_COLOR = Figure(
    name="noise_color",
    unit="correlation",
    about=(
        "Correlation between the channels of the high-pass residual, median over flat places;"
        " distance: the largest difference. 0 is colored speckle, 1 is grey grain, which"
        " demosaicing and JPEG make of it. Content that is left pulls towards 1."
    ),
    measure=_measure,
    distance=_distance,
    summarise=_summarise,
    plot=_plot,
)
