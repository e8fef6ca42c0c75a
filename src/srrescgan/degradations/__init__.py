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
from srrescgan.degradations.random_apply import RandomApply
from srrescgan.degradations.random_blur import RandomBlur
from srrescgan.degradations.random_choice import RandomChoice
from srrescgan.degradations.random_degradation import RandomDegradation
from srrescgan.degradations.random_gaussian_noise import RandomGaussianNoise
from srrescgan.degradations.random_jpeg import RandomJPEG
from srrescgan.degradations.random_order import RandomOrder
from srrescgan.degradations.random_poisson_noise import RandomPoissonNoise
from srrescgan.degradations.random_resize import RandomResize, ResizeToLR
from srrescgan.degradations.random_subsample import RandomSubsample
from srrescgan.degradations.step import Operation, Step
from srrescgan.degradations.steps import Steps

__all__ = [
    "JPEG",
    "Bicubic",
    "Compose",
    "GaussianBlur",
    "GaussianNoise",
    "Learned",
    "NoiseInjection",
    "NoisePatches",
    "Operation",
    "RandomApply",
    "RandomBlur",
    "RandomChoice",
    "RandomDegradation",
    "RandomGaussianNoise",
    "RandomJPEG",
    "RandomOrder",
    "RandomPoissonNoise",
    "RandomResize",
    "RandomSubsample",
    "ResizeToLR",
    "Step",
    "Steps",
    "prepare",
]
