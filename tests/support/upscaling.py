"""The command in this process, which has torch loaded already."""

from copy import deepcopy
from functools import cache
from pathlib import Path

import numpy as np
from omegaconf import DictConfig
from PIL import Image

from srrescgan.config.cli import check_overrides
from srrescgan.upscale.__main__ import upscale


def run_upscale(*overrides: str) -> None:
    """``python -m srrescgan.upscale`` with these."""
    cfg = deepcopy(_configured())
    cfg.merge_with_dotlist(["device=cpu", *overrides])  # to compose each time takes longest
    upscale(cfg)


@cache
def _configured() -> DictConfig:
    (cfg,) = check_overrides("upscale", ["input=given", "output=given", "weights=given"])
    return cfg


def noise(*shape: int, largest: int = 255, seed: int = 0) -> np.ndarray:
    """A picture that is nowhere flat, uint8 or uint16."""
    values = np.random.default_rng(seed).integers(0, largest + 1, shape)
    return values.astype(np.uint8 if largest < 256 else np.uint16)


def save(path: Path, pixels: np.ndarray, **options) -> Path:
    """Write a picture with Pillow, its folder too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path
