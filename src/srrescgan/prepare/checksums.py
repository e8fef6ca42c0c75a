"""Published checksum lists in the format of ``sha256sum`` and ``md5sum``."""

import hashlib
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.progress import track

from srrescgan.degrade.prefetch import prefetch
from srrescgan.errors import DataError

_ALGORITHMS = {32: "md5", 64: "sha256"}
_LINE = re.compile(r"([0-9a-fA-F]+) [ *](.+)")


def read_checksums(path: Path) -> dict[str, str]:
    """Parse a list: file name to checksum (lower case; the length tells the algorithm).

    Raises:
        DataError: the list is missing or empty, or a line is malformed.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise DataError(f"checksums={path} cannot be read ({error}): correct the path") from error
    checksums = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line)
        if found is None or len(found[1]) not in _ALGORITHMS:
            raise DataError(
                f"{path}, line {number}: expected a checksum and a file name, as sha256sum or"
                " md5sum write them"
            )
        checksums[found[2]] = found[1].lower()
    if not checksums:
        raise DataError(
            f"{path} holds no checksums: expected lines as sha256sum or md5sum write them"
        )
    return checksums


def compare_checksums(path: Path, root: Path, known: Mapping[Path, str], workers: int) -> list[str]:
    """Compare files with a list, whose names are relative to its own folder or to ``root``.

    Args:
        path: the list.
        root: the data set's folder.
        known: SHA-256 of files that have been read already.
        workers: threads that read.

    Returns:
        One message for each file that is missing or different.

    Raises:
        DataError: as for :func:`read_checksums`.
    """
    checksums = read_checksums(path)

    def compare(name: str) -> str | None:
        places = [folder / name for folder in (path.absolute().parent, root)]
        file = next((place for place in places if place.is_file()), None)
        if file is None:
            return (
                f"{name} is listed in {path} but found neither beside it nor in {root}: download it"
            )
        expected = checksums[name]
        algorithm = _ALGORITHMS[len(expected)]
        actual = known.get(file.resolve()) if algorithm == "sha256" else None
        if (actual or _digest(file, algorithm)) == expected:
            return None
        return f"{file} is not the published file ({algorithm} differs): download it again"

    with ThreadPoolExecutor(workers) as pool:
        work = prefetch(pool, compare, checksums, 2 * workers)
        results = [done.result() for _, done in track(work, "Comparing", total=len(checksums))]
    return [result for result in results if result is not None]


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
