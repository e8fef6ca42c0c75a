"""Errors of reading image files, and the messages for them."""

import struct
from pathlib import Path

from PIL import Image

from srrescgan.errors import DataError

# Every exception that Pillow was seen to raise on a damaged file.
READ_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    OverflowError,
    MemoryError,
    struct.error,
    Image.DecompressionBombError,
)

_UNKNOWN_FORMAT = "is not an image that can be read (PNG, JPEG, WebP, TIFF, BMP, PPM)"


def unreadable(path: str | Path, error: Exception) -> DataError:
    """Return the DataError for an image file that could not be read because of ``error``."""
    remedy = "copy or download it again, or remove it from the folder"
    if isinstance(error, FileNotFoundError):
        return DataError(f"{path} does not exist: correct the path")
    if isinstance(error, PermissionError):
        return DataError(f"{path} cannot be read: permission denied; change its permissions")
    if isinstance(error, Image.UnidentifiedImageError):
        empty = Path(path).stat().st_size == 0
        if empty:
            return DataError(f"{path} is empty (0 bytes): {remedy}")
        return DataError(f"{path} {_UNKNOWN_FORMAT}, despite its name: convert it, or {remedy}")
    if isinstance(error, Image.DecompressionBombError):
        return DataError(f"{path} is too large to decode ({error}): cut it into smaller images")
    if isinstance(error, MemoryError):
        return DataError(f"{path} does not fit into memory: cut it into smaller images")
    return DataError(f"{path} is damaged or cut short ({error}): {remedy}")
