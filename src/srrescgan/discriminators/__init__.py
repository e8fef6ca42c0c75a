"""Discriminator networks."""

from srrescgan.discriminators.patch import PatchDiscriminator
from srrescgan.discriminators.unet import UNetDiscriminator
from srrescgan.discriminators.vgg import VGGDiscriminator

__all__ = ["PatchDiscriminator", "UNetDiscriminator", "VGGDiscriminator"]
