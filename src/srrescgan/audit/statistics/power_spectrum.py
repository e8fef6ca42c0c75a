"""Power spectrum: how sharp the pictures are."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from srrescgan.audit.domain import Domain
from srrescgan.audit.statistics.statistic import (
    COLORS,
    ROUNDING,
    Measurement,
    Statistic,
    shape_difference,
)
from srrescgan.ops.color import rgb_to_y
from srrescgan.ops.spectrum import radial_power, ring_frequencies


class PowerSpectrum(Statistic):
    """Power of the luma of whole patches at each frequency."""

    name = "power_spectrum"
    unit = "dB"
    about = (
        "Power of the luma of whole patches at each frequency, geometric mean over patches;"
        " distance: mean absolute difference after subtracting the mean difference, which is"
        " contrast. The right end shows noise and sharpness, the left end the subjects: if the two"
        " folders show different subjects, some distance remains whatever the degradation does,"
        " and two halves of real do not show it."
    )

    def measure(self, domain: Domain) -> Measurement:
        """``frequency``, cycles per pixel, and ``power_db``, both ``(K,)``."""
        luma = 255 * rgb_to_y(domain.patches)[:, 0]
        power = (radial_power(luma) + ROUNDING).log10().mean(dim=0)
        return {
            "frequency": ring_frequencies(luma.shape[-1]).numpy(),
            "power_db": 10 * power.numpy(),
        }

    def distance(self, a: Measurement, b: Measurement) -> float:
        """Difference in shape, dB."""
        return shape_difference(a["power_db"], b["power_db"])

    def plot(self, axes: Axes, measurements: Mapping[str, Measurement]) -> None:
        """Power over frequency."""
        for label, m in measurements.items():
            axes.plot(m["frequency"], m["power_db"], color=COLORS[label], label=label)
        axes.set_xscale("log", base=2)
        axes.set_xlabel("frequency, cycles per pixel")
        axes.set_ylabel("power, dB over one grey level")
