"""Images of a problem, side by side, for the HTML report."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from srrescgan.data.stored_image import StoredImage
from srrescgan.doctor.problem import Problem
from srrescgan.errors import DataError

_THUMBNAIL = 256
_CROP = 64
_ENLARGED = 4
_GAP = 8
_MAX_SHOWN = 4
"""Largest number of copies that are shown."""


def problem_images(problem: Problem) -> Iterator[tuple[np.ndarray, str]]:
    """Yield ``(image, caption)`` for copies, wrong partners and misaligned pairs.

    Images are ``(H, W, 3)`` uint8. Nothing is yielded for other problems.
    """
    try:
        if problem.check in ("near_duplicate", "leak", "wrong_partner") and problem.pictures:
            shown = problem.pictures[:_MAX_SHOWN]
            thumbnails = [_thumbnail(picture) for picture in shown]
            yield _side_by_side(thumbnails), " | ".join(map(str, shown))
        elif problem.check == "shift" and len(problem.pictures) == 2:
            lr, hr = problem.pictures
            yield (
                _side_by_side(_centers(lr, hr)),
                f"lr {lr} | hr at its size | their difference (grey: none)",
            )
    except DataError:  # deleted since the scan; the table lists it anyway
        return


def _thumbnail(picture: StoredImage) -> np.ndarray:
    image = Image.fromarray(picture.read())
    image.thumbnail((_THUMBNAIL, _THUMBNAIL), Image.Resampling.BICUBIC)
    return np.asarray(image)


def _centers(lr: StoredImage, hr: StoredImage) -> list[np.ndarray]:
    """Centers of lr, of hr downscaled to lr's size by area, and of half their difference."""
    small, large = lr.read(), hr.read()
    height, width = small.shape[:2]
    scale = max(1, large.shape[0] // height)
    cut = large[: height * scale, : width * scale].astype(np.float32)
    shrunk = cut.reshape(height, scale, width, scale, 3).mean(axis=(1, 3)).round()
    difference = np.clip(128 + (small - shrunk) / 2, 0, 255)
    top, left = max(0, (height - _CROP) // 2), max(0, (width - _CROP) // 2)
    return [
        part[top : top + _CROP, left : left + _CROP]
        .astype(np.uint8)
        .repeat(_ENLARGED, axis=0)
        .repeat(_ENLARGED, axis=1)
        for part in (small, shrunk, difference)
    ]


def _side_by_side(images: list[np.ndarray]) -> np.ndarray:
    height = max(image.shape[0] for image in images)
    width = sum(image.shape[1] + _GAP for image in images) - _GAP
    canvas = np.full((height, width, 3), 255, np.uint8)
    left = 0
    for image in images:
        canvas[: image.shape[0], left : left + image.shape[1]] = image
        left += image.shape[1] + _GAP
    return canvas
