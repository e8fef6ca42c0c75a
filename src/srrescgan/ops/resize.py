"""Bicubic resizing that equals MATLAB's ``imresize``, on batches and on any device.

The field's data sets were made with ``imresize``. Other libraries differ from it: those without
antialiasing at every edge, those with it in the two pixels along the border. Downscaling an axis by
4 is a convolution with 16 fixed taps and stride 4 over symmetric padding that repeats the edge.

For integer downscaling, the image is padded once and strided slices are added up, one per tap. The
sum replaces ``conv2d`` because it stays in true float32 on every device (convolutions on a GPU
round to TF32, and to half precision under autocast). So the 8-bit mode equals published files bit
for bit. On a CPU it is also faster than a strided ``conv2d`` (measured by ``make bench``). Other
factors gather the pixels of each tap.
"""

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor


def imresize(image: Tensor, scale: Fraction | float, quantise: bool = False) -> Tensor:
    """Resize by an antialiased cubic kernel (a = -0.5), like MATLAB's ``imresize``.

    Args:
        image: values in [0, 1]; any size from 1 x 1.
        scale: output size / input size; exact if given as ``Fraction(1, 3)``; a float is replaced
            by the nearest fraction with a denominator up to 1000.
        quantise: compute on 8-bit values and round after each axis, vertical first, as in the
            published LR files. Otherwise nothing is rounded or clamped, and values may be slightly
            outside [0, 1].

    Returns:
        The resized image, in ``image``'s floating type.

    Shape:
        - image: ``(B, C, H, W)``.
        - Output: ``(B, C, ceil(scale * H), ceil(scale * W))``.

    Raises:
        ValueError: not four axes, an empty axis, not a floating type, or a scale <= 0.

    Example:
        >>> imresize(torch.full((1, 3, 10, 8), 0.5), Fraction(1, 4)).shape
        torch.Size([1, 3, 3, 2])
        >>> imresize(torch.full((1, 1, 4, 4), 0.5), 2).unique()
        tensor([0.5000])
    """
    factor = Fraction(scale).limit_denominator(1000)
    if factor <= 0:
        raise ValueError(f"imresize needs a scale > 0, got {scale}")
    if image.ndim != 4 or 0 in image.shape[-2:]:
        raise ValueError(
            f"imresize needs (B, C, H, W) with H and W of at least 1, got {tuple(image.shape)}"
        )
    if not image.is_floating_point():
        raise ValueError(f"imresize needs a floating type in [0, 1], got {image.dtype}")
    if not quantise:
        return _resize_axis(_resize_axis(image, -2, factor), -1, factor)
    eight_bit = _round_8bit(image * 255)
    eight_bit = _round_8bit(_resize_axis(eight_bit, -2, factor))
    return _round_8bit(_resize_axis(eight_bit, -1, factor)) / 255


def upscale_bicubic(lr: Tensor, scale: int) -> Tensor:
    """Bicubic upscaling, clamped to [0, 1]: the baseline of every comparison.

    Shape:
        - lr: ``(B, 3, h, w)``, values in [0, 1].
        - Output: ``(B, 3, scale h, scale w)``.
    """
    return imresize(lr, scale).clamp(0, 1)


def _round_8bit(image: Tensor) -> Tensor:
    # MATLAB rounds halves away from zero; torch.round rounds them to even.
    return (image + 0.5).floor_().clamp_(0, 255)


def _resize_axis(image: Tensor, axis: int, scale: Fraction) -> Tensor:
    positions, weights = _taps(image.shape[axis], scale)
    if scale.numerator == 1:
        return _strided(image, axis, positions, weights[:, 0])
    index = torch.from_numpy(_mirror(positions, image.shape[axis])).to(image.device)
    weight = torch.from_numpy(weights).to(image)
    if axis == -2:
        weight = weight.unsqueeze(-1)
    resized = image.index_select(axis, index[0]) * weight[0]
    for tap in range(1, len(index)):
        resized.addcmul_(image.index_select(axis, index[tap]), weight[tap])
    return resized


def _strided(image: Tensor, axis: int, positions: np.ndarray, weights: np.ndarray) -> Tensor:
    """Integer downscaling: every output has the same taps, so each tap is one strided slice."""
    first, last = int(positions[0, 0]), int(positions[-1, -1])
    index = torch.from_numpy(_mirror(np.arange(first, last + 1), image.shape[axis]))
    padded = image.index_select(axis, index.to(image.device))
    weight = torch.from_numpy(weights).to(image)
    resized = _tap(padded, axis, positions[0] - first) * weight[0]
    for tap in range(1, len(weights)):
        resized.addcmul_(_tap(padded, axis, positions[tap] - first), weight[tap])
    return resized


def _tap(padded: Tensor, axis: int, positions: np.ndarray) -> Tensor:
    """A view of the evenly spaced ``positions`` of one axis."""
    step = int(positions[1] - positions[0]) if len(positions) > 1 else 1
    chosen = slice(int(positions[0]), int(positions[-1]) + 1, step)
    return padded[..., chosen, :] if axis == -2 else padded[..., chosen]


@lru_cache(maxsize=128)
def _taps(length: int, scale: Fraction) -> tuple[np.ndarray, np.ndarray]:
    """Input positions and weights of every output pixel of one axis, each ``(taps, outputs)``.

    Positions are consecutive along the taps and may be outside the axis.
    """
    stretch = max(1.0, float(1 / scale))  # antialiasing: downscaling widens the kernel
    out_length = math.ceil(length * scale)
    # Centers of the output pixels in input coordinates, both counted from 0.
    centers = (np.arange(out_length) + 0.5) / float(scale) - 0.5
    first = np.floor(centers - 2 * stretch).astype(np.int64)
    positions = first + np.arange(math.ceil(4 * stretch) + 2)[:, None]
    weights = _cubic((centers - positions) / stretch)
    weights /= weights.sum(axis=0)
    used = np.abs(weights).max(axis=1) > 1e-12
    return positions[used], weights[used]


def _mirror(positions: np.ndarray, length: int) -> np.ndarray:
    """Symmetric padding: map positions outside the axis inside, with the edge pixel repeated."""
    mirrored = positions % (2 * length)
    return np.minimum(mirrored, 2 * length - 1 - mirrored)


def _cubic(x: np.ndarray) -> np.ndarray:
    """Keys' cubic kernel with a = -0.5, support [-2, 2]."""
    x = np.abs(x)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x <= 1, near, np.where(x <= 2, far, 0.0))
