"""Reads 16-bit color, for which Pillow has no mode: it silently reads 8 bits.

Pillow's decoders take a raw mode that says which byte of every 16-bit sample to keep. So a file is
decoded twice, once for the high and once for the low bytes, by the same code that detects damage in
8-bit files. No second library has to agree with it on palettes, planes, channel order and
orientation. PPM stores its samples uncompressed and is read directly.
"""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeGuard

import numpy as np
from PIL import Image, ImageFile
from PIL.PpmImagePlugin import PpmImageFile

from srrescgan.images.orientation import upright

Reopen = Callable[[], AbstractContextManager[Image.Image]]
"""Opens the same file once more."""

# TIFF tags: planar configuration (2: one plane per channel) and bits per channel.
_PLANAR, _BITS = 284, 258


def raw_mode(image: Image.Image) -> str:
    """Pillow's raw mode: how the file stores a pixel; empty once the picture is decoded."""
    tiles = getattr(image, "tile", [])
    if not tiles:
        return ""
    args = tiles[0][3]
    return str(args if isinstance(args, str) else args[0] if args else "")


def stores_16_bit_color(image: Image.Image) -> bool:
    """Whether a picture, open but not decoded, stores color or transparency at 16 bits."""
    return raw_mode(image)[-4:-1] == ";16" and image.mode in ("RGB", "RGBA")


def is_misread_planar(image: Image.Image) -> bool:
    """Whether a TIFF stores each channel as a plane, in a way that Pillow misreads."""
    tags = getattr(image, "tag_v2", {})
    return tags.get(_PLANAR) == 2 and (16 in tags.get(_BITS, ()) or image.mode == "LA")


def decode_16_bit(image: Image.Image, reopen: Reopen, orientation: Callable[[], int]) -> np.ndarray:
    """Decode a picture for which :func:`stores_16_bit_color` holds; leaves ``image`` decoded.

    Args:
        image: opened and not decoded.
        reopen: opens the same file once more.
        orientation: gives the EXIF orientation; called after ``image`` is decoded.

    Returns:
        ``(H, W, C)`` uint16: grey and alpha, RGB or RGBA, upright, straight color.
    """
    raw = raw_mode(image)
    channels, order = raw[:-4].replace("a", "A"), raw[-1]
    low_first = order == "L" or (order == "N" and sys.byteorder == "little")
    if channels == "LA":
        # Four bytes per pixel, which Pillow can read at once as four 8-bit channels.
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
    return unpremultiplied(levels) if raw.startswith("RGBa") else levels


def unpremultiplied(levels: np.ndarray) -> np.ndarray:
    """Undo premultiplication: divide the color of ``(H, W, C)`` by its last channel, alpha.

    Takes and returns uint8 or uint16.
    """
    color, alpha = levels[..., :-1], levels[..., -1:]
    white = np.iinfo(levels.dtype).max
    divided = color * np.float32(white) / np.maximum(alpha, 1)
    return np.concatenate([divided.round().clip(0, white).astype(levels.dtype), alpha], axis=-1)


def is_16_bit_ppm(image: Image.Image) -> TypeGuard[PpmImageFile]:
    """Whether a picture, open but not decoded, is an RGB PPM with two bytes per sample."""
    return isinstance(image, PpmImageFile) and image.mode == "RGB" and _white(image) > 255


def decode_16_bit_ppm(image: PpmImageFile) -> np.ndarray:
    """Read the uncompressed samples of a PPM, scaled to 16 bits: ``(H, W, 3)`` uint16.

    Raises:
        ValueError: the file is truncated, or its samples are decimal numbers (P3).
    """
    tile, white = image.tile[0], _white(image)
    if tile.codec_name != "ppm":
        raise ValueError(
            "more than 8 bits stored as decimal numbers (P3): save it in the binary form (P6)"
        )
    count = image.width * image.height * 3
    assert image.fp is not None
    image.fp.seek(tile.offset)
    data = image.fp.read(2 * count)
    levels = np.frombuffer(data, ">u2", count).reshape(image.height, image.width, 3)
    return (levels.astype(np.float32) * (65535 / white)).round().clip(0, 65535).astype(np.uint16)


def _decode_as(image: Image.Image, raw_mode: str) -> None:
    assert isinstance(image, ImageFile.ImageFile)
    image.tile = [
        tile._replace(
            args=raw_mode if isinstance(tile.args, str) else (raw_mode, *(tile.args or ())[1:])
        )
        for tile in image.tile
    ]
    image.load()


def _white(image: PpmImageFile) -> int:
    args = image.tile[0].args if image.tile else None
    return int(args[1]) if isinstance(args, tuple) and len(args) > 1 else 0
