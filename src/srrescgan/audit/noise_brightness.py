"""Whether bright places are noisier than dark ones."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from srrescgan.audit.domain import Domain
from srrescgan.audit.figure import COLORS, Figure, Measurement, Numbers
from srrescgan.audit.flat import residual

_EDGES = np.linspace(0, 255, 9)
_ENOUGH = 15
_QUIET = 0.25  # quantile: content that is left can only add, so the quieter places tell the noise


def _measure(domain: Domain) -> Measurement:
    blocks, _ = domain.flat
    deviation = residual(blocks).std(dim=(2, 3)).flatten().numpy()
    brightness = (255 * blocks.mean(dim=(2, 3))).flatten().numpy()
    bins = np.digitize(brightness, _EDGES[1:-1])
    values = [deviation[bins == b] for b in range(len(_EDGES) - 1)]
    return {
        "brightness": (_EDGES[1:] + _EDGES[:-1]) / 2,
        "deviation": np.array([_typical(v) for v in values]),
        "count": np.array([len(v) for v in values]),
    }


def _typical(values: np.ndarray) -> float:
    return float(np.quantile(values, _QUIET)) if len(values) >= _ENOUGH else float("nan")


def _distance(a: Measurement, b: Measurement) -> float:
    difference = np.abs(a["deviation"] - b["deviation"])
    both = np.isfinite(difference)
    weight = np.minimum(a["count"] / a["count"].sum(), b["count"] / b["count"].sum())[both]
    return float(np.average(difference[both], weights=weight)) if both.any() else float("nan")


def _summarise(measurement: Measurement) -> Numbers:
    return {name: values.tolist() for name, values in measurement.items()}


def _plot(axes: Axes, measurements: Mapping[str, Measurement]) -> None:
    for label, m in measurements.items():
        axes.plot(m["brightness"], m["deviation"], "o-", color=COLORS[label], label=label)
    axes.set_xlabel("brightness of the place, grey levels")
    axes.set_ylabel("noise, grey levels")
    axes.set_xlim(0, 255)
    axes.set_ylim(bottom=0)


NOISE_BRIGHTNESS = Figure(
    name="noise_brightness",
    unit="grey levels",
    about=(
        "Standard deviation of the high-pass residual of flat places, lower quartile for each of"
        " eight ranges of brightness; distance: mean absolute difference over the ranges that both"
        " folders have. Compares like with like where one folder is darker, and sees coarser grain"
        " than noise_level does, but also content where no place of that brightness is flat."
    ),
    measure=_measure,
    distance=_distance,
    summarise=_summarise,
    plot=_plot,
)
