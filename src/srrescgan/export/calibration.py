"""Pictures that show which values flow through a network."""

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
_LEAST = 8  # likewise: what the noise estimate needs
_MOST = 32  # pictures of a folder


@dataclass(frozen=True)
class Sample:
    """A piece of a picture."""

    lr: Tensor
    """``(1, 3, h, w)`` in [0, 1]."""
    hr: Tensor | None
    """``(1, 3, scale h, scale w)``, where the truth is known."""


@dataclass(frozen=True)
class Calibration:
    """Pieces to learn from, and others of the same pictures to measure what has come of it."""

    learn: list[Sample]
    measure: list[Sample]
    source: str
    """Where the pictures are from, for a sentence."""


def bundled_photos(scale: int) -> Calibration:
    """Photographs of scikit-image as hr, made smaller by :func:`imresize` as lr."""
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
    """The user's own pictures, at most 32 of them.

    Args:
        folder: lr pictures, such as are going to be upscaled.
        hr: the true pictures under the same names, of any suffix; ``None``: not known.
        scale: of the network.

    Raises:
        DataError: there is no picture, one cannot be read or is too small, or its hr picture is
            missing or of another size than ``scale`` says.
    """
    paths = list_images(folder)
    if not paths:
        raise DataError(f"calibration={folder} holds no pictures; give some to be upscaled")
    chosen = paths[:: -(-len(paths) // _MOST)]
    truths = {path.stem: path for path in list_images(hr)} if hr else {}
    pairs = [_pair(path, truths.get(path.stem), hr, scale) for path in chosen]
    return _halves(pairs, scale, f"{len(pairs)} pictures of {folder}")


def _pair(path: Path, truth: Path | None, folder: Path | None, scale: int) -> Sample:
    lr = to_tensor(read_image(path))[None]
    height, width = lr.shape[-2:]
    if height < _LEAST or width < 2 * _LEAST:
        raise DataError(
            f"{path} is {height} x {width} (height x width): calibration needs"
            f" {_LEAST} x {2 * _LEAST} or more"
        )
    if folder is None:
        return Sample(lr, None)
    if truth is None:
        raise DataError(f"{path} has no picture of that name in hr={folder}")
    hr = to_tensor(read_image(truth))[None]
    expected = (scale * height, scale * width)
    if hr.shape[-2:] != expected:
        raise DataError(
            f"{truth} is {tuple(hr.shape[-2:])} (height, width); {scale} times {path} is {expected}"
        )
    return Sample(lr, hr)


def _halves(pairs: Iterable[Sample], scale: int, source: str) -> Calibration:
    """Learn from the left half of each picture, measure in the right one."""
    learn, measure = [], []
    for pair in pairs:
        middle = pair.lr.shape[-1] // 2
        learn.append(_centre(pair, 0, middle, scale))
        measure.append(_centre(pair, middle, 2 * middle, scale))
    return Calibration(learn, measure, source)


def _centre(pair: Sample, left: int, right: int, scale: int) -> Sample:
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
