"""Pictures side by side, for the problems that one has to see."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from srrescgan.data.pictures import Picture
from srrescgan.doctor.problem import Problem
from srrescgan.errors import DataError

_THUMBNAIL = 256
_CROP = 64
_ENLARGED = 4
_GAP = 8
_MOST = 4
"""Members of a group of copies that are shown."""


def figures(problem: Problem) -> Iterator[tuple[np.ndarray, str]]:
    """Yield ``(picture, caption)`` for copies and for pairs that do not lie on each other."""
    try:
        if problem.check in ("near_duplicate", "leak", "wrong_partner") and problem.pictures:
            shown = problem.pictures[:_MOST]
            yield _beside([_thumbnail(picture) for picture in shown]), " | ".join(map(str, shown))
        elif problem.check == "shift" and len(problem.pictures) == 2:
            lr, hr = problem.pictures
            yield (
                _beside(_centres(lr, hr)),
                f"lr {lr} | hr at its size | their difference (grey: none)",
            )
    except DataError:  # gone since it was examined: the table has it all the same
        return


def _thumbnail(picture: Picture) -> np.ndarray:
    image = Image.fromarray(picture.read())
    image.thumbnail((_THUMBNAIL, _THUMBNAIL), Image.Resampling.BICUBIC)
    return np.asarray(image)


def _centres(lr: Picture, hr: Picture) -> list[np.ndarray]:
    """The middle of lr, of hr brought to lr's size by area, and of half their difference."""
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


def _beside(images: list[np.ndarray]) -> np.ndarray:
    height = max(image.shape[0] for image in images)
    width = sum(image.shape[1] + _GAP for image in images) - _GAP
    canvas = np.full((height, width, 3), 255, np.uint8)
    left = 0
    for image in images:
        canvas[: image.shape[0], left : left + image.shape[1]] = image
        left += image.shape[1] + _GAP
    return canvas
