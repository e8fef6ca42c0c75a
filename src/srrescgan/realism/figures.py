"""The figures of the audit, in the order of the report."""

from srrescgan.realism.blockiness import BLOCKINESS
from srrescgan.realism.figure import Figure
from srrescgan.realism.noise_brightness import NOISE_BRIGHTNESS
from srrescgan.realism.noise_color import NOISE_COLOR
from srrescgan.realism.noise_level import NOISE_LEVEL
from srrescgan.realism.noise_spectrum import NOISE_SPECTRUM
from srrescgan.realism.power_spectrum import POWER_SPECTRUM

FIGURES: tuple[Figure, ...] = (
    NOISE_LEVEL,
    NOISE_SPECTRUM,
    NOISE_COLOR,
    NOISE_BRIGHTNESS,
    POWER_SPECTRUM,
    BLOCKINESS,
)
