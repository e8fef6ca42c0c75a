"""Pictures as training and evaluation see them: 8-bit RGB."""

from pathlib import Path

import numpy as np
from PIL import Image

from srrescgan.errors import DataError
from srrescgan.images.damage import DAMAGE, unreadable
from srrescgan.images.orientation import orientation_in_header, upright


def read_image(path: str | Path) -> np.ndarray:
    """Read a picture, upright by its EXIF tag, whatever its color mode.

    Grey and palette pictures become RGB; transparency is dropped.

    Returns:
        ``(H, W, 3)`` uint8, RGB.

    Raises:
        DataError: missing, empty, not a picture, damaged, or more than 8 bits per channel.
    """
    try:
        # As a file: given a path, Pillow maps some TIFFs into memory, and garbles turned ones.
        with Path(path).open("rb") as file, Image.open(file) as image:
            orientation = orientation_in_header(image)
            if image.mode[0] in "IF":
                raise DataError(
                    f"{path} has more than 8 bits per channel (mode {image.mode}): "
                    f"convert it to an 8-bit PNG"
                )
            image.load()
            # By way of RGBA, because a palette may carry its transparency as bytes.
            rgb = (image.convert("RGBA") if image.mode == "P" else image).convert("RGB")
            return np.array(upright(rgb, orientation))
    except DAMAGE as error:
        raise unreadable(path, error) from error


def image_size(path: str | Path) -> tuple[int, int]:
    """``(height, width)`` that :func:`read_image` will give, from the file's header alone.

    Raises:
        DataError: the header is missing or not that of a picture. A file cut short later passes.
    """
    try:
        with Image.open(path) as image:
            sideways = orientation_in_header(image) >= 5
            width, height = image.size
    except DAMAGE as error:
        raise unreadable(path, error) from error
    return (width, height) if sideways else (height, width)


def image_is_grey(path: str | Path) -> bool:
    """Whether a file stores one channel of grey, from its header alone; a pack never does."""
    try:
        with Image.open(path) as image:
            return image.mode in ("1", "L", "LA", "La") or image.mode[0] in "IF"
    except Image.UnidentifiedImageError:
        return False  # a pack
    except DAMAGE as error:
        raise unreadable(path, error) from error
