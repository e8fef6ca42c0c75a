"""Upscaling of one photo file."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from srrescgan.errors import DataError
from srrescgan.images import (
    FORMATS,
    NO_METADATA,
    Metadata,
    Photo,
    PhotoWriter,
    read_photo,
    writing_photo,
)
from srrescgan.inference.pixel_types import quantize
from srrescgan.inference.predictor import Predictor
from srrescgan.inference.sinks import OnProgress, no_progress
from srrescgan.inference.tile_plan import Approximation
from srrescgan.upscale.channels import channels_of, is_opaque, upscale_channels
from srrescgan.upscale.flat_pictures import is_bilinear
from srrescgan.upscale.output_options import OutputOptions, format_of

_DTYPES = {8: torch.uint8, 16: torch.uint16}


@dataclass(frozen=True)
class UpscaledPhoto:
    """Facts about an upscaled photo, for the user."""

    bilinear: bool
    """The photo is so flat that the result is hardly more than its bilinear enlargement."""
    more_frames: bool
    """The file holds more frames or pages; only the first was upscaled."""
    approximation: Approximation | None
    """How far its tiles may be from the photo computed whole; ``None``: they equal it."""


def upscale_photo(
    predictor: Predictor,
    source: Path,
    target: Path,
    options: OutputOptions,
    on_progress: OnProgress = no_progress,
) -> UpscaledPhoto:
    """Upscale one photo; ``target`` is either complete in the end or unchanged.

    Rows are written as they are computed, so nothing of the size of the result is in memory, unless
    the format has to be assembled there (``FORMATS[...].streams``).

    Args:
        predictor: applies the network.
        source: photo to read.
        target: file to write; its suffix decides the format.
        options: how to write it.
        on_progress: called with the share of the work that is done; the share falls if the photo
            has to be restarted.

    Raises:
        DataError: the photo cannot be read, is too small for the network, or does not fit the
            format; or the file cannot be written.
    """
    with _explained(source):
        photo = read_photo(source)
    key = format_of(target)
    picture = _channels_for(key, photo, source)
    height, width = (predictor.scale * side for side in picture.shape[1:])
    _check_size(key, height, width, source)
    depth = options.depth_of(8 * photo.pixels.itemsize, key)

    def open_writer() -> AbstractContextManager[PhotoWriter]:
        return writing_photo(
            target,
            format=key,
            height=height,
            width=width,
            channels=len(picture),
            depth=depth,
            metadata=_metadata(photo, options),
            quality=options.quality if FORMATS[key].quality else None,
        )

    with _explained(source), _FileSink(open_writer, _DTYPES[depth]) as sink:
        info = upscale_channels(predictor, picture, sink, on_progress)
    return UpscaledPhoto(is_bilinear(info), photo.more_frames, info.approximation)


class _Discarded(Exception):  # noqa: N818 (not an error)
    """Discard what has been written so far."""


class _FileSink:
    """Writes bands to a file that appears, complete, when the block ends without an error.

    The file is opened at the first band, so a photo that fails before leaves no trace.
    """

    def __init__(
        self, open_writer: Callable[[], AbstractContextManager[PhotoWriter]], dtype: torch.dtype
    ) -> None:
        self._open_writer = open_writer
        self._dtype = dtype
        self._stack = ExitStack()
        self._writer: PhotoWriter | None = None

    def __enter__(self) -> "_FileSink":
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def write(self, band: Tensor) -> None:
        if self._writer is None:
            self._writer = self._stack.enter_context(self._open_writer())
        self._writer.write(_interleaved(quantize(band, self._dtype)))

    def restart(self) -> None:
        self._stack.__exit__(_Discarded, _Discarded(), None)
        self._writer = None


@contextmanager
def _explained(source: Path) -> Iterator[None]:
    try:
        yield
    except ValueError as error:  # too small for the network
        raise DataError(f"{source}: {error}") from error
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise DataError(
            f"{source} does not fit into memory: give a smaller tile=, or format=png or"
            f" format=tiff, which are written row by row ({error})"
        ) from error


def _channels_for(key: str, photo: Photo, source: Path) -> Tensor:
    """All channels of a photo, ``(C, h, w)``; without the alpha if the format has none.

    Raises:
        DataError: the format has no alpha, and the photo is transparent in places.
    """
    picture = channels_of(photo)
    if photo.alpha is None or FORMATS[key].alpha:
        return picture
    if is_opaque(picture[-1]):
        return picture[:-1]
    able = " or ".join(f"format={name}" for name, each in FORMATS.items() if each.alpha)
    raise DataError(f"{source} is transparent in places, which {key} cannot store: choose {able}")


def _check_size(key: str, height: int, width: int, source: Path) -> None:
    """Refuse before computing what the writer would refuse afterwards."""
    longest = FORMATS[key].max_side
    if max(height, width) > longest:
        able = " or ".join(f"format={name}" for name, each in FORMATS.items() if each.streams)
        raise DataError(
            f"{source} would be {width} x {height} pixels, but {key} files have at most {longest} a"
            f" side: choose {able}"
        )


def _metadata(photo: Photo, options: OutputOptions) -> Metadata:
    if options.metadata == "keep":
        return photo.metadata
    return replace(NO_METADATA, icc=photo.metadata.icc)


def _interleaved(band: Tensor) -> np.ndarray:
    """``(C, n, W)`` to ``(n, W, C)``."""
    return band.permute(1, 2, 0).contiguous().numpy()
