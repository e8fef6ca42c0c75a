"""Writes TIFF strip by strip: TIFF 6.0 (Adobe, 1992), Technical Note 2 for Deflate, BigTIFF."""

import struct
import zlib
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from srrescgan.images.encoder import Layout
from srrescgan.images.metadata import Metadata

# Bytes of pixels above which a classic TIFF, limited to 4 GB, could be too small: the difference is
# for metadata and for what deflate adds to noise.
_CLASSIC = 2**32 - 2**26
_STRIP = 2**18  # bytes of pixels, before deflating
_STRIP_OFFSETS, _STRIP_BYTES, _XMP = 273, 279, 700
_LONG, _LONG8 = 4, 16  # TIFF types of a value


class TiffEncoder:
    """Writes a TIFF with memory that grows with the height by 16 bytes per strip only.

    Strips store differences along the rows, deflated. An image that could exceed 4 GB becomes a
    BigTIFF.
    """

    def __init__(self, file: BinaryIO, layout: Layout, metadata: Metadata) -> None:
        self._file = file
        self._layout = layout
        self._metadata = metadata
        self._rows_per_strip = min(layout.height, max(1, _STRIP // layout.row_bytes))
        self._buffer = np.empty((0, layout.width, layout.channels), layout.dtype)
        self._offsets: list[int] = []
        self._sizes: list[int] = []
        self._bigtiff = layout.height * layout.row_bytes > _CLASSIC
        self._header = b"II+\0\x08\0\0\0" + bytes(8) if self._bigtiff else b"II*\0" + bytes(4)
        file.write(self._header)

    def write(self, rows: np.ndarray) -> None:
        """Encode the next ``(n, width, channels)`` rows; an incomplete strip waits for more."""
        rows = np.concatenate([self._buffer, rows])
        whole = len(rows) // self._rows_per_strip * self._rows_per_strip
        for start in range(0, whole, self._rows_per_strip):
            self._strip(rows[start : start + self._rows_per_strip])
        self._buffer = rows[whole:].copy()

    def finish(self) -> None:
        """Write the last strip and the tags, and set the header's pointer to them."""
        if len(self._buffer):
            self._strip(self._buffer)
        self._file.write(bytes(self._file.tell() % 2))
        directory = self._file.tell()
        self._file.write(self._directory(directory))
        self._file.seek(8 if self._bigtiff else 4)
        self._file.write(struct.pack("<Q" if self._bigtiff else "<L", directory))

    def _strip(self, rows: np.ndarray) -> None:
        differences = rows.astype(rows.dtype.newbyteorder("<"))
        differences[:, 1:] -= rows[:, :-1]
        deflate = zlib.compressobj(level=1, memLevel=9, strategy=zlib.Z_RLE)
        data = deflate.compress(differences.data) + deflate.flush()
        self._offsets.append(self._file.tell())
        self._sizes.append(len(data))
        self._file.write(data)

    def _directory(self, start: int) -> bytes:
        """All tags, as bytes to be written at ``start``."""
        tags = ImageFileDirectory_v2(self._header)
        self._add_metadata(tags)
        layout = self._layout
        tags[256], tags[257] = layout.width, layout.height
        tags[258] = (layout.depth,) * layout.channels
        tags[259] = 8  # deflate
        tags[262] = 2 if layout.channels >= 3 else 1  # RGB, or grey with black at 0
        tags[277] = layout.channels
        tags[278] = self._rows_per_strip
        tags[284] = 1  # channels interleaved
        tags[317] = 2  # differences along the rows
        if layout.alpha:
            tags[338] = 2  # straight alpha
        for tag, values in ((_STRIP_OFFSETS, self._offsets), (_STRIP_BYTES, self._sizes)):
            tags.tagtype[tag] = _LONG8 if self._bigtiff else _LONG
            tags[tag] = tuple(values)
        data = bytearray(tags.tobytes(start))
        self._restore_offsets(data, start, sorted(tags).index(_STRIP_OFFSETS))
        return bytes(data)

    def _restore_offsets(self, data: bytearray, start: int, index: int) -> None:
        # Pillow expects the strips after the tags, and adds the end of the tags to every offset.
        count, entry, number, size = (8, 20, "Q", 8) if self._bigtiff else (2, 12, "L", 4)
        place = (
            count + (index + 1) * entry - size
        )  # position of the tag's value, or of the pointer to it
        if len(self._offsets) > 1:
            place = struct.unpack_from(f"<{number}", data, place)[0] - start
        struct.pack_into(f"<{len(self._offsets)}{number}", data, place, *self._offsets)

    def _add_metadata(self, tags: ImageFileDirectory_v2) -> None:
        metadata = self._metadata
        if metadata.exif:
            exif = Image.Exif()
            exif.load(metadata.exif)
            for tag, value in exif.items():
                tags[tag] = value
            for block in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
                if block in exif:
                    tags[block] = dict(exif.get_ifd(block))
        if metadata.icc:
            tags[ExifTags.Base.InterColorProfile] = metadata.icc
        if metadata.xmp:
            tags[_XMP] = metadata.xmp
        if metadata.dpi:
            tags[ExifTags.Base.XResolution], tags[ExifTags.Base.YResolution] = metadata.dpi
            tags[ExifTags.Base.ResolutionUnit] = 2  # inches
