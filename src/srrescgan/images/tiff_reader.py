"""Reads with tifffile the TIFFs that Pillow cannot open or misreads.

These are 16-bit grey with transparency, and files with one plane per channel.
"""

import logging
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from srrescgan.errors import DataError
from srrescgan.images.orientation import upright
from srrescgan.images.sixteen_bit import unpremultiplied

_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_WHITE_IS_ZERO = 0
_COLORS = {_WHITE_IS_ZERO: 1, 1: 1, 2: 3}  # channels of grey and of RGB, by photometric tag
_ASSOCIATED, _UNASSOCIATED = 1, 2  # TIFF's terms for premultiplied and straight alpha


def is_tiff(path: str | Path) -> bool:
    """Whether a file starts with the signature of a TIFF."""
    with Path(path).open("rb") as file:
        return file.read(4) in _MAGIC


def read_tiff(path: str | Path, max_pixels: int) -> tuple[np.ndarray, Image.Exif, bool]:
    """Read the first page of a TIFF, upright.

    Returns:
        ``(H, W, C)`` uint8 or uint16, C 1 to 4 (grey, grey and alpha, RGB, RGBA), straight color;
        all tags of the page, for the metadata; whether more pages follow.

    Raises:
        DataError: neither grey nor RGB at 8 or 16 bits, or a compression without decoder.
        ValueError: damaged.
        PIL.Image.DecompressionBombError: more than ``max_pixels``.
    """
    import tifffile

    logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # our exception has the message
    try:
        with tifffile.TiffFile(path) as file:
            page = file.pages.first
            if page.dtype not in (np.uint8, np.uint16) or page.photometric not in _COLORS:
                raise DataError(
                    f"{path} stores {page.samplesperpixel} channels of {page.dtype} "
                    f"(photometric {int(page.photometric)}): "
                    f"convert it to grey or RGB at 8 or 16 bits"
                )
            width, height = page.imagewidth, page.imagelength
            if max(width * height, page.tilewidth * page.tilelength) > max_pixels:
                raise Image.DecompressionBombError(f"{width}x{height} pixels")
            if page.samplesperpixel > 8:
                raise DataError(f"{path} stores {page.samplesperpixel} channels: convert it to RGB")
            levels = page.asarray(maxworkers=1)
            if page.planarconfig == 2 and page.samplesperpixel > 1:
                levels = np.moveaxis(levels, 0, -1)
            levels = levels.reshape(height, width, page.samplesperpixel)
            tags = Image.Exif()
            tags.bigtiff, tags.endian = file.is_bigtiff, file.byteorder
            offset, more_pages = page.offset, len(file.pages) > 1
            colors, alpha = _COLORS[page.photometric], page.extrasamples[:1]
            if page.photometric == _WHITE_IS_ZERO:
                levels[..., :1] = ~levels[..., :1]
        with Path(path).open("rb") as stream:
            tags.load_from_fp(stream, offset)
            (
                tags.get_ifd(ExifTags.IFD.Exif),
                tags.get_ifd(ExifTags.IFD.GPSInfo),
            )  # read while the file is open
    except (DataError, Image.DecompressionBombError, FileNotFoundError):
        raise
    except Exception as error:  # tifffile and its codecs raise any exception on a damaged file
        if "imagecodecs" in str(error):
            raise DataError(
                f"{path} uses a compression that cannot be read here ({error}): save it"
                " uncompressed or with Deflate"
            ) from error
        raise ValueError(repr(error)) from error
    levels = levels[..., : colors + (alpha in [(_ASSOCIATED,), (_UNASSOCIATED,)])]
    if alpha == (_ASSOCIATED,):
        levels = unpremultiplied(levels)
    return _upright(levels, tags.get(ExifTags.Base.Orientation, 1)), tags, more_pages


def _upright(levels: np.ndarray, orientation: int) -> np.ndarray:
    planes = [Image.fromarray(np.ascontiguousarray(plane)) for plane in np.moveaxis(levels, -1, 0)]
    return np.stack([np.array(upright(plane, orientation)) for plane in planes], axis=-1)
