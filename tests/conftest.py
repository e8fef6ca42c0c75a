"""Fixtures every test may use."""

import os
from pathlib import Path

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import numpy as np
import pytest
import torch
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Every test starts from the same random state."""
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002 (third-party code under test draws from the global state)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of released weights, goldens and photos beside the checkout."""
    folder = Path(os.environ.get("SRRESCGAN_SHARED", ROOT.parent / "shared"))
    if not (folder / "goldens").is_dir():
        pytest.skip(f"reference material not found at {folder} (set SRRESCGAN_SHARED to its place)")
    return folder


def smooth_photo(height: int, width: int, seed: int) -> np.ndarray:
    """A photo-like uint8 image: smooth colour fields, an edge and a little texture."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    waves = [
        np.sin(2 * np.pi * (rng.uniform(1, 6) * x + rng.uniform(1, 6) * y + rng.uniform()))
        for _ in range(3)
    ]
    image = 128 + 60 * np.stack(waves, axis=-1) + 40 * (x > rng.uniform(0.3, 0.7))[..., None]
    image += rng.normal(0, 6, image.shape)
    return image.clip(0, 255).astype(np.uint8)


@pytest.fixture
def photo_folder(tmp_path: Path):
    """Factory: ``photo_folder("name", count, (height, width))`` writes PNGs, returns the folder."""

    def make(name: str = "photos", count: int = 4, size: tuple[int, int] = (96, 112)) -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True, exist_ok=True)
        for index in range(count):
            Image.fromarray(smooth_photo(*size, seed=index)).save(folder / f"{index:04d}.png")
        return folder

    return make
