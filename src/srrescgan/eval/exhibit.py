"""One image to look at: what every method made of it, around the place where it went wrong."""

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from srrescgan.eval.crops import (
    ErrorMap,
    Window,
    squared_error,
    surroundings,
    worst_window,
)

WINDOW = 96
"""Side of the worst place that is looked for, in hr pixels."""


@dataclass(frozen=True)
class Shown:
    """One image, what every method made of it, and what that scored.

    Args:
        set: name of the data set.
        name: of the image.
        lr: ``(h, w, 3)`` uint8 RGB, a whole number of times smaller than the rest.
        made: by method, ``(H, W, 3)`` uint8 RGB; a method that failed is missing.
        scores: by method, then by :attr:`Column.key`.
        hr: the truth, where it is known.

    Raises:
        ValueError: the sizes do not fit together, or no method made anything.
    """

    set: str
    name: str
    lr: np.ndarray
    made: Mapping[str, np.ndarray]
    scores: Mapping[str, Mapping[str, float]]
    hr: np.ndarray | None = None

    def __post_init__(self) -> None:
        large = [*self.made.values(), *(() if self.hr is None else (self.hr,))]
        shapes = {picture.shape for picture in large}
        expected = (self.lr.shape[0] * self.scale, self.lr.shape[1] * self.scale, 3)
        if not self.made or shapes != {expected}:
            raise ValueError(f"{self.set}/{self.name}: lr is {self.lr.shape}, the rest {shapes}")

    @property
    def scale(self) -> int:
        """How many times smaller lr is."""
        return next(iter(self.made.values())).shape[0] // self.lr.shape[0] if self.made else 0


@dataclass(frozen=True)
class Picture:
    """One picture of an exhibit, compressed without loss."""

    kind: Literal["lr", "method", "hr"]
    label: str
    """Name of the method; ``lr`` and ``hr`` otherwise."""
    data: bytes
    """A lossless WebP file."""
    scores: Mapping[str, float]
    """Of the whole image, by :attr:`Column.key`; of methods only."""
    worst: Window | None = None
    """Where the method is worst, in pixels of this picture; of methods only."""
    badness: float = 0.0
    """How bad it is there, in the exhibit's :attr:`Exhibit.measure`."""

    def pixels(self) -> np.ndarray:
        """``(H, W, 3)`` uint8, the ones that went in."""
        return np.array(Image.open(io.BytesIO(self.data)).convert("RGB"))


@dataclass(frozen=True)
class Exhibit:
    """One image to look at, or the part of it where the judged method is worst."""

    set: str
    name: str
    height: int
    """Of the whole hr image, as :attr:`width`."""
    width: int
    region: Window
    """The part of it that :attr:`pictures` show; lr has the same part."""
    scale: int
    measure: str
    """What :attr:`Picture.badness` is, as one says it before the number."""
    pictures: tuple[Picture, ...]
    """lr, the methods in the order they were given, hr."""
    rank: tuple[float, float]
    """Larger is worse; comparable within a set."""


def exhibit(
    shown: Shown,
    judged: str,
    rank: tuple[float, float],
    crop: int,
    error_map: ErrorMap | None,
) -> Exhibit:
    """Cut an image down to the region around the worst place, and compress it.

    Args:
        shown: the image.
        judged: whose worst place; if it made nothing, that of the first method that did.
        rank: as :attr:`Exhibit.rank`.
        crop: hr pixels each way that are left of an image of more than ``crop * crop`` pixels.
        error_map: says where a method is worst, called by name ``LPIPS``; by default the squared
            error, and where there is no truth the squared difference from bicubic.
    """
    subject = judged if judged in shown.made else next(iter(shown.made))
    height, width = shown.made[subject].shape[:2]
    region = Window(0, 0, height, width)
    if height * width > crop * crop:
        window, *_ = _worst(shown, subject, region, error_map)
        region = surroundings(window, crop, height, width, shown.scale)
    pictures = [Picture("lr", "lr", _compressed(region.divided(shown.scale).of(shown.lr)), {})]
    for name, sr in shown.made.items():
        worst, badness, measure = _worst(shown, name, region, error_map)
        scores = dict(shown.scores.get(name, {}))
        data = _compressed(region.of(sr))
        pictures.append(Picture("method", name, data, scores, worst, badness))
    if shown.hr is not None:
        pictures.append(Picture("hr", "hr", _compressed(region.of(shown.hr)), {}))
    place = (shown.set, shown.name, height, width)
    return Exhibit(*place, region, shown.scale, measure, tuple(pictures), rank)


def _worst(
    shown: Shown, method: str, region: Window, error_map: ErrorMap | None
) -> tuple[Window, float, str]:
    """The worst place within a region, in the region's pixels; how bad it is, and in what."""
    sr = region.of(shown.made[method])
    if shown.hr is None:
        reference = shown.made.get("bicubic", shown.made[method])
        error, measure = squared_error(sr, region.of(reference)), "RMS difference from bicubic"
    elif error_map is None:
        error, measure = squared_error(sr, region.of(shown.hr)), "RMSE"
    else:
        window, badness = worst_window(error_map(sr, region.of(shown.hr)), WINDOW, shown.scale)
        return window, badness, "LPIPS"
    window, badness = worst_window(error, WINDOW, shown.scale)
    return window, math.sqrt(badness), measure


def _compressed(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    # Method 2 takes a third of the time of 4, for 3 % more bytes.
    Image.fromarray(np.ascontiguousarray(picture)).save(file, "WEBP", lossless=True, method=2)
    return file.getvalue()
