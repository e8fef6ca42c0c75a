"""The edge of the disk: the only place that reads or writes picture files.

On disk and in this file pictures are ``uint8`` RGB ``(H, W, 3)``; everywhere else they are
``float32`` tensors in [0, 1].
"""

import struct
from pathlib import Path

import numpy as np
import torch
from PIL import ExifTags, Image
from torch import Tensor

from srrescgan.errors import DataError
from srrescgan.files import replacing

SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp"})

# Everything Pillow was seen to raise on a damaged file.
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def list_images(folder: str | Path) -> list[Path]:
    """Find the pictures in a folder and below it, sorted by relative name; hidden ones ignored.

    Raises:
        DataError: the folder does not exist or is not a folder. An empty one gives ``[]``.
    """
    folder = Path(folder)
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise DataError(f"{folder} {what}: correct the path, or put the images there")
    relative = [
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file()
    ]
    visible = [path for path in relative if not any(part.startswith(".") for part in path.parts)]
    return [folder / path for path in sorted(visible, key=Path.as_posix)]


def read_image(path: str | Path) -> np.ndarray:
    """Read a picture, upright by its EXIF tag, whatever its colour mode.

    Grey and palette pictures become RGB; transparency is dropped.

    Returns:
        ``(H, W, 3)`` uint8, RGB.

    Raises:
        DataError: missing, empty, not a picture, damaged, or more than 8 bits per channel.
    """
    try:
        with Image.open(path) as image:
            turn = _UPRIGHT.get(_orientation(image))
            if image.mode[0] in "IF":
                raise DataError(
                    f"{path} has more than 8 bits per channel (mode {image.mode}): "
                    f"convert it to an 8-bit PNG"
                )
            image.load()
            # By way of RGBA, because a palette may carry its transparency as bytes.
            rgb = (image.convert("RGBA") if image.mode == "P" else image).convert("RGB")
            return np.array(rgb if turn is None else rgb.transpose(turn))
    except _DAMAGE as error:
        raise _unreadable(path, error) from error


def image_size(path: str | Path) -> tuple[int, int]:
    """``(height, width)`` that :func:`read_image` will give, from the file's header alone.

    Raises:
        DataError: the header is missing or not that of a picture. A file cut short later passes.
    """
    try:
        with Image.open(path) as image:
            sideways = _orientation(image) >= 5
            width, height = image.size
    except _DAMAGE as error:
        raise _unreadable(path, error) from error
    return (width, height) if sideways else (height, width)


def image_is_grey(path: str | Path) -> bool:
    """Whether a file stores one channel of grey, from its header alone; a pack never does."""
    try:
        with Image.open(path) as image:
            return image.mode in ("1", "L", "LA", "La") or image.mode[0] in "IF"
    except Image.UnidentifiedImageError:
        return False  # a pack
    except _DAMAGE as error:
        raise _unreadable(path, error) from error


def to_tensor(image: np.ndarray) -> Tensor:
    """Convert ``(H, W, C)`` uint8 to ``(C, H, W)`` float32 in [0, 1]."""
    planes = np.array(image.transpose(2, 0, 1), order="C")  # reordered while it is still small
    return torch.from_numpy(planes).float().div_(255)


def to_uint8(image: Tensor) -> np.ndarray:
    """Convert ``(C, H, W)`` in [0, 1] to ``(H, W, C)`` uint8; clamps, rounds halves to even."""
    levels = (image.detach().float() * 255).round().clamp(0, 255)
    return levels.to("cpu", torch.uint8).permute(1, 2, 0).contiguous().numpy()


def write_png(path: str | Path, image: np.ndarray) -> None:
    """Write ``(H, W, 3)`` uint8 as a PNG, whole or not at all; makes the folder if need be.

    Raises:
        DataError: the disk refuses (no space, no permission); an older file stays as it was.
    """
    try:
        with replacing(Path(path)) as temporary:
            Image.fromarray(image).save(temporary, format="PNG")
    except OSError as error:
        raise DataError(
            f"cannot write {path} ({error.strerror or error}): make room or choose a folder "
            f"that you may write to"
        ) from error


def _orientation(image: Image.Image) -> int:
    """EXIF orientation still to be applied to a picture that was opened but not decoded."""
    # Pillow turns TIFFs itself. Asking a PNG without EXIF in its header would decode all of it.
    if image.format == "TIFF" or (image.format == "PNG" and "exif" not in image.info):
        return 1
    return image.getexif().get(ExifTags.Base.Orientation, 1)


def _unreadable(path: str | Path, error: Exception) -> DataError:
    remedy = "copy or download it again, or remove it from the folder"
    if isinstance(error, FileNotFoundError):
        return DataError(f"{path} does not exist: correct the path")
    if isinstance(error, PermissionError):
        return DataError(f"{path} may not be read: change its permissions")
    if isinstance(error, Image.UnidentifiedImageError):
        empty = Path(path).stat().st_size == 0
        what = "is empty (0 bytes)" if empty else "is not an image, whatever its name says"
        return DataError(f"{path} {what}: {remedy}")
    if isinstance(error, Image.DecompressionBombError):
        return DataError(f"{path} is too large to decode ({error}): cut it into smaller images")
    return DataError(f"{path} is damaged or cut short ({error}): {remedy}")
