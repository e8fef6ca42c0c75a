"""Optional abilities of loggers: tables with pictures, and checkpoint files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np


@dataclass(frozen=True)
class CaptionedImage:
    """An image with its caption."""

    image: np.ndarray
    """``(H, W, 3)`` uint8, RGB."""
    caption: str


Cell = str | float | CaptionedImage | None
"""One cell of a table."""


@runtime_checkable
class TakesTables(Protocol):
    """A logger that shows tables with pictures."""

    def log_picture_table(
        self, key: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], step: int
    ) -> None:
        """Log a table.

        Args:
            key: name of the table.
            columns: titles.
            rows: one list of cells per row, one cell per column.
            step: iteration.
        """
        ...


@runtime_checkable
class TakesCheckpoints(Protocol):
    """A logger that stores files with the run."""

    def log_checkpoint(
        self, path: Path, aliases: Sequence[str], metadata: Mapping[str, Any]
    ) -> None:
        """Store a checkpoint file.

        Args:
            path: the file.
            aliases: names of this version, such as ``last`` and ``best_psnr``.
            metadata: its iteration and scores.
        """
        ...
