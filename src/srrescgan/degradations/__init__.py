"""Degradations: they make lr images from hr images."""

from srrescgan.degradations.bicubic import Bicubic
from srrescgan.degradations.blur import GaussianBlur
from srrescgan.degradations.compose import Compose
from srrescgan.degradations.jpeg import JPEG
from srrescgan.degradations.learned import Learned
from srrescgan.degradations.noise import GaussianNoise
from srrescgan.degradations.noise_injection import NoiseInjection
from srrescgan.degradations.noise_patches import NoisePatches
from srrescgan.degradations.preparable import prepare

__all__ = [
    "JPEG",
    "Bicubic",
    "Compose",
    "GaussianBlur",
    "GaussianNoise",
    "Learned",
    "NoiseInjection",
    "NoisePatches",
    "prepare",
]
