"""How sharp the pictures are."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from srrescgan.audit.domain import Domain
from srrescgan.audit.figure import (
    COLORS,
    ROUNDING,
    Figure,
    Measurement,
    Numbers,
    shape_difference,
)
from srrescgan.ops.color import rgb_to_y
from srrescgan.ops.spectrum import radial_power, ring_frequencies


def _measure(domain: Domain) -> Measurement:
    luma = 255 * rgb_to_y(domain.patches)[:, 0]
    power = (radial_power(luma) + ROUNDING).log10().mean(dim=0)
    return {
        "frequency": ring_frequencies(luma.shape[-1]).numpy(),
        "power_db": 10 * power.numpy(),
    }


def _distance(a: Measurement, b: Measurement) -> float:
    return shape_difference(a["power_db"], b["power_db"])


def _summarise(measurement: Measurement) -> Numbers:
    return {name: values.tolist() for name, values in measurement.items()}


def _plot(axes: Axes, measurements: Mapping[str, Measurement]) -> None:
    for label, m in measurements.items():
        axes.plot(m["frequency"], m["power_db"], color=COLORS[label], label=label)
    axes.set_xscale("log", base=2)
    axes.set_xlabel("frequency, cycles per pixel")
    axes.set_ylabel("power, dB over one grey level")


POWER_SPECTRUM = Figure(
    name="power_spectrum",
    unit="dB",
    about=(
        "Power of the luma of whole patches at each frequency, typical patch; distance: mean"
        " absolute difference once the mean difference, which is contrast, is taken off. The right"
        " end tells noise and sharpness, the left end what was photographed: with other subjects on"
        " the two sides some of it remains whatever the degradation does, which two halves of real"
        " do not show."
    ),
    measure=_measure,
    distance=_distance,
    summarise=_summarise,
    plot=_plot,
)
