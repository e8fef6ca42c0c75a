"""Networks that make images: larger ones (SR), or ones of another domain (degradation)."""

from srrescgan.generators.dsgan import DSGANGenerator
from srrescgan.generators.srresdnet import SRResDNet

__all__ = ["DSGANGenerator", "SRResDNet"]
