"""PNG, row by row: Portable Network Graphics (Third Edition), W3C 2025."""

import struct
import zlib
from typing import BinaryIO

import numpy as np

from srrescgan.images.encoder import Layout
from srrescgan.images.metadata import Metadata

_COLOR_TYPE = {1: 0, 2: 4, 3: 2, 4: 6}
_AVERAGE = 3
_INCH = 0.0254
# Rows filtered at a time, in bytes: they and what the filter makes of them fit into the cache.
_BLOCK = 2**18
# Of one IDAT chunk.
_CHUNK = 2**20


class PngEncoder:
    """Writes a PNG in memory that depends on its width only.

    Every row is filtered by Average, and deflated with run lengths and Huffman codes only. On
    pictures that were enlarged, which are smooth, that is both faster and smaller than zlib's
    level 1 or 6 after any of the filters; on pictures as a camera makes them it costs a tenth.
    """

    def __init__(self, file: BinaryIO, layout: Layout, metadata: Metadata) -> None:
        self._file = file
        self._pixel_bytes = layout.channels * layout.depth // 8
        self._rows_at_once = max(1, _BLOCK // layout.row_bytes)
        self._above = np.zeros(layout.row_bytes, np.uint8)
        self._deflate = zlib.compressobj(level=1, memLevel=9, strategy=zlib.Z_RLE)
        self._pending = bytearray()
        file.write(b"\x89PNG\r\n\x1a\n")
        color = _COLOR_TYPE[layout.channels]
        header = struct.pack(">IIBBBBB", layout.width, layout.height, layout.depth, color, 0, 0, 0)
        self._chunk(b"IHDR", header)
        self._describe(metadata)

    def write(self, rows: np.ndarray) -> None:
        """Take the next ``(n, width, channels)`` rows."""
        data = rows.astype(rows.dtype.newbyteorder(">"), copy=False)
        lines = np.ascontiguousarray(data).view(np.uint8).reshape(len(rows), -1)
        for start in range(0, len(lines), self._rows_at_once):
            filtered = self._filtered(lines[start : start + self._rows_at_once])
            self._pending += self._deflate.compress(filtered.data)
            if len(self._pending) >= _CHUNK:
                self._flush()

    def finish(self) -> None:
        """Write the end of the pixels and of the file."""
        self._pending += self._deflate.flush()
        self._flush()
        self._chunk(b"IEND", b"")

    def _filtered(self, lines: np.ndarray) -> np.ndarray:
        above = np.concatenate([self._above[None], lines[:-1]])
        self._above = lines[-1].copy()
        size = self._pixel_bytes
        # The average of left and above, rounded down, without leaving 8 bits.
        average = above >> 1
        left, over = lines[:, :-size], above[:, size:]
        average[:, size:] = (left & over) + ((left ^ over) >> 1)
        filtered = np.empty((len(lines), 1 + lines.shape[1]), np.uint8)
        filtered[:, 0] = _AVERAGE
        np.subtract(lines, average, out=filtered[:, 1:])
        return filtered

    def _describe(self, metadata: Metadata) -> None:
        if metadata.icc:
            self._chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(metadata.icc))
        if metadata.dpi:
            per_metre = (min(round(dots / _INCH), 2**31 - 1) for dots in metadata.dpi)
            self._chunk(b"pHYs", struct.pack(">IIB", *per_metre, 1))
        if metadata.exif:
            self._chunk(b"eXIf", metadata.exif.removeprefix(b"Exif\0\0"))
        if metadata.xmp:
            self._chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata.xmp)
        for keyword, text in metadata.text.items():
            name = keyword.encode("latin-1", "replace")[:79]
            self._chunk(b"iTXt", name + b"\0\0\0\0\0" + text.encode("utf-8", "replace"))

    def _flush(self) -> None:
        self._chunk(b"IDAT", bytes(self._pending))
        self._pending.clear()

    def _chunk(self, kind: bytes, data: bytes) -> None:
        checksum = zlib.crc32(data, zlib.crc32(kind))
        self._file.write(struct.pack(">I", len(data)) + kind)
        self._file.write(data)
        self._file.write(struct.pack(">I", checksum))
