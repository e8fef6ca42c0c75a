"""Noise spectrum: how coarse the grain is."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from srrescgan.audit.domain import Domain
from srrescgan.audit.flat_blocks import residual
from srrescgan.audit.statistics.statistic import (
    COLORS,
    ROUNDING,
    Measurement,
    Statistic,
    shape_difference,
)
from srrescgan.ops.spectrum import radial_power, ring_frequencies


class NoiseSpectrum(Statistic):
    """Power of the noise at each frequency."""

    name = "noise_spectrum"
    unit = "dB"
    about = (
        "Power of the high-pass residual of flat places at each frequency; distance: mean absolute"
        " difference after subtracting the mean difference, so that the shape counts (fine or"
        " coarse grain) and not the level. Where there is hardly any noise, it shows the remaining"
        " content."
    )

    def measure(self, domain: Domain) -> Measurement:
        """``frequency``, cycles per pixel, and ``power_db``, both ``(K,)``."""
        noise = residual(domain.flat[0])
        # The geometric mean over blocks, or a few blocks with an edge would drown the noise.
        power = (radial_power(noise).mean(dim=1) + ROUNDING).log10().mean(dim=0)
        frequency = ring_frequencies(noise.shape[-1])
        return {"frequency": frequency.numpy(), "power_db": 10 * power.numpy()}

    def distance(self, a: Measurement, b: Measurement) -> float:
        """Difference in shape, dB."""
        return shape_difference(a["power_db"], b["power_db"])

    def plot(self, axes: Axes, measurements: Mapping[str, Measurement]) -> None:
        """Power over frequency."""
        for label, m in measurements.items():
            axes.plot(m["frequency"], m["power_db"], ".-", color=COLORS[label], label=label)
        axes.set_xlabel("frequency, cycles per pixel")
        axes.set_ylabel("noise power, dB over one grey level")
