"""Converts between 8-bit pixel arrays and float tensors."""

import numpy as np
import torch
from torch import Tensor


def to_tensor(image: np.ndarray) -> Tensor:
    """Convert ``(H, W, C)`` uint8 to ``(C, H, W)`` float32 in [0, 1]."""
    planes = np.array(
        image.transpose(2, 0, 1), order="C"
    )  # reordered as uint8, a quarter of the size
    return torch.from_numpy(planes).float().div_(255)


def to_uint8(image: Tensor) -> np.ndarray:
    """Convert ``(C, H, W)`` in [0, 1] to ``(H, W, C)`` uint8: clamp, and round half to even."""
    levels = (image.detach().float() * 255).round().clamp(0, 255)
    return levels.to("cpu", torch.uint8).permute(1, 2, 0).contiguous().numpy()
