"""Finds image files, by suffix."""

from pathlib import Path

from srrescgan.errors import DataError
from srrescgan.files import visible

SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp"})


def list_images(folder: str | Path) -> list[Path]:
    """Find the image files in a folder and below it, sorted by relative path, without hidden ones.

    Raises:
        DataError: the folder does not exist or is not a folder. (For an empty folder the result is
            ``[]``.)
    """
    folder = Path(folder)
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise DataError(f"{folder} {what}: correct the path, or put the images there")
    return [path for path in visible(folder) if path.suffix.lower() in SUFFIXES and path.is_file()]
