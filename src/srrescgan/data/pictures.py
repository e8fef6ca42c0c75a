"""Handles for stored pictures: the same whether a folder holds files or is packed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from srrescgan.data.pack import is_pack, open_pack
from srrescgan.errors import DataError
from srrescgan.images import SUFFIXES, image_size, list_images, read_image


class Picture(Protocol):
    """One stored picture. Made without touching its pixels; hashable; goes to worker processes.

    ``str(picture)`` says where it lies, for messages.
    """

    @property
    def path(self) -> Path:
        """File that holds it, alone or with others."""
        ...

    def size(self) -> tuple[int, int]:
        """``(height, width)``, without decoding; raises DataError for an unreadable header."""
        ...

    def read(self) -> np.ndarray:
        """``(H, W, 3)`` uint8 RGB, read-only where it is a view of a file; raises DataError."""
        ...


@dataclass(frozen=True)
class PictureFile:
    """A picture in a file of its own, decoded at each :meth:`read`."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def size(self) -> tuple[int, int]:
        """``(height, width)`` from the file's header."""
        return image_size(self.path)

    def read(self) -> np.ndarray:
        """``(H, W, 3)`` uint8 RGB."""
        return read_image(self.path)


@dataclass(frozen=True)
class SampleFiles:
    """All that is stored under one name: more or less than one picture per role is a mistake."""

    name: str
    pictures: dict[str, list[Picture]]
    """Role (``hr``, ``lr``, ``real``) to the pictures found for it."""


def pictures_by_name(folder: Path) -> tuple[dict[str, list[Picture]], list[str]]:
    """Pictures of a folder by relative path without suffix, and what is wrong with the folder.

    The folder holds picture files, or is one that was packed, or both: files that were packed in
    their own place are read from the pack once it is finished. Names come sorted by the files'
    relative paths either way.
    """
    try:
        if is_pack(folder):
            return {name: [picture] for name, picture in open_pack(folder).items()}, []
        paths = list_images(folder)
    except DataError as error:
        return {}, [str(error)]
    if not paths:
        return {}, [f"{folder} holds no images: put them there or correct the path"]
    pictures: dict[str, list[Picture]] = {}
    for path in paths:
        pictures.setdefault(picture_name(path.relative_to(folder)), []).append(PictureFile(path))
    return pictures, []


def picture_name(path: Path) -> str:
    """Relative path without an image's suffix; a dot that belongs to the name stays.

    Example:
        >>> picture_name(Path("sub/a.b.png")), picture_name(Path("sub/a.b"))
        ('sub/a.b', 'sub/a.b')
    """
    return (path.with_suffix("") if path.suffix.lower() in SUFFIXES else path).as_posix()
