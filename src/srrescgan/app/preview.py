"""What the slider shows: a photo and what became of it, at the same size."""

from pathlib import Path

import numpy as np
from PIL import Image

from srrescgan.images import Photo, read_photo

LARGEST = 4096
"""Pixels a side that browsers show without trouble; of more, the middle is shown."""


def write_preview(source: Path, large: Path, folder: Path) -> tuple[Path, Path]:
    """Write the two pictures of a before-and-after comparison as 8-bit PNG, colors as they were.

    Before is the photo enlarged bicubically, which is what any program would do.

    Args:
        source: the photo.
        large: the photo, super-resolved.
        folder: where to write.

    Returns:
        Before and after.

    Raises:
        DataError: one of them cannot be read; ``large`` may have too many pixels for that.
    """
    lr, sr = _as_pillow(read_photo(source)), _as_pillow(read_photo(large))
    left, top, right, bottom = _middle(sr.size)
    scale = sr.width / lr.width
    seen = left / scale, top / scale, right / scale, bottom / scale
    pictures = {
        "before": lr.resize((right - left, bottom - top), Image.Resampling.BICUBIC, seen),
        "after": sr.crop((left, top, right, bottom)),
    }
    for name, picture in pictures.items():
        picture.save(folder / f"{name}.png", icc_profile=sr.info.get("icc_profile"))
    return folder / "before.png", folder / "after.png"


def is_part(size: tuple[int, int]) -> bool:
    """Whether only the middle of a picture of this size is shown."""
    return max(size) > LARGEST


def _middle(size: tuple[int, int]) -> tuple[int, int, int, int]:
    width, height = size
    left, top = (max(0, (side - LARGEST) // 2) for side in size)
    return left, top, left + min(width, LARGEST), top + min(height, LARGEST)


def _as_pillow(photo: Photo) -> Image.Image:
    channels = photo.pixels if photo.alpha is None else np.dstack([photo.pixels, photo.alpha])
    levels = channels if channels.dtype == np.uint8 else (channels >> 8).astype(np.uint8)
    picture = Image.fromarray(levels[..., 0] if levels.shape[2] == 1 else levels)
    picture.info["icc_profile"] = photo.metadata.icc
    return picture
