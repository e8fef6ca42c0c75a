"""Generators: super-resolution networks, and networks that learn a degradation."""

from srrescgan.generators.compact import Compact
from srrescgan.generators.dsgan import DSGANGenerator
from srrescgan.generators.edsr import EDSR
from srrescgan.generators.rrdbnet import RRDBNet
from srrescgan.generators.srresdnet import SRResDNet

__all__ = ["EDSR", "Compact", "DSGANGenerator", "RRDBNet", "SRResDNet"]
