"""Networks that judge images."""

from srrescgan.discriminators.vgg import VGGDiscriminator

__all__ = ["VGGDiscriminator"]
