"""The formats that pictures can be written in, and what each can hold."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """What a format can hold.

    Args:
        suffix: of its files, with the dot.
        depths: bits per channel that it stores.
        alpha: whether it stores transparency.
        max_side: of a picture, in pixels.
        streams: written row by row in bounded memory; otherwise put together in memory first.
        quality: whether it takes a quality from 1 to 100.
    """

    suffix: str
    depths: tuple[int, ...]
    alpha: bool
    max_side: int
    streams: bool
    quality: bool


FORMATS = {
    "png": Format(".png", (8, 16), alpha=True, max_side=2**31 - 1, streams=True, quality=False),
    "tiff": Format(".tiff", (8, 16), alpha=True, max_side=2**31 - 1, streams=True, quality=False),
    "jpg": Format(".jpg", (8,), alpha=False, max_side=65_500, streams=False, quality=True),
    "webp": Format(".webp", (8,), alpha=True, max_side=16_383, streams=False, quality=True),
    "bmp": Format(".bmp", (8,), alpha=False, max_side=2**31 - 1, streams=False, quality=False),
}
"""By the name that :func:`writing_photo` takes."""
