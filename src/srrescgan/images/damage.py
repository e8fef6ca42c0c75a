"""What goes wrong with picture files, in words."""

import struct
from pathlib import Path

from PIL import Image

from srrescgan.errors import DataError

# Everything Pillow was seen to raise on a damaged file.
DAMAGE = (
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


_FOREIGN = "is not an image that can be read (PNG, JPEG, WebP, TIFF, BMP, PPM)"


def unreadable(path: str | Path, error: Exception) -> DataError:
    """The error to raise for a picture file that could not be read because of ``error``."""
    remedy = "copy or download it again, or remove it from the folder"
    if isinstance(error, FileNotFoundError):
        return DataError(f"{path} does not exist: correct the path")
    if isinstance(error, PermissionError):
        return DataError(f"{path} may not be read: change its permissions")
    if isinstance(error, Image.UnidentifiedImageError):
        empty = Path(path).stat().st_size == 0
        if empty:
            return DataError(f"{path} is empty (0 bytes): {remedy}")
        return DataError(f"{path} {_FOREIGN}, whatever its name says: convert it, or {remedy}")
    if isinstance(error, Image.DecompressionBombError):
        return DataError(f"{path} is too large to decode ({error}): cut it into smaller images")
    if isinstance(error, MemoryError):
        return DataError(f"{path} does not fit into memory: cut it into smaller images")
    return DataError(f"{path} is damaged or cut short ({error}): {remedy}")
