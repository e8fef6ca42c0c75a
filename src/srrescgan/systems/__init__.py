"""Lightning modules: who moves, down which loss."""

from srrescgan.systems.base import PhasedSystem
from srrescgan.systems.degradation_cycle import DegradationCycleSystem
from srrescgan.systems.degradation_gan import DegradationGANSystem
from srrescgan.systems.phase import Phase, Terms
from srrescgan.systems.sr_gan import SRGANSystem
from srrescgan.systems.sr_pixel import SRPixelSystem

__all__ = [
    "DegradationCycleSystem",
    "DegradationGANSystem",
    "Phase",
    "PhasedSystem",
    "SRGANSystem",
    "SRPixelSystem",
    "Terms",
]
