"""Folders of two unpaired domains: hr images to degrade, and pictures of the camera."""

from pathlib import Path
from typing import Any

import numpy as np

from srrescgan.data.hr_folder import HRFolder
from srrescgan.data.image_folder import ImageFolder
from srrescgan.data.seeds import derive_seed
from srrescgan.data.stored_image import SampleFiles
from srrescgan.data.transforms import PatchTransform
from srrescgan.errors import DataError
from srrescgan.images import to_tensor


class UnpairedFolder(HRFolder):
    """High-resolution patches, each with an unrelated lr-sized patch of the camera's pictures.

    ``dataset[epoch, index]`` has ``lr_real`` ``(3, P / scale, P / scale)`` besides the ``hr``
    patch ``(3, P, P)`` of :class:`HRFolder`. An epoch has every picture of the larger folder once,
    each with a random picture of the other. DSGAN has two variants:

    - clean pictures in ``hr``, the camera's in ``real`` (SRResCGAN; Umer, Foresti, Micheloni, CVPRW
      2020): the network degrades clean pictures;
    - ``real=None`` (Fritsche, Gu, Timofte, ICCVW 2019): ``hr`` has the camera's pictures, and
      ``lr_real`` is a random crop of the ``hr`` patch; the network learns to restore the noise that
      downscaling removed.

    Args:
        hr: folder of the pictures to downscale and degrade.
        real: folder of the camera's pictures; ``None`` to crop the hr patches.
        scale: integer factor between hr and lr.
        patch_size: side of the *hr* patch in pixels, a multiple of ``scale``.
        augment: flip and rotate patches at random.
        seed: for crops, flips and random pictures.
        names: of the images in ``hr`` to use, in this order; ``None`` for all.
        real_names: of the images in ``real`` to use; ``None`` for all.
        cache: keep decoded images in memory (uint8; each worker process has its own copy).
    """

    def __init__(
        self,
        hr: str,
        real: str | None,
        scale: int,
        patch_size: int,
        augment: bool = False,
        seed: int = 0,
        names: list[str] | None = None,
        real_names: list[str] | None = None,
        cache: bool = False,
    ) -> None:
        super().__init__(hr, scale, patch_size, augment, seed, names, cache)
        lr_size = patch_size // scale
        self.camera = (
            None if real is None else ImageFolder("real", real, names=real_names, min_size=lr_size)
        )
        self._crop_real = PatchTransform(1, lr_size, augment=augment and real is not None)

    def folders(self) -> dict[str, Path]:
        """Folder of each role."""
        return {"hr": self.hr, "real": self.hr if self.camera is None else self.camera.folder}

    def candidates(self) -> tuple[list[SampleFiles], list[str]]:
        """Files of every requested image in both folders, and the problems of the folders."""
        candidates, problems = super().candidates()
        if self.camera is None:
            return candidates, problems
        real, real_problems = self.camera.candidates()
        return [*candidates, *real], [*problems, *real_problems]

    def check(self) -> None:
        """Check both folders; reads headers only.

        Raises:
            DataError: lists the problems of both.
        """
        problems = []
        for check in (super().check, *([] if self.camera is None else [self.camera.check])):
            try:
                check()
            except DataError as error:
                problems.append(str(error))
        if problems:
            raise DataError("\n".join(problems))

    def __len__(self) -> int:
        return max(len(self.names), len(self.camera or []))

    def __getitem__(self, key: int | tuple[int, int]) -> dict[str, Any]:
        if not isinstance(key, tuple):
            return super().__getitem__(key)
        epoch, index = key
        seed = derive_seed(self.seed, epoch, index)
        name = self.names[_random_index(index, len(self.names), len(self), seed)]
        hr = self.crop_to_multiple(self.read(name, "hr"))
        hr, _ = self._transform(hr, None, seed)
        real, _ = self._crop_real(self._real(index, hr, seed), None, derive_seed(seed, "real"))
        return {"hr": to_tensor(hr), "lr_real": to_tensor(real), "name": name, "seed": seed}

    def _real(self, index: int, hr: np.ndarray, seed: int) -> np.ndarray:
        """Return the picture from which ``lr_real`` is cropped."""
        if self.camera is None:
            return hr
        names = self.camera.names
        name = names[_random_index(index, len(names), len(self), derive_seed(seed, "camera"))]
        return self.camera.read(name, "real")


def _random_index(index: int, size: int, longest: int, seed: int) -> int:
    """Return ``index`` for the larger folder, a random index for the smaller one."""
    return index if size == longest else int(np.random.default_rng(seed).integers(size))
