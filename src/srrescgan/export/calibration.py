"""Pictures to calibrate a quantized network with."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import skimage.data
import torch
from torch import Tensor

from srrescgan.errors import DataError
from srrescgan.images import list_images, read_image, to_tensor
from srrescgan.ops.resize import imresize

_SIDE = 64  # lr pixels
_MIN_SIDE = 8  # lr pixels: what the noise estimate needs
_MAX_PICTURES = 32  # of a folder


@dataclass(frozen=True)
class Sample:
    """A crop of a picture."""

    lr: Tensor
    """``(1, 3, h, w)`` in [0, 1]."""
    hr: Tensor | None
    """``(1, 3, scale h, scale w)``; ``None``: not known."""


@dataclass(frozen=True)
class Calibration:
    """Crops to calibrate with, and other crops of the same pictures to measure the accuracy on."""

    calibrate: list[Sample]
    measure: list[Sample]
    source: str
    """Number and origin of the pictures, for messages."""


def bundled_photos(scale: int) -> Calibration:
    """Photographs of scikit-image as hr, downscaled by :func:`imresize` as lr."""
    read = (
        skimage.data.astronaut, skimage.data.chelsea, skimage.data.coffee, skimage.data.rocket,
    )  # fmt: skip
    pairs = []
    for photo in read:
        hr = to_tensor(photo())[None]
        height, width = (side // scale * scale for side in hr.shape[-2:])
        hr = hr[..., :height, :width]
        pairs.append(Sample(imresize(hr, Fraction(1, scale)).clamp(0, 1), hr))
    return _halves(pairs, scale, f"{len(pairs)} photographs of scikit-image")


def pictures_of(folder: Path, hr: Path | None, scale: int) -> Calibration:
    """Pictures of a folder, at most 32 of them.

    Args:
        folder: lr pictures like those to be upscaled.
        hr: folder of hr pictures with the same names, of any suffix; ``None``: not known.
        scale: of the network.

    Raises:
        DataError: there is no picture, one cannot be read or is too small, or its hr picture is
            missing or not ``scale`` times as large.
    """
    paths = list_images(folder)
    if not paths:
        raise DataError(
            f"calibration={folder} contains no pictures; give some like those to be upscaled"
        )
    chosen = paths[:: -(-len(paths) // _MAX_PICTURES)]
    hr_paths = {path.stem: path for path in list_images(hr)} if hr else {}
    pairs = [_pair(path, hr_paths.get(path.stem), hr, scale) for path in chosen]
    return _halves(pairs, scale, f"{len(pairs)} pictures of {folder}")


def _pair(path: Path, hr_path: Path | None, hr_folder: Path | None, scale: int) -> Sample:
    lr = to_tensor(read_image(path))[None]
    height, width = lr.shape[-2:]
    if height < _MIN_SIDE or width < 2 * _MIN_SIDE:
        raise DataError(
            f"{path} is {height} x {width} (height x width): calibration needs"
            f" {_MIN_SIDE} x {2 * _MIN_SIDE} or more"
        )
    if hr_folder is None:
        return Sample(lr, None)
    if hr_path is None:
        raise DataError(f"hr={hr_folder} contains no picture named {path.stem}, as {path} is")
    hr = to_tensor(read_image(hr_path))[None]
    expected = (scale * height, scale * width)
    if hr.shape[-2:] != expected:
        raise DataError(
            f"{hr_path} is {tuple(hr.shape[-2:])} (height, width); expected {expected},"
            f" {scale} times {path}"
        )
    return Sample(lr, hr)


def _halves(pairs: Iterable[Sample], scale: int, source: str) -> Calibration:
    """Calibrate with the left half of each picture, measure on the right one."""
    calibrate, measure = [], []
    for pair in pairs:
        middle = pair.lr.shape[-1] // 2
        calibrate.append(_center(pair, 0, middle, scale))
        measure.append(_center(pair, middle, 2 * middle, scale))
    return Calibration(calibrate, measure, source)


def _center(pair: Sample, left: int, right: int, scale: int) -> Sample:
    height = pair.lr.shape[-2]
    size = min(height, _SIDE), min(right - left, _SIDE)
    start = (height - size[0]) // 2, (left + right - size[1]) // 2

    def cut(image: Tensor, factor: int) -> Tensor:
        rows, columns = (
            slice(factor * first, factor * (first + length))
            for first, length in zip(start, size, strict=True)
        )
        return image[..., rows, columns].contiguous(memory_format=torch.contiguous_format)

    return Sample(cut(pair.lr, 1), None if pair.hr is None else cut(pair.hr, scale))
