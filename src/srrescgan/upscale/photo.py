"""From a photo file to a larger photo file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from srrescgan.errors import DataError
from srrescgan.images import FORMATS, NO_METADATA, Metadata, Photo, read_photo, writing_photo
from srrescgan.inference.predictor import Predictor
from srrescgan.upscale.channels import channels_of, enlarge, is_opaque, quantize
from srrescgan.upscale.flat_pictures import came_out_bilinear
from srrescgan.upscale.output_options import OutputOptions, format_of

_DTYPES = {8: torch.uint8, 16: torch.uint16}


@dataclass(frozen=True)
class Upscaled:
    """What there is to say about a picture that was upscaled."""

    bilinear: bool
    """It is so flat that this is hardly more than its bilinear enlargement."""
    more_frames: bool
    """The file holds more frames or pages than the first, which alone was upscaled."""


def upscale_file(
    predictor: Predictor,
    source: Path,
    target: Path,
    rendition: OutputOptions,
    tell: Callable[[float], None] = lambda share: None,
) -> Upscaled:
    """Upscale one picture; ``target`` is whole in the end, or as it was.

    Rows are written as they come, so that nothing of the size of the result is held, unless the
    format has to be put together in memory (``FORMATS[...].streams``).

    Args:
        predictor: the network at work.
        source: picture to read.
        target: file to write; its suffix says the format.
        rendition: how to write it.
        tell: told what share of the work is done; less than before if the picture is begun anew.

    Raises:
        DataError: the picture cannot be read, is too small for the network, or does not go into
            the format; or the disk refuses.
    """
    with _explained(source):
        photo = read_photo(source)
    key = format_of(target)
    picture = _channels_for(key, photo, source)
    channels = len(picture)
    height, width = (predictor.scale * side for side in picture.shape[1:])
    _check_size(key, height, width, source)
    depth = rendition.depth_of(8 * photo.pixels.itemsize, key)

    @contextmanager
    def canvas() -> Iterator[Callable[[Tensor], None]]:
        with writing_photo(
            target,
            format=key,
            height=height,
            width=width,
            channels=channels,
            depth=depth,
            metadata=_metadata(photo, rendition),
            quality=rendition.quality if FORMATS[key].quality else None,
        ) as writer:
            yield lambda band: writer.write(_interleaved(quantize(band, _DTYPES[depth])))

    with _explained(source):
        outcome = enlarge(predictor, picture, canvas, tell)
    return Upscaled(came_out_bilinear(outcome), photo.more_frames)


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
        DataError: the format has none, and it would be missed.
    """
    picture = channels_of(photo)
    if photo.alpha is None or FORMATS[key].alpha:
        return picture
    if is_opaque(picture[-1]):
        return picture[:-1]
    able = " or ".join(f"format={name}" for name, each in FORMATS.items() if each.alpha)
    raise DataError(f"{source} is transparent in places, which {key} cannot be: choose {able}")


def _check_size(key: str, height: int, width: int, source: Path) -> None:
    """Before anything is computed, which the writer would find out afterwards."""
    longest = FORMATS[key].max_side
    if max(height, width) > longest:
        able = " or ".join(f"format={name}" for name, each in FORMATS.items() if each.streams)
        raise DataError(
            f"{source} would be {width} x {height} pixels, but {key} files have at most {longest} a"
            f" side: choose {able}"
        )


def _metadata(photo: Photo, rendition: OutputOptions) -> Metadata:
    if rendition.metadata == "keep":
        return photo.metadata
    return replace(NO_METADATA, icc=photo.metadata.icc)


def _interleaved(band: Tensor) -> np.ndarray:
    """``(C, n, W)`` to ``(n, W, C)``."""
    return band.permute(1, 2, 0).contiguous().numpy()
