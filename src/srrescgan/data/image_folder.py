"""Image folder, the base class of the data sets that read folders."""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from torch.utils.data import Dataset

from srrescgan.data.seeds import image_seed
from srrescgan.data.stored_image import SampleFiles, StoredImage, image_name, images_by_name
from srrescgan.errors import DataError
from srrescgan.images import to_tensor

PROBLEMS_SHOWN = 10


class ImageFolder(Dataset[dict[str, Any]]):
    """Whole images of a folder and its sub-folders, sorted by relative name.

    An item has the image, ``(3, H, W)`` float32 in [0, 1], under the key ``role``; ``name``, the
    relative path without suffix; and ``seed``, which depends on the name only, so that the random
    numbers of an image are always the same.

    The constructor reads no file; call :meth:`check` before a long run.

    Args:
        role: of the images: ``hr``, ``lr`` or ``real``.
        folder: path.
        names: of the images to use, in this order, with or without suffix; ``None`` for all.
        cache: keep decoded images in memory (uint8; each worker process has its own copy).
        multiple: images are cropped to multiples of this many pixels.
        min_size: smallest allowed side of a cropped image, in pixels.
    """

    def __init__(
        self,
        role: str,
        folder: str,
        names: list[str] | None = None,
        cache: bool = False,
        multiple: int = 1,
        min_size: int = 1,
    ) -> None:
        self.role = role
        self.folder = Path(folder).expanduser()
        self.multiple = multiple
        self.min_size = min_size
        self._requested_names = (
            None if names is None else [image_name(Path(name)) for name in names]
        )
        self._cache: dict[StoredImage, np.ndarray] | None = {} if cache else None

    @cached_property
    def pictures(self) -> dict[str, dict[str, StoredImage]]:
        """Stored images by name and role.

        Raises:
            DataError: a folder or a required file is missing.
        """
        matched, problems = self._match()
        if problems:
            raise DataError(_report(problems))
        return matched

    @cached_property
    def names(self) -> list[str]:
        """Name of every image, in order."""
        return list(self.pictures)

    def folders(self) -> dict[str, Path]:
        """Folder of each role."""
        return {self.role: self.folder}

    def candidates(self) -> tuple[list[SampleFiles], list[str]]:
        """Files of every requested image, and the problems of the folders.

        Unlike :attr:`pictures`, includes images without a partner and images that exist twice.
        """
        return self._candidates()

    def check(self) -> None:
        """Check the images; reads headers only.

        Raises:
            DataError: lists the problems (their number and the first ten).
        """
        matched, problems = self._match()
        for pictures in matched.values():
            try:
                problems += self._size_problems(pictures)
            except DataError as error:
                problems.append(str(error))
        if problems:
            raise DataError(_report(problems))

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, key: Any) -> dict[str, Any]:
        name = self.names[key]
        return {
            self.role: to_tensor(self.read(name, self.role)),
            "name": name,
            "seed": image_seed(name),
        }

    def read(self, name: str, role: str) -> np.ndarray:
        """Read an image: ``(H, W, 3)`` uint8 RGB, not cropped; raises DataError."""
        picture = self.pictures[name][role]
        if self._cache is None:
            return picture.read()
        if picture not in self._cache:
            self._cache[picture] = picture.read()
        return self._cache[picture]

    def crop_to_multiple(self, image: np.ndarray) -> np.ndarray:
        """Crop an image at the bottom and right to multiples of ``multiple``."""
        height, width = image.shape[:2]
        return image[: height - height % self.multiple, : width - width % self.multiple]

    def _match(self) -> tuple[dict[str, dict[str, StoredImage]], list[str]]:
        """Stored images of every requested name by role, and all problems."""
        candidates, problems = self._candidates()
        if problems:  # in an empty folder every name is missing: one message is enough
            return {}, problems
        matched = {
            candidate.name: {role: stored[0] for role, stored in candidate.pictures.items()}
            for candidate in candidates
            if all(candidate.pictures.values())
        }
        return matched, [problem for each in candidates for problem in self._match_problems(each)]

    def _candidates(self) -> tuple[list[SampleFiles], list[str]]:
        stored, problems = images_by_name(self.folder)
        names = list(stored) if self._requested_names is None else self._requested_names
        return [SampleFiles(name, {self.role: stored.get(name, [])}) for name in names], problems

    def _match_problems(self, candidate: SampleFiles) -> list[str]:
        name, stored = candidate.name, candidate.pictures[self.role]
        if not stored:
            return [
                f"{name}: no such image in {self.folder}: correct the list of names or add the file"
            ]
        if len(stored) > 1:
            return [
                f"{self.folder / name}: {len(stored)} files differ only in their suffix: keep one"
            ]
        return []

    def _size_problems(self, pictures: dict[str, StoredImage]) -> list[str]:
        height, width = self._cropped_size(pictures[self.role])
        if min(height, width) >= self.min_size:
            return []
        return [
            f"{pictures[self.role]}: {height} x {width} pixels (height x width, whole multiples of "
            f"scale {self.multiple}) are too small for a patch of {self.min_size}: remove it or "
            f"set a smaller patch_size"
        ]

    def _cropped_size(self, picture: StoredImage) -> tuple[int, int]:
        height, width = picture.size()
        return height - height % self.multiple, width - width % self.multiple


def _report(problems: list[str]) -> str:
    count = len(problems)
    lines = [f"{count} problem{'s' if count > 1 else ''} in the images:"]
    lines += [f"  - {problem}" for problem in problems[:PROBLEMS_SHOWN]]
    if count > PROBLEMS_SHOWN:
        lines.append(f"  ... and {count - PROBLEMS_SHOWN} more")
    return "\n".join(lines)
