"""Pictures with flat and busy places, and audit domains made of them in memory."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from srrescgan.audit.domain import Domain

SIDE = 128


def scene(seed: int) -> Tensor:
    """A wall with a soft shadow, things of one color on it, and things with fine stripes.

    Returns:
        ``(3, 128, 128)``, RGB in [0, 1], on the 8-bit grid.
    """
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    image = rng.uniform(60, 190, 3)[:, None, None] + 20 * (rng.uniform(-1, 1) * x + y)
    for index in range(6):
        top, left = rng.integers(0, SIDE - 30, 2)
        place = np.s_[:, top : top + rng.integers(12, 30), left : left + rng.integers(12, 30)]
        image[place] = rng.uniform(50, 200, 3)[:, None, None]
        if index % 2:
            stripes = 40 * np.sin(rng.uniform(30, 250) * x + rng.uniform(30, 250) * y)
            image[place] += stripes[place[1:]]
    return torch.from_numpy(image.round().clip(0, 255) / 255).float()


def scenes(seeds: Sequence[int]) -> Tensor:
    """``(N, 3, 128, 128)``."""
    return torch.stack([scene(seed) for seed in seeds])


def eight_bit(levels: Tensor) -> Tensor:
    """Grey levels to [0, 1] as a file holds them."""
    return levels.round().clamp(0, 255) / 255


def as_domain(pictures: Tensor, patch_size: int = 64) -> Domain:
    """Cut pictures ``(N, 3, H, W)`` into patches side by side."""
    tiles = pictures.unfold(2, patch_size, patch_size).unfold(3, patch_size, patch_size)
    tiles = tiles.permute(0, 2, 3, 1, 4, 5)
    count = len(pictures)
    return Domain(
        folder=Path("memory"),
        names=tuple(f"{index:04d}" for index in range(count)),
        patches=tiles.reshape(-1, *tiles.shape[3:]),
        picture=torch.arange(count).repeat_interleave(tiles.shape[1] * tiles.shape[2]),
        found=count,
        too_small=0,
    )
