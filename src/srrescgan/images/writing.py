"""Writing picture files: whole or not at all."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from srrescgan.errors import ConfigError, DataError, nearest
from srrescgan.files import replacing
from srrescgan.images.encoder import Encoder, Layout
from srrescgan.images.formats import FORMATS
from srrescgan.images.metadata import NO_METADATA, Metadata
from srrescgan.images.pillow_encoder import PillowEncoder
from srrescgan.images.png_encoder import PngEncoder
from srrescgan.images.tiff_encoder import TiffEncoder


def write_png(path: str | Path, image: np.ndarray) -> None:
    """Write ``(H, W, 3)`` uint8 as a PNG, whole or not at all; makes the folder if need be.

    Raises:
        DataError: the disk refuses (no space, no permission); an older file stays as it was.
    """
    with _refusals(path), replacing(Path(path)) as temporary:
        Image.fromarray(image).save(temporary, format="PNG")


class PhotoWriter:
    """Takes the rows of a picture, top to bottom, as many at a time as come.

    Made by :func:`writing_photo`.
    """

    def __init__(self, path: Path, layout: Layout, encoder: Encoder) -> None:
        self._path = path
        self._layout = layout
        self._encoder = encoder
        self._written = 0

    def write(self, rows: np.ndarray) -> None:
        """Write the next ``(n, width, channels)`` rows, of the depth's type.

        Raises:
            ValueError: another shape or type, or more rows than the picture has.
            DataError: the disk refuses.
        """
        layout = self._layout
        if rows.dtype != layout.dtype or rows.shape[1:] != (layout.width, layout.channels):
            raise ValueError(
                f"rows of {rows.shape} {rows.dtype}: expected (n, {layout.width}, "
                f"{layout.channels}) {layout.dtype}"
            )
        self._written += len(rows)
        if self._written > layout.height:
            raise ValueError(f"{self._written} rows for a picture of {layout.height}")
        with _refusals(self._path):
            self._encoder.write(rows)

    def finish(self) -> None:
        """Complete the file; :func:`writing_photo` does it."""
        if self._written < self._layout.height:
            raise ValueError(f"{self._written} rows for a picture of {self._layout.height}")
        with _refusals(self._path):
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
    """Open a picture for writing by rows; the file is there, whole, when the block ends well.

    Until then, and if it ends badly, an older file stays as it was. PNG and TIFF are written as the
    rows come, in memory that does not grow with the height; the others are put together in memory.
    What a format cannot hold of the metadata is left out, and a color profile for another number
    of channels.

    Args:
        path: of the file; its folder is made if need be. Its suffix is the caller's affair.
        format: one of :data:`FORMATS`.
        height: in pixels.
        width: in pixels.
        channels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA; straight color.
        depth: bits per channel, 8 or 16: rows are uint8 or uint16.
        metadata: to go with the pixels.
        quality: 1 to 100; None is 95 for jpg, and lossless for webp, as is 100.

    Raises:
        ConfigError: no such format, or one without this depth, alpha or quality.
        DataError: larger than the format allows, too large for the memory, or the disk refuses.
        ValueError: rows are missing or too many.
    """
    path, layout = Path(path), Layout(height, width, channels, depth)
    _check(path, format, layout, quality)
    metadata = metadata.suiting(channels)
    with ExitStack() as stack:
        with _refusals(path):
            temporary = stack.enter_context(replacing(path))
            file = stack.enter_context(temporary.open("wb"))
            encoder = _encoder(file, format, layout, metadata, quality)
        writer = PhotoWriter(path, layout, encoder)
        try:
            yield writer
            writer.finish()
        except BaseException:
            with suppress(OSError):  # a full disk would complain once more
                file.close()
            raise
        with _refusals(path):
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
    able = FORMATS[format]
    if layout.depth not in able.depths:
        raise ConfigError(
            f"{format} stores 8 bits per channel, not {layout.depth}: use png or tiff"
        )
    if layout.alpha and not able.alpha:
        raise ConfigError(f"{format} stores no transparency: use png, tiff or webp")
    if quality is not None and not able.quality:
        raise ConfigError(f"{format} is lossless and takes no quality: leave it out")
    if quality is not None and not 1 <= quality <= 100:
        raise ConfigError(f"quality {quality} is not between 1 and 100")
    if max(layout.height, layout.width) > able.max_side:
        raise DataError(
            f"{path} would be {layout.width}x{layout.height} pixels, and a {format} has at most "
            f"{able.max_side} on a side: use png or tiff"
        )


@contextmanager
def _refusals(path: str | Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(
            f"cannot write {path} ({error.strerror or error}): make room or choose a folder "
            f"that you may write to"
        ) from error
    except MemoryError as error:
        raise DataError(
            f"{path} does not fit into memory: use png or tiff, which are written row by row"
        ) from error
