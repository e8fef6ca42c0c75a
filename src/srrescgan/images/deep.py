"""Color at 16 bits, which Pillow has no mode for and silently reads at 8.

Its decoders can be told which byte of every 16-bit sample to keep: it is the one instruction of a
tile that differs. So the file is decoded once for the first bytes and once for the second, by the
same code that finds the damage in 8-bit files; no second library has to agree with it on palettes,
planes, channel order and orientation.
"""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np
from PIL import Image, ImageFile

from srrescgan.images.orientation import upright

Reopen = Callable[[], AbstractContextManager[Image.Image]]
"""Opens the same file once more."""

# TIFF tags: 2 for one plane per channel; bits per channel.
_PLANAR, _BITS = 284, 258


def raw_mode(image: Image.Image) -> str:
    """How the file stores a pixel, in Pillow's words; nothing once the picture is decoded."""
    tiles = getattr(image, "tile", [])
    if not tiles:
        return ""
    args = tiles[0][3]
    return str(args if isinstance(args, str) else args[0] if args else "")


def stored_deep(image: Image.Image) -> bool:
    """Whether a picture, opened and not decoded, stores color or transparency at 16 bits."""
    return raw_mode(image)[-4:-1] == ";16" and image.mode in ("RGB", "RGBA")


def planes_apart(image: Image.Image) -> bool:
    """Whether a TIFF stores its channels one after the other in a way that Pillow misreads."""
    tags = getattr(image, "tag_v2", {})
    return tags.get(_PLANAR) == 2 and (16 in tags.get(_BITS, ()) or image.mode == "LA")


def decode_deep(image: Image.Image, reopen: Reopen, orientation: Callable[[], int]) -> np.ndarray:
    """Decode a picture for which :func:`stored_deep` holds; leaves ``image`` decoded.

    Args:
        image: opened and not decoded.
        reopen: opens the same file once more.
        orientation: asked when ``image`` is decoded.

    Returns:
        ``(H, W, C)`` uint16: grey and alpha, RGB or RGBA, upright, straight color.
    """
    raw = raw_mode(image)
    channels, order = raw[:-4].replace("a", "A"), raw[-1]
    low_first = order == "L" or (order == "N" and sys.byteorder == "little")
    if channels == "LA":
        # Four bytes per pixel: Pillow may take them for four channels, all in one go.
        _decode_as(image, "RGBA")
        pairs = np.array(upright(image, orientation()))
        first, second = pairs[..., 0::2], pairs[..., 1::2]
    else:
        _decode_as(image, f"{channels};16B")
        turn = orientation()
        first = np.array(upright(image, turn))
        with reopen() as again:
            _decode_as(again, f"{channels};16L")
            second = np.array(upright(again, turn))
    low, high = (first, second) if low_first else (second, first)
    levels = high.astype(np.uint16) << 8 | low
    return straight(levels) if raw.startswith("RGBa") else levels


def straight(levels: np.ndarray) -> np.ndarray:
    """Divide the color of ``(H, W, C)`` uint8 or uint16, its last channel alpha, by that alpha."""
    color, alpha = levels[..., :-1], levels[..., -1:]
    white = np.iinfo(levels.dtype).max
    divided = color * np.float32(white) / np.maximum(alpha, 1)
    return np.concatenate([divided.round().clip(0, white).astype(levels.dtype), alpha], axis=-1)


def _decode_as(image: Image.Image, raw_mode: str) -> None:
    assert isinstance(image, ImageFile.ImageFile)
    image.tile = [
        tile._replace(
            args=raw_mode if isinstance(tile.args, str) else (raw_mode, *(tile.args or ())[1:])
        )
        for tile in image.tile
    ]
    image.load()
