"""Image quality metrics, with and without a reference image."""

from srrescgan.metrics.color_drift import ColorDrift
from srrescgan.metrics.dists import DISTS
from srrescgan.metrics.iqa import IQA
from srrescgan.metrics.lpips import LPIPS
from srrescgan.metrics.ms_ssim import MSSSIM
from srrescgan.metrics.niqe import NIQE
from srrescgan.metrics.noise_gap import NoiseGap
from srrescgan.metrics.protocol import Protocol
from srrescgan.metrics.psnr import PSNR
from srrescgan.metrics.ssim import SSIM

__all__ = [
    "DISTS",
    "IQA",
    "LPIPS",
    "MSSSIM",
    "NIQE",
    "PSNR",
    "SSIM",
    "ColorDrift",
    "NoiseGap",
    "Protocol",
]
