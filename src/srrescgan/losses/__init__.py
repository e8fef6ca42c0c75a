"""Losses. Supervised ones are called as ``loss(sr, hr)``; the result includes the weight."""

from srrescgan.losses.color import ColorLoss
from srrescgan.losses.gan import LSGAN, GANLoss, HingeGAN, VanillaGAN
from srrescgan.losses.lpips import LPIPSLoss
from srrescgan.losses.perceptual import PerceptualLoss
from srrescgan.losses.pixel import PixelLoss
from srrescgan.losses.relativistic import RelativisticAverageGAN
from srrescgan.losses.tv import TVLoss
from srrescgan.losses.wgan import WGANGP

__all__ = [
    "LSGAN",
    "WGANGP",
    "ColorLoss",
    "GANLoss",
    "HingeGAN",
    "LPIPSLoss",
    "PerceptualLoss",
    "PixelLoss",
    "RelativisticAverageGAN",
    "TVLoss",
    "VanillaGAN",
]
