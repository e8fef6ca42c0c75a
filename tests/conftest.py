"""Fixtures for all tests."""

import gc
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
if "PYTEST_XDIST_WORKER" in os.environ:
    # Two workers with two threads each would compete for two cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from PIL import Image
from quick_compositions import compose_quickly
from torch.utils.data import Dataset

from srrescgan.callbacks import AtomicCheckpointIO
from srrescgan.data import HRFolder, Mixup, SRDataModule
from srrescgan.degradations import Bicubic
from srrescgan.systems import PhasedSystem

ROOT = Path(__file__).resolve().parents[1]

compose_quickly()


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Start every test from the same random state."""
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002 (third-party code under test draws from the global state)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with released weights, reference results and photos beside the checkout."""
    folder = Path(os.environ.get("SRRESCGAN_SHARED", ROOT.parent / "shared"))
    if not (folder / "goldens").is_dir():
        pytest.skip(f"reference material not found at {folder} (set SRRESCGAN_SHARED to its path)")
    return folder


def smooth_photo(height: int, width: int, seed: int) -> np.ndarray:
    """A photo-like uint8 image with smooth colors, an edge and a little texture."""
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


@pytest.fixture
def fit(photo_folder, tmp_path: Path) -> Callable[..., pl.Trainer]:
    """``fit(system, iterations=4, ...)`` trains on a folder of synthetic photos."""
    folder = photo_folder(count=3, size=(48, 56))

    def run(
        system: PhasedSystem,
        iterations: int = 4,
        batch_size: int = 4,
        mixup: Mixup | None = None,
        num_workers: int = 0,
        validate_every: int = 1000,
        callbacks: tuple[pl.Callback, ...] = (),
        ckpt_path: Path | None = None,
        val: dict[str, Dataset] | None = None,
        **trainer_options: Any,
    ) -> pl.Trainer:
        photos = partial(HRFolder, str(folder), scale=4)
        datamodule = SRDataModule(
            train=photos(patch_size=32, augment=True, seed=3),
            val={"photos": photos(), **(val or {})},
            degradation=Bicubic(4),
            scale=4,
            batch_size=batch_size,
            iterations=iterations,
            accumulate=system.settings.accumulate,
            num_workers=num_workers,
            mixup=mixup,
            seed=3,
        )
        options = {"accelerator": "cpu", "logger": False, "enable_progress_bar": False}
        trainer = pl.Trainer(
            devices=1,
            max_epochs=1,
            val_check_interval=validate_every * system.settings.accumulate,
            check_val_every_n_epoch=None,
            use_distributed_sampler=False,
            num_sanity_val_steps=0,
            enable_model_summary=False,
            default_root_dir=tmp_path,
            plugins=[AtomicCheckpointIO()],
            enable_checkpointing=any(isinstance(c, pl.callbacks.Checkpoint) for c in callbacks),
            callbacks=list(callbacks),
            **options | trainer_options,
        )
        trainer.fit(system, datamodule, ckpt_path=ckpt_path, weights_only=True)
        return trainer

    return run


def pytest_collection_finish() -> None:
    """Do not look for garbage in all that was loaded: half a second each time."""
    gc.collect()
    gc.freeze()
