"""Training systems (Lightning modules): which networks are updated, by which losses."""

from srrescgan.systems.base import PhasedSystem
from srrescgan.systems.degradation_cycle import DegradationCycleSystem
from srrescgan.systems.degradation_gan import DegradationGANSystem
from srrescgan.systems.phase import Phase, Terms
from srrescgan.systems.settings import TrainingSettings
from srrescgan.systems.sr_cycle_gan import SRCycleGANSystem, SRCycleOutputs
from srrescgan.systems.sr_gan import GANOutputs, SRGANSystem
from srrescgan.systems.sr_pixel import SRPixelSystem

__all__ = [
    "DegradationCycleSystem",
    "DegradationGANSystem",
    "GANOutputs",
    "Phase",
    "PhasedSystem",
    "SRCycleGANSystem",
    "SRCycleOutputs",
    "SRGANSystem",
    "SRPixelSystem",
    "Terms",
    "TrainingSettings",
]
