"""Which files are pictures."""

from pathlib import Path

from srrescgan.errors import DataError

SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp"})


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
