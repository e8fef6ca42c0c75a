"""Blur kernels: Gaussian, generalized Gaussian, plateau and sinc; and filtering with a kernel."""

import math

import torch
from kornia.filters import fft_conv
from scipy.fft import next_fast_len
from torch import Tensor

from srrescgan.ops.padding import reflected

Sigmas = tuple[float, float]
"""Standard deviations in pixels along the kernel's own two axes."""

_TINY = 1e-3  # a kernel of this sigma is a single pixel


def gaussian_kernel(
    size: int, sigmas: Sigmas, angle: float = 0.0, beta: float = 1.0, shift: float = 0.0
) -> Tensor:
    """Generalized Gaussian ``exp(-q ** beta / 2)``; ``beta = 1`` is the Gaussian.

    ``q`` is the squared distance from the center in standard deviations (Liu et al., Estimating
    generalized Gaussian blur kernels for out-of-focus image deblurring, TCSVT 2020). A small
    ``beta`` gives a sharp peak with long tails, a large one a flat disk.

    Args:
        size: width and height, odd.
        sigmas: standard deviations in pixels; 0 is a single pixel.
        angle: of the first axis to the horizontal, in radians.
        beta: shape, above 0.
        shift: pixels by which the center lies right of and below the middle pixel.

    Shape:
        - Output: ``(size, size)`` float32, sum 1.
    """
    return _normalized(torch.exp(-0.5 * _distance(size, sigmas, angle, shift) ** beta))


def plateau_kernel(size: int, sigmas: Sigmas, angle: float = 0.0, beta: float = 1.0) -> Tensor:
    """Plateau ``1 / (1 + q ** beta)``: flat in the middle, with long tails.

    Arguments and output as :func:`gaussian_kernel` (Wang et al., Real-ESRGAN, ICCVW 2021,
    section 3.2).
    """
    return _normalized(1 / (1 + _distance(size, sigmas, angle) ** beta))


def sinc_kernel(size: int, cutoff: float) -> Tensor:
    """Ideal circular low-pass filter, cut off at the kernel's border; it rings.

    Real-ESRGAN (Wang et al., ICCVW 2021, equation 5): ``cutoff J1(cutoff r) / (2 pi r)`` with the
    first-order Bessel function J1. Some of its weights are negative.

    Args:
        size: width and height, odd.
        cutoff: angular frequency in radians per pixel, up to pi, where almost nothing is removed.

    Shape:
        - Output: ``(size, size)`` float32, sum 1.
    """
    x, y = _grid(size)
    radius = torch.sqrt(x**2 + y**2)
    middle = radius == 0
    weights = cutoff * torch.special.bessel_j1(cutoff * radius) / (2 * math.pi * radius)
    return _normalized(torch.where(middle, cutoff**2 / (4 * math.pi), weights))


def filter_image(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate every channel with a kernel; the border is reflected.

    By FFT, which is faster than a convolution with kernels of this size, and is float32 on every
    device (convolutions on a GPU round to TF32). The image may be smaller than the kernel.

    Args:
        image: any value range.
        kernel: of odd size, on any device.

    Shape:
        - image: ``(B, C, H, W)`` float32.
        - kernel: ``(K, K)``.
        - Output: as ``image``.
    """
    height, width = image.shape[-2:]
    radius = kernel.shape[-1] // 2
    padded = image
    for axis, length in ((-2, height), (-1, width)):
        fast = next_fast_len(length + 2 * radius, real=True)
        positions = reflected(length, radius, fast - length - radius)
        padded = padded.index_select(axis, positions.to(image.device))
    filtered = fft_conv(padded, kernel[None].to(image), padding="valid")
    return filtered[..., :height, :width]


def _grid(size: int) -> tuple[Tensor, Tensor]:
    """Horizontal and vertical distance of each pixel from the middle one, float64."""
    if size < 1 or size % 2 == 0:
        raise ValueError(f"the size of a blur kernel must be odd and positive, got {size}")
    axis = torch.arange(size, dtype=torch.float64) - size // 2
    return axis.expand(size, size), axis[:, None].expand(size, size)


def _distance(size: int, sigmas: Sigmas, angle: float, shift: float = 0.0) -> Tensor:
    """Squared distance from the center in standard deviations, ``(size, size)`` float64."""
    x, y = (axis - shift for axis in _grid(size))
    along = math.cos(angle) * x + math.sin(angle) * y
    across = math.cos(angle) * y - math.sin(angle) * x
    first, second = (max(sigma, _TINY) for sigma in sigmas)
    return (along / first) ** 2 + (across / second) ** 2


def _normalized(weights: Tensor) -> Tensor:
    return (weights / weights.sum()).float()
