"""A folder of true images; the low-resolution ones are made from them on the fly."""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from torch.utils.data import Dataset

from srrescgan.data.pictures import Picture, SampleFiles, picture_name, pictures_by_name
from srrescgan.data.seeds import derive_seed, image_seed
from srrescgan.data.transforms import PatchTransform
from srrescgan.errors import ConfigError, DataError
from srrescgan.images import to_tensor

PROBLEMS_SHOWN = 10


class HRFolder(Dataset[dict[str, Any]]):
    """High-resolution images of a folder and its sub-folders, by sorted relative name.

    ``dataset[epoch, index]`` is for training: a patch, turned if ``augment``, as a function of
    ``(seed, epoch, index)``. ``dataset[index]`` is for validation: the whole image, cut at the
    bottom and right to a multiple of ``scale``.

    An item holds ``hr`` ``(3, H, W)`` float32 in [0, 1]; ``name``, the relative path without
    suffix; and ``seed``, which seeds whatever random happens to this sample later. The seed of a
    whole image comes from its name alone, so its degradation is the same in every epoch, run and
    order.

    Making the object touches no file; call :meth:`check` before a long run.

    Args:
        hr: the folder.
        scale: integer factor between hr and lr.
        patch_size: side of the hr patch in pixels, a multiple of ``scale``; ``None`` for whole
            images.
        augment: flip and turn patches at random.
        seed: of the crops and flips.
        names: use only these, in this order, with or without suffix; ``None`` for all.
        cache: keep decoded images in memory (uint8; each worker process has a copy of its own).
    """

    def __init__(
        self,
        hr: str,
        scale: int,
        patch_size: int | None = None,
        augment: bool = False,
        seed: int = 0,
        names: list[str] | None = None,
        cache: bool = False,
    ) -> None:
        if patch_size is not None and (patch_size < scale or patch_size % scale):
            raise ConfigError(
                f"patch_size is the side of the hr patch and must be a multiple of scale "
                f"{scale}, got {patch_size}: use for instance {max(1, patch_size // scale) * scale}"
            )
        self.hr = Path(hr).expanduser()
        self.scale = scale
        self.seed = seed
        self._wanted = None if names is None else [picture_name(Path(name)) for name in names]
        self._transform = PatchTransform(scale, patch_size, augment)
        self._cache: dict[Picture, np.ndarray] | None = {} if cache else None

    @cached_property
    def pictures(self) -> dict[str, dict[str, Picture]]:
        """Name to the stored picture for each role (``hr``, and ``lr`` for pairs).

        Raises:
            DataError: a folder or a file that has to be there is missing.
        """
        found, problems = self._match()
        if problems:
            raise DataError(_report(problems))
        return found

    @cached_property
    def names(self) -> list[str]:
        """Name of every image, in order."""
        return list(self.pictures)

    def folders(self) -> dict[str, Path]:
        """Role to the folder it is read from."""
        return {"hr": self.hr}

    @property
    def patch_size(self) -> int | None:
        """Side of the hr patch in pixels; ``None`` for whole images."""
        return self._transform.patch_size

    def candidates(self) -> tuple[list[SampleFiles], list[str]]:
        """What the folders hold of every wanted image, and what is wrong with the folders.

        Unlike :attr:`pictures` it also gives those that lack a partner or exist twice.
        """
        return self._candidates()

    def check(self) -> None:
        """Look for everything that would fail later, reading headers only.

        Raises:
            DataError: once, with all that was found (the first ten, and the count).
        """
        found, problems = self._match()
        for pictures in found.values():
            try:
                problems += self._size_problems(pictures)
            except DataError as error:
                problems.append(str(error))
        if problems:
            raise DataError(_report(problems))

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, key: int | tuple[int, int]) -> dict[str, Any]:
        epoch, index = key if isinstance(key, tuple) else (None, key)
        name = self.names[index]
        images = {role: self._read(picture) for role, picture in self.pictures[name].items()}
        hr, lr = self._trim(images["hr"]), images.get("lr")
        if epoch is None:
            seed = image_seed(name)
        else:
            seed = derive_seed(self.seed, epoch, index)
            hr, lr = self._transform(hr, lr, seed)
        item = {"hr": to_tensor(hr), "name": name, "seed": seed}
        if lr is not None:
            item["lr"] = to_tensor(lr)
        return item

    def _match(self) -> tuple[dict[str, dict[str, Picture]], list[str]]:
        """Stored pictures of every wanted image, and what stands in the way."""
        candidates, problems = self._candidates()
        if problems:  # an empty folder lacks every name: once is enough
            return {}, problems
        found = {
            candidate.name: {role: stored[0] for role, stored in candidate.pictures.items()}
            for candidate in candidates
            if all(candidate.pictures.values())
        }
        return found, [problem for each in candidates for problem in self._match_problems(each)]

    def _candidates(self) -> tuple[list[SampleFiles], list[str]]:
        hr, problems = pictures_by_name(self.hr)
        wanted = list(hr) if self._wanted is None else self._wanted
        return [SampleFiles(name, {"hr": hr.get(name, [])}) for name in wanted], problems

    def _match_problems(self, candidate: SampleFiles) -> list[str]:
        name, hr = candidate.name, candidate.pictures["hr"]
        if not hr:
            return [
                f"{name}: no such image in {self.hr}: correct the list of names or add the file"
            ]
        if len(hr) > 1:
            return [f"{self.hr / name}: {len(hr)} files differ only in their suffix: keep one"]
        return []

    def _size_problems(self, pictures: dict[str, Picture]) -> list[str]:
        height, width = self._trimmed_size(pictures["hr"])
        patch = self._transform.patch_size or self.scale
        if min(height, width) >= patch:
            return []
        return [
            f"{pictures['hr']}: {height} x {width} pixels (height x width, whole multiples of "
            f"scale {self.scale}) do not hold a patch of {patch}: remove it or set a smaller "
            f"patch_size"
        ]

    def _trimmed_size(self, picture: Picture) -> tuple[int, int]:
        height, width = picture.size()
        return height - height % self.scale, width - width % self.scale

    def _trim(self, hr: np.ndarray) -> np.ndarray:
        height, width = hr.shape[:2]
        return hr[: height - height % self.scale, : width - width % self.scale]

    def _read(self, picture: Picture) -> np.ndarray:
        if self._cache is None:
            return picture.read()
        if picture not in self._cache:
            self._cache[picture] = picture.read()
        return self._cache[picture]


def _report(problems: list[str]) -> str:
    count = len(problems)
    lines = [f"{count} problem{'s' if count > 1 else ''} in the images:"]
    lines += [f"  - {problem}" for problem in problems[:PROBLEMS_SHOWN]]
    if count > PROBLEMS_SHOWN:
        lines.append(f"  ... and {count - PROBLEMS_SHOWN} more")
    return "\n".join(lines)
