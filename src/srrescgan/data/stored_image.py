"""Handles of stored images: the same interface for image files and packed folders."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from srrescgan.data.pack import is_pack, open_pack
from srrescgan.errors import DataError
from srrescgan.images import SUFFIXES, image_size, list_images, read_image


class StoredImage(Protocol):
    """A stored image: reads pixels on request only; hashable, and picklable for workers.

    ``str(image)`` is its location, for messages.
    """

    @property
    def path(self) -> Path:
        """File that contains it, alone or with other images."""
        ...

    def size(self) -> tuple[int, int]:
        """``(height, width)``, without decoding; raises DataError if the header is unreadable."""
        ...

    def read(self) -> np.ndarray:
        """``(H, W, 3)`` uint8 RGB, read-only if it is a view of a file; raises DataError."""
        ...


@dataclass(frozen=True)
class ImageFile:
    """An image in a file of its own, decoded at each :meth:`read`."""

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
    """The stored images of one sample; any number but one per role is an error."""

    name: str
    pictures: dict[str, list[StoredImage]]
    """Stored images by role: ``hr``, ``lr``, ``real``."""


def images_by_name(folder: Path) -> tuple[dict[str, list[StoredImage]], list[str]]:
    """Images of a folder by relative path without suffix, and the problems of the folder.

    The folder has image files, a pack, or both; a finished pack is read instead of the files beside
    it. The order is always that of the relative paths of the files.
    """
    try:
        if is_pack(folder):
            return {name: [picture] for name, picture in open_pack(folder).items()}, []
        paths = list_images(folder)
    except DataError as error:
        return {}, [str(error)]
    if not paths:
        return {}, [f"{folder} contains no images: put them there or correct the path"]
    pictures: dict[str, list[StoredImage]] = {}
    for path in paths:
        pictures.setdefault(image_name(path.relative_to(folder)), []).append(ImageFile(path))
    return pictures, []


def image_name(path: Path) -> str:
    """Relative path without the suffix of an image format; other dots in the name are kept.

    Example:
        >>> image_name(Path("sub/a.b.png")), image_name(Path("sub/a.b"))
        ('sub/a.b', 'sub/a.b')
    """
    return (path.with_suffix("") if path.suffix.lower() in SUFFIXES else path).as_posix()
