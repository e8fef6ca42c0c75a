"""Loads in the server of :mod:`commands` what its forks would load one by one."""

import gc
import importlib
from contextlib import suppress
from pathlib import Path

from hydra.core.plugins import Plugins
from omegaconf import OmegaConf
from quick_compositions import compose_quickly
from yaml import YAMLError

for name in ("train", "eval", "audit"):  # the packages that these import take long to load
    importlib.import_module(f"srrescgan.{name}.__main__")

from srrescgan.config.schema import CONFIG_DIR  # noqa: E402

Plugins.instance()  # Hydra imports its plugins, and what these import
compose_quickly()
for path in Path(CONFIG_DIR).rglob("*.yaml"):
    with suppress(YAMLError):  # the command that reads it says what is wrong with it
        OmegaConf.load(path)
gc.freeze()  # no fork looks for garbage in all this, nor copies its memory to do so
