"""Pixel types: integers as files store them, and float32 in [0, 1]."""

import torch
from torch import Tensor

WHITE = {torch.uint8: 255, torch.uint16: 65535}
"""The value of white by type; 1 for float32."""


def to_float(image: Tensor) -> Tensor:
    """Convert to float32 in [0, 1]: uint8 is divided by 255, uint16 by 65535.

    Raises:
        TypeError: the image is of another type.
    """
    if image.dtype is torch.float32:
        return image
    if image.dtype not in WHITE:
        raise TypeError(f"expected float32 in [0, 1], uint8 or uint16, got {image.dtype}")
    return image.to(torch.float32) / WHITE[image.dtype]


def quantize(image: Tensor, dtype: torch.dtype) -> Tensor:
    """Convert float32 in [0, 1] to ``dtype``; clamps, rounds halves to even."""
    if dtype not in WHITE:
        return image.to(dtype)
    white = WHITE[dtype]
    return (image * white).round().clamp(0, white).to(dtype)
