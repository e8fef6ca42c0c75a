"""The statistics of the audit. One file and one class per statistic.

A statistic runs, and can have a limit below ``max_distance`` in ``conf/audit.yaml``, once it is
listed in :data:`STATISTICS`; ``tests/audit`` fails for a class without a line, and for a line that
``conf/audit.yaml`` does not have.
"""

from srrescgan.audit.statistics.blockiness import Blockiness
from srrescgan.audit.statistics.noise_brightness import NoiseBrightness
from srrescgan.audit.statistics.noise_color import NoiseColor
from srrescgan.audit.statistics.noise_level import NoiseLevel
from srrescgan.audit.statistics.noise_spectrum import NoiseSpectrum
from srrescgan.audit.statistics.power_spectrum import PowerSpectrum
from srrescgan.audit.statistics.statistic import Statistic

STATISTICS: tuple[Statistic, ...] = (
    NoiseLevel(),
    NoiseSpectrum(),
    NoiseColor(),
    NoiseBrightness(),
    PowerSpectrum(),
    Blockiness(),
)
"""In the order of the report."""
