"""Reads image files at full depth, with transparency and metadata, for upscaling."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import TiffImageFile

from srrescgan.images.color import color_levels, keyed_alpha
from srrescgan.images.damage import READ_ERRORS, unreadable
from srrescgan.images.metadata import Metadata, read_metadata, tiff_metadata
from srrescgan.images.orientation import upright
from srrescgan.images.reading import image_size
from srrescgan.images.sixteen_bit import (
    Reopen,
    decode_16_bit,
    decode_16_bit_ppm,
    is_16_bit_ppm,
    is_misread_planar,
    raw_mode,
    stores_16_bit_color,
)
from srrescgan.images.tiff_reader import is_tiff, read_tiff

MAX_PIXELS = 2**28
"""Largest picture that is read: 268 megapixels, more than any camera has (a phone: 200). A file
that declares more is refused before memory is allocated."""

_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "PPM")
# Pillow scales the grey levels of a PNG of 2 or 4 bits to 8 bits, but not its transparent level.
_GREY_STEP = {"L;2": 85, "L;4": 17}
_pillow = threading.RLock()


@dataclass(frozen=True)
class Photo:
    """An image as its file stores it, upright.

    Args:
        pixels: ``(H, W, C)`` uint8 or uint16 as in the file, C 1 (grey) or 3 (RGB); straight
            color, not premultiplied.
        alpha: ``(H, W)`` of the same type, 0 transparent; None if everything is opaque.
        metadata: the file's metadata that is valid for these pixels.
        format: format of the file: ``PNG``, ``JPEG``, ``WEBP``, ``TIFF``, ``BMP`` or ``PPM``.
        more_frames: whether the file has further frames or pages; this is the first.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None
    metadata: Metadata
    format: str
    more_frames: bool = False


def read_photo(path: str | Path) -> Photo:
    """Read a PNG, JPEG, WebP, TIFF, BMP or PPM at full depth, with transparency and metadata.

    The depth is that of the file, never guessed from pixel values: 16 bits stay 16 bits. Palettes
    become RGB, CMYK becomes sRGB (at 8 bits), bilevel becomes grey. Only the first frame of an
    animation or page of a document is read. Broken metadata is left out. Thread-safe: calls wait
    for each other.

    Raises:
        DataError: the file is missing, empty, damaged, of another format, of more than
            :data:`MAX_PIXELS` pixels, or of 32 bits or floating point per channel.
    """
    try:
        with _pixel_limit():
            try:
                with _open(path) as image:
                    if not is_misread_planar(image):
                        return _photo(image, str(path), lambda: _open(path))
            except Image.UnidentifiedImageError:
                if not is_tiff(path):
                    raise
            return _tiff_photo(path)
    except READ_ERRORS as error:
        raise unreadable(path, error) from error


def photo_size(path: str | Path) -> tuple[int, int]:
    """``(height, width)`` of the result of :func:`read_photo`, from the file's header alone.

    Raises:
        DataError: the header is missing or not that of an image. Damage further on is not detected.
    """
    with _pixel_limit():
        return image_size(path)


def photo_from_pil(image: Image.Image) -> Photo:
    """Convert a Pillow picture by the rules of :func:`read_photo`.

    The depth is that of Pillow's mode: it has 16-bit modes for grey, but not for color.

    Raises:
        DataError: damaged (a file is decoded on first use), or of 32 bits or floating point.
    """
    name = getattr(image, "filename", "") or "the picture"
    try:
        with _pixel_limit():
            return _photo(image, name, reopen=None)
    except READ_ERRORS as error:
        raise unreadable(name, error) from error


@contextmanager
def _open(path: str | Path) -> Iterator[Image.Image]:
    # Pass an open file: given a path, Pillow maps some TIFFs into memory, then forgets to turn
    # them, and a file truncated meanwhile would crash the process.
    with Path(path).open("rb") as file, Image.open(file, formats=_FORMATS) as image:
        yield image


def _photo(image: Image.Image, name: str, reopen: Reopen | None) -> Photo:
    stored = raw_mode(image)
    if reopen is not None and stores_16_bit_color(image):
        levels = decode_16_bit(image, reopen, lambda: _orientation(image))
    elif is_16_bit_ppm(image):
        levels = decode_16_bit_ppm(image)
    else:
        image.load()
        levels = color_levels(upright(image, _orientation(image)), name)
        if stored.startswith("I;12"):
            levels = (levels * (65535 / 4095)).round().astype(np.uint16)
        if levels.dtype == np.uint16 and getattr(image, "tag_v2", {}).get(262) == 0:
            levels = ~levels  # white is stored as 0, which Pillow corrects at 8 bits only
    key = image.info.get("transparency")
    if levels.shape[-1] in (1, 3) and isinstance(key, int | tuple):
        step = _GREY_STEP.get(stored, 1)
        alpha = keyed_alpha(levels, key if isinstance(key, tuple) else key * step)
        levels = np.concatenate([levels, alpha[..., None]], axis=-1)
    format = "JPEG" if image.format == "MPO" else image.format or "PNG"
    return _from_levels(levels, read_metadata(image), format, _has_more_frames(image))


def _tiff_photo(path: str | Path) -> Photo:
    levels, tags, more_frames = read_tiff(path, MAX_PIXELS)
    return _from_levels(levels, tiff_metadata(tags), "TIFF", more_frames)


def _from_levels(levels: np.ndarray, metadata: Metadata, format: str, more_frames: bool) -> Photo:
    """Make a photo of upright ``(H, W, C)``, whose last channel is alpha if C is 2 or 4."""
    colors = 1 if levels.shape[-1] < 3 else 3
    return Photo(
        pixels=np.ascontiguousarray(levels[..., :colors]),
        alpha=np.ascontiguousarray(levels[..., -1]) if levels.shape[-1] > colors else None,
        metadata=metadata.for_channels(colors),
        format=format,
        more_frames=more_frames,
    )


def _orientation(image: Image.Image) -> int:
    """EXIF orientation to apply to a decoded picture; upright (1) if EXIF is broken."""
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # metadata parsers raise anything; bad metadata must not lose the picture
        return 1


def _has_more_frames(image: Image.Image) -> bool:
    if isinstance(image, TiffImageFile):  # Pillow would read every page to count them
        return image.tag_v2.next != 0
    # The other frames of an MPO are previews and depth maps of the first.
    return image.format != "MPO" and bool(getattr(image, "is_animated", False))


@contextmanager
def _pixel_limit() -> Iterator[None]:
    """Use our pixel limit in Pillow, without warnings; both are global to the process."""
    with _pillow, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        previous = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = (
            MAX_PIXELS // 2
        )  # Pillow warns above this, and refuses above twice as much
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = previous
