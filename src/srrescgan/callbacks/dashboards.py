"""What a logger may take beside numbers; those that can have a method of this name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np


@dataclass(frozen=True)
class Picture:
    """A picture with something to say."""

    image: np.ndarray
    """``(H, W, 3)`` uint8, RGB."""
    caption: str


Cell = str | float | Picture | None


@runtime_checkable
class TakesTables(Protocol):
    """A logger that shows tables with pictures in them."""

    def log_picture_table(
        self, key: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], step: int
    ) -> None:
        """Log a table at an iteration."""
        ...


@runtime_checkable
class TakesCheckpoints(Protocol):
    """A logger that stores files with the run."""

    def log_checkpoint(
        self, path: Path, aliases: Sequence[str], metadata: Mapping[str, Any]
    ) -> None:
        """Store a checkpoint under its names."""
        ...
