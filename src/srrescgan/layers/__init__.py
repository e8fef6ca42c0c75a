"""Building blocks of the networks."""

from srrescgan.layers.batchnorm import GlobalBatchNorm2d
from srrescgan.layers.highpass import HighPass
from srrescgan.layers.l2proj import project
from srrescgan.layers.resblock import PreActivationBlock
from srrescgan.layers.weight_norm import WNConv2d, WNConvTranspose2d, fold_weight_norm

__all__ = [
    "GlobalBatchNorm2d",
    "HighPass",
    "PreActivationBlock",
    "WNConv2d",
    "WNConvTranspose2d",
    "fold_weight_norm",
    "project",
]
