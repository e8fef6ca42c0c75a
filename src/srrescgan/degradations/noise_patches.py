"""Noise patches: flat places of real photographs, where everything that varies is noise."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from srrescgan.errors import DataError
from srrescgan.files import text_hash
from srrescgan.images import list_images, read_image


class NoisePatches:
    """Flat windows of the photographs in a folder, collected at the first use.

    How RealSR collects the noise of a camera (Ji et al., Real-World Super-Resolution via Kernel
    Estimation and Noise Injection, CVPRW 2020, section 3.3): a photograph is divided into windows
    that do not overlap, and those whose gray levels hardly vary are kept. (RealSR also estimates
    the blur kernels of the camera with KernelGAN. That is not done here.)

    The photographs are visited in an order that depends on their names only, until ``max_patches``
    are collected, so the same folder gives the same patches on every machine. The three limits
    below that are not in the paper bound memory and time, and keep one photograph of a sky from
    providing most patches.

    Args:
        folder: of photographs, sub-folders included.
        size: side of a window in pixels; RealSR has 256.
        max_variance: largest variance of the gray levels (0-255) of a window; RealSR has 20.
        min_mean: smallest mean gray level (0-255); RealSR has 0 for NTIRE 2020 track 1 and 50 for
            the dark noise of DPED (track 2).
        max_patches: to collect; 500 windows of 256 pixels are 94 MiB. Not in the paper.
        max_per_photo: windows of one photograph, spread evenly over its flat ones. Not in the
            paper.

    Raises:
        ValueError: no folder is given, or an argument is out of range.
    """

    def __init__(
        self,
        folder: str | None,
        size: int = 256,
        max_variance: float = 20.0,
        min_mean: float = 0.0,
        max_patches: int = 500,
        max_per_photo: int = 20,
    ) -> None:
        if folder is None:
            raise ValueError(
                "noise injection needs the photographs to take the noise from: noise_source=FOLDER"
            )
        for name, value in (("size", size), ("max_patches", max_patches)):
            if value < 1:
                raise ValueError(f"{name} of the noise patches must be at least 1, got {value}")
        if max_per_photo < 1 or max_variance <= 0:
            raise ValueError(
                f"noise patches: max_per_photo must be at least 1 and max_variance above 0, got "
                f"{max_per_photo} and {max_variance}"
            )
        self.folder = Path(folder).expanduser()
        self.size = size
        self.max_variance = max_variance
        self.min_mean = min_mean
        self.max_patches = max_patches
        self.max_per_photo = max_per_photo

    @cached_property
    def patches(self) -> Tensor:
        """``(N, 3, size, size)`` uint8, at least one patch.

        Raises:
            DataError: the folder is missing or has no flat window, or a photograph is unreadable.
        """
        found: list[np.ndarray] = []
        smallest: list[float] = []  # variance of each photograph's flattest window
        photos = 0
        for image in self._photographs():
            photos += 1
            windows, variances, means = self._windows(image)
            bright = means > self.min_mean
            if bright.any():
                smallest.append(float(variances[bright].min()))
            flat = np.flatnonzero(bright & (variances < self.max_variance))
            if len(flat) > self.max_per_photo:
                flat = flat[np.linspace(0, len(flat) - 1, self.max_per_photo).astype(int)]
            found.extend(windows[flat])
            if len(found) >= self.max_patches:
                break
        if not found:
            raise DataError(self._explain(photos, smallest))
        stacked = np.stack(found[: self.max_patches]).transpose(0, 3, 1, 2)
        return torch.from_numpy(np.ascontiguousarray(stacked))

    def _photographs(self) -> Iterator[np.ndarray]:
        names = {path: path.relative_to(self.folder).as_posix() for path in self._list()}
        for path in sorted(names, key=lambda path: text_hash(names[path])):
            yield read_image(path)

    def _list(self) -> list[Path]:
        try:
            return list_images(self.folder)
        except DataError as error:
            raise DataError(f"noise_source: {error}") from error

    def _windows(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Windows of ``(H, W, 3)``, and variance and mean of the gray levels of each."""
        size = self.size
        rows, columns = image.shape[0] // size, image.shape[1] // size
        cut = image[: rows * size, : columns * size]
        if not (rows and columns):
            return np.empty((0, size, size, 3), np.uint8), np.empty(0), np.empty(0)
        gray = np.asarray(Image.fromarray(cut).convert("L"), np.float32)
        tiled = gray.reshape(rows, size, columns, size).swapaxes(1, 2).reshape(-1, size * size)
        windows = cut.reshape(rows, size, columns, size, 3).swapaxes(1, 2)
        flat_list = windows.reshape(-1, size, size, 3)
        return flat_list, tiled.var(axis=1, dtype=np.float64), tiled.mean(axis=1, dtype=np.float64)

    def _explain(self, photos: int, smallest: list[float]) -> str:
        """Say why there is no patch, and which option to change."""
        where = f"noise_source: {self.folder}"
        if not photos:
            return f"{where} has no images: expected photographs with the noise to inject"
        if not smallest:
            return (
                f"{where}: none of {photos} photographs has a window of {self.size} x {self.size} "
                f"pixels with a mean gray level above {self.min_mean:g}: use larger photographs, "
                f"or a smaller size= or min_mean= of the noise patches "
                f"(degradation.steps.1.patches.size in realsr.yaml)"
            )
        low, high = min(smallest), max(smallest)
        return (
            f"{where}: none of {photos} photographs has a flat window of {self.size} x {self.size} "
            f"pixels. Their flattest windows have variances of the gray levels from {low:.1f} to "
            f"{high:.1f}; below {self.max_variance:g} is expected. Use photographs with sky or "
            f"walls, or a larger max_variance= or smaller size= of the noise patches "
            f"(degradation.steps.1.patches.max_variance in realsr.yaml)"
        )
