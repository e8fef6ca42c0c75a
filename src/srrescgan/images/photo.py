"""Pictures as upscaling sees them: everything that the file holds."""

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
from srrescgan.images.damage import DAMAGE, unreadable
from srrescgan.images.deep import Reopen, decode_deep, planes_apart, raw_mode, stored_deep
from srrescgan.images.metadata import Metadata, read_metadata, tiff_metadata
from srrescgan.images.orientation import upright
from srrescgan.images.ppm_reader import decode_deep_ppm, stored_deep_ppm
from srrescgan.images.reading import image_size
from srrescgan.images.tiff_reader import is_tiff, read_tiff

MAX_PIXELS = 2**28
"""Of a picture that is read: 268 megapixels, more than any camera has (a phone: 200). A file that
declares more is refused before memory is taken."""

_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "PPM")
# Grey that a PNG stores with few bits is spread over 8 by Pillow, the transparent level is not.
_GREY_STEP = {"L;2": 85, "L;4": 17}
_pillow = threading.RLock()


@dataclass(frozen=True)
class Photo:
    """A picture as stored, upright.

    Args:
        pixels: ``(H, W, C)`` uint8 or uint16 as in the file, C 1 (grey) or 3 (RGB); straight
            color, not premultiplied.
        alpha: ``(H, W)`` of the same type, 0 transparent; None if everything is opaque.
        metadata: what fits these pixels of what the file says beside them.
        format: of the file: ``PNG``, ``JPEG``, ``WEBP``, ``TIFF``, ``BMP`` or ``PPM``.
        more_frames: the file holds more frames or pages than this one, the first.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None
    metadata: Metadata
    format: str
    more_frames: bool = False


def read_photo(path: str | Path) -> Photo:
    """Read a PNG, JPEG, WebP, TIFF, BMP or PPM with all that it holds.

    The depth is the file's: 16 bits stay 16 bits, and no value is looked at to guess one. Palettes
    become RGB, CMYK becomes sRGB (at 8 bits), bilevel becomes grey. Of an animation or a document
    the first frame is read. Metadata that is broken is left out. Safe in threads; one at a time.

    Raises:
        DataError: missing, empty, not such a picture, damaged, of more than :data:`MAX_PIXELS`
            pixels, or of 32 bits or floating point per channel.
    """
    try:
        with _our_limit():
            try:
                with _opened(path) as image:
                    if not planes_apart(image):
                        return _photo(image, str(path), lambda: _opened(path))
            except Image.UnidentifiedImageError:
                if not is_tiff(path):
                    raise
            return _tiff_photo(path)
    except DAMAGE as error:
        raise unreadable(path, error) from error


def photo_size(path: str | Path) -> tuple[int, int]:
    """``(height, width)`` that :func:`read_photo` will give, from the file's header alone.

    Raises:
        DataError: the header is missing or not that of a picture. A file cut short later passes.
    """
    with _our_limit():
        return image_size(path)


def photo_from_pil(image: Image.Image) -> Photo:
    """Take a picture from Pillow by the rules of :func:`read_photo`.

    Pillow's word counts for the depth: it has modes for grey at 16 bits, not for color.

    Raises:
        DataError: damaged (a file is decoded when it is used), or of 32 bits or floating point.
    """
    name = getattr(image, "filename", "") or "the picture"
    try:
        with _our_limit():
            return _photo(image, name, reopen=None)
    except DAMAGE as error:
        raise unreadable(name, error) from error


@contextmanager
def _opened(path: str | Path) -> Iterator[Image.Image]:
    # As a file, since Pillow maps some TIFFs into memory when it has a path: it forgets then that
    # they are to be turned, and a file cut short meanwhile would end the process.
    with Path(path).open("rb") as file, Image.open(file, formats=_FORMATS) as image:
        yield image


def _photo(image: Image.Image, name: str, reopen: Reopen | None) -> Photo:
    stored = raw_mode(image)
    if reopen is not None and stored_deep(image):
        levels = decode_deep(image, reopen, lambda: _orientation(image))
    elif stored_deep_ppm(image):
        levels = decode_deep_ppm(image)
    else:
        image.load()
        levels = color_levels(upright(image, _orientation(image)), name)
        if stored.startswith("I;12"):
            levels = (levels * (65535 / 4095)).round().astype(np.uint16)
        if levels.dtype == np.uint16 and getattr(image, "tag_v2", {}).get(262) == 0:
            levels = ~levels  # white is stored as 0, and Pillow mends that only at 8 bits
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
    """A photo of upright ``(H, W, C)``, its last channel alpha where C is 2 or 4."""
    colors = 1 if levels.shape[-1] < 3 else 3
    return Photo(
        pixels=np.ascontiguousarray(levels[..., :colors]),
        alpha=np.ascontiguousarray(levels[..., -1]) if levels.shape[-1] > colors else None,
        metadata=metadata.suiting(colors),
        format=format,
        more_frames=more_frames,
    )


def _orientation(image: Image.Image) -> int:
    """EXIF orientation still to be applied to a decoded picture; upright if EXIF is broken."""
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # parsers of metadata raise anything, and the picture is worth more
        return 1


def _has_more_frames(image: Image.Image) -> bool:
    if isinstance(image, TiffImageFile):  # to count its pages, Pillow would read all of them
        return image.tag_v2.next != 0
    # The other pictures of an MPO are previews and depth maps of the first.
    return image.format != "MPO" and bool(getattr(image, "is_animated", False))


@contextmanager
def _our_limit() -> Iterator[None]:
    """Pillow with our limit of pixels, and without warnings: both are global to the process."""
    with _pillow, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2  # it warns here, and refuses above twice as many
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = theirs
