"""PPM color at more than 8 bits, which Pillow reduces to 8."""

from typing import TypeGuard

import numpy as np
from PIL import Image
from PIL.PpmImagePlugin import PpmImageFile


def stored_deep_ppm(image: Image.Image) -> TypeGuard[PpmImageFile]:
    """Whether a picture, opened and not decoded, is a PPM of RGB with two bytes per sample."""
    return isinstance(image, PpmImageFile) and image.mode == "RGB" and _white(image) > 255


def decode_deep_ppm(image: PpmImageFile) -> np.ndarray:
    """Read the samples, which lie in the file as they are: ``(H, W, 3)`` uint16.

    Raises:
        ValueError: cut short, or samples written out as decimal numbers.
    """
    tile, white = image.tile[0], _white(image)
    if tile.codec_name != "ppm":
        raise ValueError("more than 8 bits as decimal numbers: store them as bytes (P6)")
    count = image.width * image.height * 3
    assert image.fp is not None
    image.fp.seek(tile.offset)
    data = image.fp.read(2 * count)
    levels = np.frombuffer(data, ">u2", count).reshape(image.height, image.width, 3)
    return (levels.astype(np.float32) * (65535 / white)).round().clip(0, 65535).astype(np.uint16)


def _white(image: PpmImageFile) -> int:
    args = image.tile[0].args if image.tile else None
    return int(args[1]) if isinstance(args, tuple) and len(args) > 1 else 0
