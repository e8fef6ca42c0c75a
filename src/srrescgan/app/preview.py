"""Before and after pictures of the slider, at the same size."""

from pathlib import Path

import numpy as np
from PIL import Image

from srrescgan.images import Photo, read_photo

MAX_SIDE = 4096
"""Longest side in pixels that browsers show reliably; of larger pictures, the center is shown."""


def write_preview(source: Path, large: Path, folder: Path) -> tuple[Path, Path]:
    """Write the before and after pictures as 8-bit PNG, with the color profile of the photo.

    Before is the photo enlarged bicubically.

    Args:
        source: the photo.
        large: the photo, super-resolved.
        folder: where to write.

    Returns:
        Before and after.

    Raises:
        DataError: one of them cannot be read, for instance because ``large`` has too many pixels.
    """
    lr, sr = _as_pillow(read_photo(source)), _as_pillow(read_photo(large))
    left, top, right, bottom = _center(sr.size)
    scale = sr.width / lr.width
    box = left / scale, top / scale, right / scale, bottom / scale
    pictures = {
        "before": lr.resize((right - left, bottom - top), Image.Resampling.BICUBIC, box),
        "after": sr.crop((left, top, right, bottom)),
    }
    for name, picture in pictures.items():
        picture.save(folder / f"{name}.png", icc_profile=sr.info.get("icc_profile"))
    return folder / "before.png", folder / "after.png"


def is_cropped(size: tuple[int, int]) -> bool:
    """Whether only the center of a picture of this size is shown."""
    return max(size) > MAX_SIDE


def _center(size: tuple[int, int]) -> tuple[int, int, int, int]:
    width, height = size
    left, top = (max(0, (side - MAX_SIDE) // 2) for side in size)
    return left, top, left + min(width, MAX_SIDE), top + min(height, MAX_SIDE)


def _as_pillow(photo: Photo) -> Image.Image:
    channels = photo.pixels if photo.alpha is None else np.dstack([photo.pixels, photo.alpha])
    levels = channels if channels.dtype == np.uint8 else (channels >> 8).astype(np.uint8)
    picture = Image.fromarray(levels[..., 0] if levels.shape[2] == 1 else levels)
    picture.info["icc_profile"] = photo.metadata.icc
    return picture
