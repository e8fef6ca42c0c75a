"""How good an image is: each metric is called as ``metric(sr, hr)`` and scores every image."""

from srrescgan.metrics.lpips import LPIPS
from srrescgan.metrics.noise_gap import NoiseGap
from srrescgan.metrics.protocol import Protocol
from srrescgan.metrics.psnr import PSNR
from srrescgan.metrics.ssim import SSIM

__all__ = ["LPIPS", "PSNR", "SSIM", "NoiseGap", "Protocol"]
