"""Known data sets in miniature, laid out as their own recipes say."""

from copy import deepcopy
from functools import cache
from pathlib import Path

import numpy as np
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig

from srrescgan.config.build import build
from srrescgan.config.schema import CONFIG_DIR, register
from srrescgan.images import write_png
from srrescgan.prepare import DataSet

KNOWN = sorted(path.stem for path in Path(CONFIG_DIR, "dataset").glob("*.yaml"))


def composed(config_name: str, *overrides: str) -> DictConfig:
    """A command's configuration, as its command line would give it."""
    return deepcopy(_composed(config_name, *overrides))


@cache
def _composed(config_name: str, *overrides: str) -> DictConfig:
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(CONFIG_DIR, version_base="1.3"):
        return compose(config_name, overrides=list(overrides))


@cache
def recipe(name: str) -> DataSet:
    """A data set's recipe."""
    return build(composed("prepare", f"dataset={name}").dataset)


def lay_out(name: str, data_dir: Path, count: int = 3) -> DataSet:
    """Write a few small pictures into every folder that is to be downloaded."""
    data_set = recipe(name)
    for part in data_set.downloads.values():
        side = 1 if part.lr_of else data_set.scale
        for index in range(count):
            rng = np.random.default_rng([index, *part.folder.encode()])
            picture = rng.integers(0, 256, (12 * side, (10 + index) * side, 3)).astype(np.uint8)
            write_png(data_set.root(data_dir) / part.folder / f"{index:04d}.png", picture)
    return data_set
