"""How coarse the grain of the noise is."""

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
from srrescgan.audit.flat import residual
from srrescgan.ops.spectrum import radial_power, ring_frequencies


def _measure(domain: Domain) -> Measurement:
    noise = residual(domain.flat[0])
    # The typical block, not the mean one: a few blocks with an edge would drown the noise.
    power = (radial_power(noise).mean(dim=1) + ROUNDING).log10().mean(dim=0)
    frequency = ring_frequencies(noise.shape[-1])
    return {"frequency": frequency.numpy(), "power_db": 10 * power.numpy()}


def _distance(a: Measurement, b: Measurement) -> float:
    return shape_difference(a["power_db"], b["power_db"])


def _summarise(measurement: Measurement) -> Numbers:
    return {name: values.tolist() for name, values in measurement.items()}


def _plot(axes: Axes, measurements: Mapping[str, Measurement]) -> None:
    for label, m in measurements.items():
        axes.plot(m["frequency"], m["power_db"], ".-", color=COLORS[label], label=label)
    axes.set_xlabel("frequency, cycles per pixel")
    axes.set_ylabel("noise power, dB over one grey level")


NOISE_SPECTRUM = Figure(
    name="noise_spectrum",
    unit="dB",
    about=(
        "Power of the high-pass residual of flat places at each frequency; distance: mean absolute"
        " difference once the mean difference is taken off, so that the shape counts (fine or"
        " coarse grain) and not the level. Where there is hardly any noise it shows the content"
        " that is left."
    ),
    measure=_measure,
    distance=_distance,
    summarise=_summarise,
    plot=_plot,
)
