"""Compositions by Hydra without the work that it repeats: the tests compose a thousand times.

A composition reads forty YAML files, mostly the same, and copies every schema that is registered
with Hydra. Without that it takes less than half the time and gives the same configuration.
"""

import pickle
from pathlib import Path
from typing import IO, Any

from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

_load = OmegaConf.load
_pickled: dict[str, bytes] = {}
"""Parsed files by their text, so that a changed file is parsed again."""


def compose_quickly() -> None:
    """Replace, in this process, what takes Hydra long."""
    OmegaConf.load = staticmethod(load)
    ConfigStore.__deepcopy__ = lambda store, memo: store  # its load() copies what it returns


def load(file: str | Path | IO[Any]) -> Any:
    """The object that ``OmegaConf.load`` returns; a new one every time."""
    if isinstance(file, str | Path):
        with Path(file).open(encoding="utf-8") as opened:
            return load(opened)
    start, text = file.tell(), file.read()
    if text not in _pickled:
        file.seek(start)
        _pickled[text] = pickle.dumps(_load(file))
    return pickle.loads(_pickled[text])
