"""Writes image files atomically, in every format."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from srrescgan.errors import ConfigError, DataError, nearest
from srrescgan.files import replacing
from srrescgan.images.encoder import Encoder, Layout
from srrescgan.images.metadata import NO_METADATA, Metadata
from srrescgan.images.pillow_encoder import PillowEncoder
from srrescgan.images.png_encoder import PngEncoder
from srrescgan.images.tiff_encoder import TiffEncoder


@dataclass(frozen=True)
class Format:
    """Capabilities of an image format.

    Args:
        suffix: suffix of its files, with the dot.
        depths: bits per channel that it stores.
        alpha: whether it stores transparency.
        max_side: largest height and width, in pixels.
        streams: whether it is written row by row in bounded memory, not from a whole image.
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


def write_png(path: str | Path, image: np.ndarray) -> None:
    """Write ``(H, W, 3)`` uint8 as a PNG, atomically; creates the folder.

    Raises:
        DataError: the disk is full or not writable; an existing file stays as it was.
    """
    with _disk_errors(path), replacing(Path(path)) as temporary:
        Image.fromarray(image).save(temporary, format="PNG")


class PhotoWriter:
    """Writes the rows of an image from top to bottom, any number at a time.

    Created by :func:`writing_photo`.
    """

    def __init__(self, path: Path, layout: Layout, encoder: Encoder) -> None:
        self._path = path
        self._layout = layout
        self._encoder = encoder
        self._written = 0

    def write(self, rows: np.ndarray) -> None:
        """Write the next ``(n, width, channels)`` rows, uint8 or uint16 by the depth.

        Raises:
            ValueError: another shape or type, or more rows than the image has.
            DataError: the disk is full or not writable.
        """
        layout = self._layout
        if rows.dtype != layout.dtype or rows.shape[1:] != (layout.width, layout.channels):
            raise ValueError(
                f"rows of {rows.shape} {rows.dtype}: expected (n, {layout.width}, "
                f"{layout.channels}) {layout.dtype}"
            )
        self._written += len(rows)
        if self._written > layout.height:
            raise ValueError(f"{self._written} rows for an image of height {layout.height}")
        with _disk_errors(self._path):
            self._encoder.write(rows)

    def finish(self) -> None:
        """Complete the file; called by :func:`writing_photo`."""
        if self._written < self._layout.height:
            raise ValueError(f"{self._written} rows for an image of height {self._layout.height}")
        with _disk_errors(self._path):
            self._encoder.finish()


@contextmanager
def writing_photo(
    path: str | Path,
    *,
    format: str,
    height: int,
    width: int,
    channels: int,
    depth: int = 8,
    metadata: Metadata = NO_METADATA,
    quality: int | None = None,
) -> Iterator[PhotoWriter]:
    """Open an image file for writing by rows; it appears complete when the block ends.

    Until then, and if the block raises, an existing file stays as it was. PNG and TIFF are written
    row by row with bounded memory; the other formats are encoded from the whole image in memory.
    Metadata that the format cannot store is left out, and so is a color profile for another number
    of channels.

    Args:
        path: path of the file; its folder is created. The suffix is not checked.
        format: one of :data:`FORMATS`.
        height: in pixels.
        width: in pixels.
        channels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA; straight color.
        depth: bits per channel, 8 or 16: rows are uint8 or uint16.
        metadata: metadata to store.
        quality: 1 to 100; None is 95 for jpg, and lossless for webp, as is 100.

    Raises:
        ConfigError: the format does not exist, or does not support this depth, alpha or quality.
        DataError: the image exceeds the format's size or the memory, or the disk is full or not
            writable.
        ValueError: too few or too many rows were written.
    """
    path, layout = Path(path), Layout(height, width, channels, depth)
    _check(path, format, layout, quality)
    metadata = metadata.for_channels(channels)
    with ExitStack() as stack:
        with _disk_errors(path):
            temporary = stack.enter_context(replacing(path))
            file = stack.enter_context(temporary.open("wb"))
            encoder = _encoder(file, format, layout, metadata, quality)
        writer = PhotoWriter(path, layout, encoder)
        try:
            yield writer
            writer.finish()
        except BaseException:
            with suppress(OSError):  # a full disk raises again
                file.close()
            raise
        with _disk_errors(path):
            stack.close()


def _encoder(
    file: BinaryIO, format: str, layout: Layout, metadata: Metadata, quality: int | None
) -> Encoder:
    if format == "png":
        return PngEncoder(file, layout, metadata)
    if format == "tiff":
        return TiffEncoder(file, layout, metadata)
    return PillowEncoder(file, format, layout, metadata, quality)


def _check(path: Path, format: str, layout: Layout, quality: int | None) -> None:
    if format not in FORMATS:
        raise ConfigError(
            f"format {format!r} is not one of {', '.join(FORMATS)}{nearest(format, FORMATS)}"
        )
    limits = FORMATS[format]
    if layout.depth not in limits.depths:
        raise ConfigError(
            f"{format} stores 8 bits per channel, not {layout.depth}: use png or tiff"
        )
    if layout.alpha and not limits.alpha:
        raise ConfigError(f"{format} stores no transparency: use png, tiff or webp")
    if quality is not None and not limits.quality:
        raise ConfigError(f"{format} is lossless and takes no quality: remove quality=")
    if quality is not None and not 1 <= quality <= 100:
        raise ConfigError(f"quality {quality} is not between 1 and 100")
    if max(layout.height, layout.width) > limits.max_side:
        raise DataError(
            f"{path} would be {layout.width}x{layout.height} pixels, but {format} allows at most "
            f"{limits.max_side} per side: use png or tiff"
        )


@contextmanager
def _disk_errors(path: str | Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(
            f"cannot write {path} ({error.strerror or error}): make room or choose "
            f"a folder that you may write to"
        ) from error
    except MemoryError as error:
        raise DataError(
            f"{path} does not fit into memory: use png or tiff, which are written row by row"
        ) from error
