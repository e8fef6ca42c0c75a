"""Pack a folder of picture files: parallel, in bounded memory, resumable."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.progress import track

from srrescgan.data.pack import (
    ALIGNMENT,
    INDEX,
    PIXELS,
    PackEntry,
    PixelStore,
    entry_end,
    packed_image,
    read_index,
)
from srrescgan.data.stored_image import image_name
from srrescgan.degrade.prefetch import prefetch
from srrescgan.errors import ConfigError, DataError
from srrescgan.files import file_sha256
from srrescgan.images import image_size, list_images, read_image
from srrescgan.prepare.pack_writer import JOURNAL, PackWriter, SourceFile, end_of, read_journal


@dataclass(frozen=True)
class PackSummary:
    """Result of :func:`pack_folder`, counted in pictures."""

    packed: int
    """In this run."""
    kept: int
    """Packed in an earlier run."""


def pack_folder(
    source: Path, target: Path, workers: int = 4, overwrite: bool = False
) -> PackSummary:
    """Pack the pixels of every picture in a folder, as ``read_image`` returns them.

    ``workers`` threads decode while one writes (Pillow releases Python's lock to decode). Memory
    holds about ``workers`` + 2 pictures, however many there are.

    An unfinished pack is completed: pictures packed before are kept, up to the first that changed.
    A run that was killed therefore resumes, and ends with the same bytes as an uninterrupted one.
    Unreadable pictures are skipped and reported together; run again after replacing or removing
    them to finish the pack. A finished pack of the same pictures is not changed.

    Args:
        source: folder of picture files.
        target: folder for the pack; created if it does not exist. May be ``source`` itself.
        workers: threads, at least 1.
        overwrite: update a finished pack of other pictures.

    Raises:
        ConfigError: ``workers`` is below 1.
        DataError: nothing to pack; two pictures of one name; unreadable pictures; a finished pack
            of other pictures; a target that holds picture files; not enough disk space.
    """
    if workers < 1:
        raise ConfigError(f"workers={workers}: must be at least 1")
    files = _plan(source, target)
    try:
        with ThreadPoolExecutor(workers) as pool:
            earlier = _earlier_entries(target, overwrite)
            kept = _still_valid(pool, earlier, files, target, workers)
            done = {entry["file"] for entry in kept}
            to_do = [file for file in files if file not in done]
            if (target / INDEX).is_file() and not overwrite and (to_do or len(kept) < len(earlier)):
                first = (to_do if len(kept) == len(earlier) else [earlier[len(kept)]["file"]])[0]
                raise DataError(
                    f"{target} is a finished pack, but not of the pictures in {source} as they are "
                    f"now (the first difference is {first}): pack into another folder, or "
                    f"update it with overwrite=true"
                )
            if to_do or len(kept) < len(earlier) or not (target / INDEX).is_file():
                _check_room(pool, target, kept, [files[file] for file in to_do])
                _pack(pool, files, to_do, kept, target, workers)
            (target / JOURNAL).unlink(missing_ok=True)
    except OSError as error:
        raise DataError(
            f"cannot pack into {target} ({error.strerror or error}): free disk space or choose a "
            f"folder that you may write to, then run it again to resume"
        ) from error
    return PackSummary(len(to_do), len(kept))


def _plan(source: Path, target: Path) -> dict[str, Path]:
    """Relative name to path of every picture, in order; refuse what cannot be packed."""
    files = {path.relative_to(source).as_posix(): path for path in list_images(source)}
    if not files:
        raise DataError(f"{source} contains no images: put them there or correct the path")
    in_place = target.resolve() == source.resolve()
    if not in_place and target.is_dir() and (images := list_images(target)):
        raise DataError(
            f"{target} holds picture files (such as {images[0].name}), which would be "
            f"hidden by a pack: choose another folder"
        )
    owners: dict[str, list[str]] = {}
    for file in files:
        owners.setdefault(image_name(Path(file)), []).append(file)
    alike = [", ".join(each) for each in owners.values() if len(each) > 1]
    if alike:
        raise DataError(
            "\n  ".join([f"files in {source} differ only in their suffix, keep one of:", *alike])
        )
    return files


def _earlier_entries(target: Path, overwrite: bool) -> list[PackEntry]:
    """Pictures that earlier runs packed, in the order of their offsets."""
    if not (target / INDEX).is_file():
        return read_journal(target / JOURNAL)
    try:
        return sorted(read_index(target), key=lambda entry: entry["offset"])
    except DataError as error:
        if overwrite:
            return []
        raise DataError(f"{error} with overwrite=true") from error


def _still_valid(
    pool: ThreadPoolExecutor,
    earlier: list[PackEntry],
    files: dict[str, Path],
    target: Path,
    workers: int,
) -> list[PackEntry]:
    """The first entries of ``earlier``, up to the first whose file or pixels changed."""
    pixels = target / PIXELS
    store = PixelStore(pixels)
    length = pixels.stat().st_size if pixels.is_file() else 0

    def is_valid(entry: PackEntry) -> bool:
        path = files.get(entry["file"])
        if path is None or entry_end(entry) > length:
            return False
        try:
            return file_sha256(path) == entry["sha256"] and packed_image(entry, store).is_intact()
        except OSError:  # reported later, when it is read
            return False

    valid = []
    for entry, check in prefetch(pool, is_valid, earlier, workers):
        if not check.result():
            break
        valid.append(entry)
    return valid


def _check_room(
    pool: ThreadPoolExecutor, target: Path, kept: list[PackEntry], to_do: list[Path]
) -> None:
    """Refuse to start if the disk is too small."""
    target.mkdir(parents=True, exist_ok=True)
    pixels = target / PIXELS
    present = pixels.stat().st_size if pixels.is_file() else 0
    needed = end_of(kept) + sum(pool.map(_bytes_needed, to_do)) - present
    free = shutil.disk_usage(target).free
    if needed > free:
        raise DataError(
            f"packing into {target} needs {needed / 1e6:.1f} MB more, and the disk has "
            f"{free / 1e6:.1f} MB left: free disk space or choose another folder"
        )


def _bytes_needed(path: Path) -> int:
    try:
        height, width = image_size(path)
    except DataError:  # reported later, when it is read
        return 0
    return height * width * 3 + ALIGNMENT


def _pack(
    pool: ThreadPoolExecutor,
    files: dict[str, Path],
    to_do: list[str],
    kept: list[PackEntry],
    target: Path,
    workers: int,
) -> None:
    problems = []
    with PackWriter(target, kept) as writer:
        loading = prefetch(pool, lambda file: _load(files[file]), to_do, workers)
        for file, loaded in track(loading, "Packing", total=len(to_do)):
            try:
                pixels, origin = loaded.result()
            except DataError as error:
                problems.append(str(error))
            else:
                writer.add(file, origin, pixels)
        if not problems:
            writer.finish(files)
    if problems:
        count = len(problems)
        raise DataError(
            "\n  ".join(
                [
                    f"{count} of {len(files)} pictures cannot be packed. Replace or remove them, "
                    f"then run it again to finish; the others are packed:",
                    *problems,
                ]
            )
        )


def _load(path: Path) -> tuple[np.ndarray, SourceFile]:
    """Pixels and identity of a file."""
    try:
        return read_image(path), SourceFile(path.stat().st_size, file_sha256(path))
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror or error}): copy it again"
        ) from error
    except MemoryError as error:
        raise DataError(f"{path} does not fit into memory: cut it into smaller images") from error
