"""A packed folder: the decoded pixels of many pictures in one file that is mapped into memory.

    packed.bin           every picture's (H, W, 3) uint8 RGB pixels, row by row, each picture from a
                         multiple of 4096 bytes on, with zeros between
    packed.json          the index: format, version, length of packed.bin, and per picture its name,
                         place, size and the file it was made of; written last, so that a folder
                         without it is not packed (yet)

:mod:`srrescgan.corpus.packing` writes it.
"""

import json
import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from srrescgan.errors import DataError

INDEX = "packed.json"
PIXELS = "packed.bin"
FORMAT = "srrescgan packed pictures"
VERSION = 1
ALIGNMENT = 4096
"""Pictures start on a page of their own; the length of one on all common machines."""


class _Map:
    """``packed.bin``, mapped when it is first read, anew in each process that it is sent to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._bytes: np.ndarray | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "_bytes": None}  # never the pixels

    def bytes(self) -> np.ndarray:
        """All of the file, read-only."""
        if self._bytes is None:
            with self.path.open("rb") as file:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._bytes = np.frombuffer(mapped, np.uint8)
        return self._bytes


@dataclass(frozen=True)
class PackedPicture:
    """A picture in a packed folder. See :class:`srrescgan.data.pictures.Picture`."""

    name: str
    offset: int
    height: int
    width: int
    pixels: _Map

    def __str__(self) -> str:
        return f"{self.pixels.path.parent}: {self.name}"

    def size(self) -> tuple[int, int]:
        """``(height, width)`` from the index."""
        return self.height, self.width

    def read(self) -> np.ndarray:
        """``(H, W, 3)`` uint8 RGB: a read-only view; only what is cut out of it is read."""
        end = self.offset + self.height * self.width * 3
        return self.pixels.bytes()[self.offset : end].reshape(self.height, self.width, 3)


def is_pack(folder: Path) -> bool:
    """Whether a folder has the index of a packed one."""
    return (folder / INDEX).is_file()


def open_pack(folder: Path) -> dict[str, PackedPicture]:
    """Pictures of a packed folder by name. Reads the index only.

    Raises:
        DataError: index or pixels are missing, damaged, or do not belong together.
    """
    index = json.loads((folder / INDEX).read_text())
    pixels = _Map(folder / PIXELS)
    return {
        entry["name"]: PackedPicture(
            entry["name"], entry["offset"], entry["height"], entry["width"], pixels
        )
        for entry in index["pictures"]
    }
