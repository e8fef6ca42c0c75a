"""Networks that make images."""

from srrescgan.generators.srresdnet import SRResDNet

__all__ = ["SRResDNet"]
