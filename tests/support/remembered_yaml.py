"""YAML files that are parsed once, though every composition by Hydra reads forty of them.

Parsing them is a third of a composition, and the tests compose more than a thousand times.
"""

import pickle
from pathlib import Path
from typing import IO, Any

from omegaconf import OmegaConf

_load = OmegaConf.load
_pickled: dict[str, bytes] = {}
"""By the text of the file, so that a changed file is parsed again."""


def remember_yaml() -> None:
    """Replace ``OmegaConf.load``, which Hydra calls too, in this process."""
    OmegaConf.load = staticmethod(load)


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
