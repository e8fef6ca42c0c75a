"""The figures of the audit, in the order of the report."""

from srrescgan.audit.blockiness import BLOCKINESS
from srrescgan.audit.figure import Figure
from srrescgan.audit.noise_brightness import NOISE_BRIGHTNESS
from srrescgan.audit.noise_color import NOISE_COLOR
from srrescgan.audit.noise_level import NOISE_LEVEL
from srrescgan.audit.noise_spectrum import NOISE_SPECTRUM
from srrescgan.audit.power_spectrum import POWER_SPECTRUM

FIGURES: tuple[Figure, ...] = (
    NOISE_LEVEL,
    NOISE_SPECTRUM,
    NOISE_COLOR,
    NOISE_BRIGHTNESS,
    POWER_SPECTRUM,
    BLOCKINESS,
)
