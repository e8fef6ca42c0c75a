"""Writes JPEG, WebP and BMP with Pillow, from the whole image in memory."""

from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from srrescgan.errors import DataError
from srrescgan.images.encoder import Layout
from srrescgan.images.metadata import Metadata

_DEFAULT_JPEG_QUALITY = 95
_FULL_COLOR = 90  # JPEG quality from which on color is stored at full resolution
_JPEG_MARKER = 65_533  # bytes that fit into one JPEG marker segment
_XMP_NAME = len(b"http://ns.adobe.com/xap/1.0/\0")


class PillowEncoder:
    """Collects the rows in memory and writes the image at the end."""

    def __init__(
        self,
        file: BinaryIO,
        format: str,
        layout: Layout,
        metadata: Metadata,
        quality: int | None,
    ) -> None:
        self._file = file
        self._format = format
        self._options = _OPTIONS[format](metadata, quality)
        self._pixels = np.empty((layout.height, layout.width, layout.channels), np.uint8)
        self._written = 0

    def write(self, rows: np.ndarray) -> None:
        """Store the next ``(n, width, channels)`` rows."""
        self._pixels[self._written : self._written + len(rows)] = rows
        self._written += len(rows)

    def finish(self) -> None:
        """Encode the image.

        Raises:
            DataError: the format cannot store an image of this size.
        """
        grey = self._pixels.shape[-1] == 1
        image = Image.fromarray(self._pixels[..., 0] if grey else self._pixels)
        try:
            image.save(self._file, format=_NAME[self._format], **self._options)
        except ValueError as error:  # a BMP of more than 4 GB
            raise DataError(f"{self._format}: {error}: use png or tiff") from error


def _jpeg(metadata: Metadata, quality: int | None) -> dict[str, Any]:
    quality = quality or _DEFAULT_JPEG_QUALITY
    exif, xmp = metadata.exif or b"", metadata.xmp or b""
    return {
        "quality": quality,
        "subsampling": "4:4:4" if quality >= _FULL_COLOR else "4:2:0",
        "optimize": True,
        "icc_profile": metadata.icc,
        "exif": exif if len(exif) <= _JPEG_MARKER else b"",
        "xmp": xmp if len(xmp) <= _JPEG_MARKER - _XMP_NAME else b"",
    } | _dpi(metadata)


def _webp(metadata: Metadata, quality: int | None) -> dict[str, Any]:
    lossless = quality is None or quality == 100
    return {
        "lossless": lossless,
        # For lossless files, quality is the effort. `exact` keeps the color of transparent pixels.
        "quality": 75 if lossless else quality,
        "exact": True,
        "icc_profile": metadata.icc or b"",
        "exif": metadata.exif or b"",
        "xmp": metadata.xmp or b"",
    }


def _bmp(metadata: Metadata, quality: int | None) -> dict[str, Any]:
    return _dpi(metadata)


def _dpi(metadata: Metadata) -> dict[str, Any]:
    return {} if metadata.dpi is None else {"dpi": metadata.dpi}


_NAME = {"jpg": "JPEG", "webp": "WEBP", "bmp": "BMP"}
_OPTIONS = {"jpg": _jpeg, "webp": _webp, "bmp": _bmp}
