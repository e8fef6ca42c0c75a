"""Synthetic images, so that any experiment runs without its data."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from omegaconf import DictConfig, OmegaConf

from srrescgan.images import to_uint8, write_png
from srrescgan.ops.resize import imresize

_COUNT = 3
_SIDE = 160
_ROLES = {"hr", "lr", "real"}
"""Arguments of data sets that name a folder of images."""


def use_synthetic_images(cfg: DictConfig, folder: Path) -> None:
    """Point every data set of ``cfg.data`` at synthetic images written below ``folder``.

    Classes, sizes and pairing of the experiment's data sets stay; only their folders change. So
    does ``cfg.noise_source``, if it is set.

    Args:
        cfg: a training configuration, changed in place.
        folder: the images are written below it, one folder per data set.
    """
    for path, node in _data_sets(cfg.data):
        names = node.get("names") or [f"{index:04d}" for index in range(_COUNT)]
        for role in _ROLES:
            if node.get(role) is None:
                continue
            for index, name in enumerate(names):
                image = _photo(seed=index)
                if role == "lr":
                    image = imresize(image[None], 1 / cfg.scale)[0]
                write_png(folder / path / role / f"{name}.png", to_uint8(image))
            OmegaConf.update(cfg.data, f"{path}.{role}", str(folder / path / role))
    if cfg.noise_source is not None:
        write_png(folder / "noise_source" / "0000.png", to_uint8(_flat_photo()))
        cfg.noise_source = str(folder / "noise_source")


def _data_sets(data: DictConfig) -> list[tuple[str, dict[str, Any]]]:
    tree = OmegaConf.to_container(data, resolve=True)
    assert isinstance(tree, dict)
    found = [("train", tree["train"])] if tree.get("train") else []
    for role in ("val", "test"):
        found += [(f"{role}.{name}", node) for name, node in (tree.get(role) or {}).items()]
    return [(path, node) for path, node in found if node.keys() & _ROLES]


def _photo(seed: int) -> torch.Tensor:
    """Smooth colors, an edge and a little grain: ``(3, 160, 160)`` in [0, 1]."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:_SIDE, 0:_SIDE] / _SIDE
    waves = [np.sin(6.28 * (rng.uniform(1, 9) * x + rng.uniform(1, 9) * y)) for _ in range(3)]
    image = 0.5 + 0.2 * np.stack(waves) + 0.15 * (x + 0.3 * y > rng.uniform(0.4, 0.8))
    return torch.from_numpy(image + rng.normal(0, 0.02, image.shape)).float().clamp(0, 1)


def _flat_photo() -> torch.Tensor:
    """Gray with the noise of a camera: ``(3, 256, 512)`` in [0, 1], two of RealSR's windows."""
    noise = torch.from_numpy(np.random.default_rng(0).normal(0, 3 / 255, (3, 256, 512))).float()
    return (0.5 + noise).clamp(0, 1)
