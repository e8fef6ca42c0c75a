"""Reads image files as 8-bit RGB, for training and evaluation."""

from pathlib import Path

import numpy as np
from PIL import Image

from srrescgan.errors import DataError
from srrescgan.images.damage import READ_ERRORS, unreadable
from srrescgan.images.orientation import orientation_in_header, upright


def read_image(path: str | Path) -> np.ndarray:
    """Read an image of any color mode as RGB, turned upright by its EXIF orientation.

    Grey and palette images become RGB; transparency is dropped.

    Returns:
        ``(H, W, 3)`` uint8, RGB.

    Raises:
        DataError: the file is missing, empty, no image, damaged, or has over 8 bits per channel.
    """
    try:
        # Pass an open file: given a path, Pillow maps some TIFFs into memory and garbles turned
        # ones.
        with Path(path).open("rb") as file, Image.open(file) as image:
            orientation = orientation_in_header(image)
            if image.mode[0] in "IF":
                raise DataError(
                    f"{path} has more than 8 bits per channel (mode {image.mode}): "
                    f"convert it to an 8-bit PNG"
                )
            image.load()
            # Via RGBA, because a palette may store its transparency as bytes.
            rgb = (image.convert("RGBA") if image.mode == "P" else image).convert("RGB")
            return np.array(upright(rgb, orientation))
    except READ_ERRORS as error:
        raise unreadable(path, error) from error


def image_size(path: str | Path) -> tuple[int, int]:
    """``(height, width)`` of the result of :func:`read_image`, from the file's header alone.

    Raises:
        DataError: the header is missing or not that of an image. Damage further on is not detected.
    """
    try:
        with Image.open(path) as image:
            sideways = orientation_in_header(image) >= 5
            width, height = image.size
    except READ_ERRORS as error:
        raise unreadable(path, error) from error
    return (width, height) if sideways else (height, width)


def image_is_grey(path: str | Path) -> bool:
    """Whether an image file is grey, from its header alone; False for a pack."""
    try:
        with Image.open(path) as image:
            return image.mode in ("1", "L", "LA", "La") or image.mode[0] in "IF"
    except Image.UnidentifiedImageError:
        return False  # a pack
    except READ_ERRORS as error:
        raise unreadable(path, error) from error
