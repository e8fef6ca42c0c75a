"""Handles of stored images, the same for a folder of files and a packed folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from srrescgan.data.pack import is_pack, open_pack
from srrescgan.errors import DataError
from srrescgan.images import SUFFIXES, image_size, list_images, read_image


class StoredImage(Protocol):
    """One stored image: created without reading its pixels, hashable, and picklable for workers.

    ``str(picture)`` is its location, for messages.
    """

    @property
    def path(self) -> Path:
        """File that holds it, alone or with other images."""
        ...

    def size(self) -> tuple[int, int]:
        """``(height, width)``, without decoding; raises DataError for an unreadable header."""
        ...

    def read(self) -> np.ndarray:
        """``(H, W, 3)`` uint8 RGB, read-only where it is a view of a file; raises DataError."""
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
    """The stored images of one name; anything but one per role is a mistake."""

    name: str
    pictures: dict[str, list[StoredImage]]
    """Role (``hr``, ``lr``, ``real``) to its stored images."""


def images_by_name(folder: Path) -> tuple[dict[str, list[StoredImage]], list[str]]:
    """Images of a folder by relative path without suffix, and the problems of the folder.

    The folder has image files, a pack, or both; a finished pack is read instead of the files beside
    it. Names are sorted by the relative paths of the files in each case.
    """
    try:
        if is_pack(folder):
            return {name: [picture] for name, picture in open_pack(folder).items()}, []
        paths = list_images(folder)
    except DataError as error:
        return {}, [str(error)]
    if not paths:
        return {}, [f"{folder} holds no images: put them there or correct the path"]
    pictures: dict[str, list[StoredImage]] = {}
    for path in paths:
        pictures.setdefault(image_name(path.relative_to(folder)), []).append(ImageFile(path))
    return pictures, []


def image_name(path: Path) -> str:
    """Relative path without the suffix of an image file; a dot in the name stays.

    Example:
        >>> image_name(Path("sub/a.b.png")), image_name(Path("sub/a.b"))
        ('sub/a.b', 'sub/a.b')
    """
    return (path.with_suffix("") if path.suffix.lower() in SUFFIXES else path).as_posix()
