"""Generators: super-resolution networks, and networks that learn a degradation."""

from srrescgan.generators.dsgan import DSGANGenerator
from srrescgan.generators.srresdnet import SRResDNet

__all__ = ["DSGANGenerator", "SRResDNet"]
