"""PNG files of any kind, built from the specification and not by our encoder."""

import struct
import zlib

import numpy as np


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_file(
    levels: np.ndarray,
    depth: int = 8,
    extra: bytes = b"",
    claimed: tuple[int, int] | None = None,
) -> bytes:
    """``(H, W, C)`` grey, grey and alpha, RGB or RGBA; grey also at 1, 2 and 4 bits.

    ``extra`` chunks go before the pixels; ``claimed`` is a wrong width and height for the header.
    """
    height, width, channels = levels.shape
    color_type = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    if depth < 8:
        bits = (levels.reshape(height, -1)[..., None] >> np.arange(depth)[::-1] & 1).reshape(
            height, -1
        )
        lines = [np.packbits(line).tobytes() for line in bits]
    else:
        lines = [line.astype(">u2" if depth == 16 else ">u1").tobytes() for line in levels]
    size = claimed or (width, height)
    header = struct.pack(">IIBBBBB", *size, depth, color_type, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + line for line in lines))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + extra
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )
