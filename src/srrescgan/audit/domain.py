"""Domain: patches of the pictures of a folder, from which every statistic is computed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from srrescgan.audit.flat_blocks import flattest
from srrescgan.data.seeds import derive_seed
from srrescgan.data.stored_image import StoredImage, images_by_name
from srrescgan.errors import ConfigError, DataError
from srrescgan.images import to_tensor
from srrescgan.ops.blocking import PERIOD

SMALLEST = 32
"""Smallest patch, pixels."""


@dataclass(frozen=True)
class Sampling:
    """Selection of pictures and patches.

    Args:
        patch_size: side of a patch, pixels; a multiple of 8, at least 32.
        patches_per_image: patches of one picture; fewer if it has fewer distinct positions.
        max_images: pictures per folder; ``None`` is all.
        seed: selects pictures and positions.

    Raises:
        ConfigError: a number is out of its range.
    """

    patch_size: int
    patches_per_image: int
    max_images: int | None
    seed: int

    def __post_init__(self) -> None:
        if self.patch_size < SMALLEST or self.patch_size % PERIOD:
            raise ConfigError(
                f"patch_size={self.patch_size}: expected a multiple of {PERIOD},"
                f" at least {SMALLEST}"
            )
        for name in ("patches_per_image", "max_images"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigError(f"{name}={value}: must be at least 1")


@dataclass(frozen=True)
class Domain:
    """Patches of the pictures of one folder.

    Attributes:
        folder: of the pictures.
        names: of the pictures used, sorted; relative paths without suffix.
        patches: ``(N, 3, P, P)``, RGB in [0, 1]. They begin at multiples of 8 pixels, so that the
            JPEG grid has the same offset in all patches of a picture.
        picture: ``(N,)``, index into ``names`` for each patch.
        found: number of pictures in the folder.
        too_small: number of pictures skipped because they are smaller than a patch.
    """

    folder: Path
    names: tuple[str, ...]
    patches: Tensor
    picture: Tensor
    found: int
    too_small: int

    @cached_property
    def flat(self) -> tuple[Tensor, Tensor]:
        """Flattest blocks, ``(M, 3, 20, 20)``, and the index of each one's patch, ``(M,)``."""
        return flattest(self.patches, self.picture)

    def halves(self, seed: int) -> tuple["Domain", "Domain"]:
        """Split the pictures at random, independent of their order."""
        ranked = sorted(range(len(self.names)), key=lambda i: derive_seed(seed, self.names[i]))
        middle = len(ranked) // 2
        return self._only(ranked[:middle]), self._only(ranked[middle:])

    def _only(self, chosen: Sequence[int]) -> "Domain":
        chosen = sorted(chosen)
        number = torch.full((len(self.names),), -1)
        number[list(chosen)] = torch.arange(len(chosen))
        picture = number[self.picture]
        kept = picture >= 0
        return replace(
            self,
            names=tuple(self.names[i] for i in chosen),
            patches=self.patches[kept],
            picture=picture[kept],
        )


def sample(folder: Path, sampling: Sampling, at_least: int) -> Domain:
    """Cut patches from the pictures of a folder, packed or not.

    The selection depends on the seed and the pictures' names, not on the order of the files or on
    the sizes of other pictures.

    Raises:
        DataError: fewer than ``at_least`` pictures are large enough, or one cannot be read.
    """
    by_name, problems = images_by_name(folder)
    if problems:
        raise DataError("\n".join(problems))
    pictures = {
        name if index == 0 else f"{name} ({index + 1})": picture
        for name, alike in by_name.items()
        for index, picture in enumerate(alike)
    }
    ranked = sorted(pictures, key=lambda name: derive_seed(sampling.seed, "picture", name))
    patches: dict[str, Tensor] = {}
    too_small = 0
    for name in ranked:
        if len(patches) == sampling.max_images:
            break
        if min(pictures[name].size()) < sampling.patch_size:
            too_small += 1
        else:
            patches[name] = _cut(pictures[name], name, sampling)
    if len(patches) < at_least:
        small = f"; {too_small} more are smaller than patch_size={sampling.patch_size}"
        raise DataError(
            f"{folder}: {len(patches)} usable pictures{small if too_small else ''}. The audit needs"
            f" at least {at_least}: add pictures"
            + (f" or lower patch_size (to {SMALLEST} at the least)" if too_small else "")
            + ("" if sampling.max_images is None else ", and let max_images= allow them")
        )
    names = tuple(sorted(patches))
    counts = torch.tensor([len(patches[name]) for name in names])
    return Domain(
        folder=folder,
        names=names,
        patches=torch.cat([patches[name] for name in names]),
        picture=torch.repeat_interleave(torch.arange(len(names)), counts),
        found=len(pictures),
        too_small=too_small,
    )


def _cut(picture: StoredImage, name: str, sampling: Sampling) -> Tensor:
    pixels = picture.read()
    places = list(_places(pixels.shape[0], pixels.shape[1], name, sampling))
    side = sampling.patch_size
    return torch.stack([to_tensor(pixels[y : y + side, x : x + side]) for y, x in places])


def _places(height: int, width: int, name: str, sampling: Sampling) -> Iterator[tuple[int, int]]:
    rows, columns = ((length - sampling.patch_size) // PERIOD + 1 for length in (height, width))
    count = min(sampling.patches_per_image, rows * columns)
    rng = np.random.default_rng(derive_seed(sampling.seed, "places", name))
    for place in rng.choice(rows * columns, count, replace=False).tolist():
        yield PERIOD * (place // columns), PERIOD * (place % columns)
