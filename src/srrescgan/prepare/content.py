"""Record of the content of downloaded files, to detect later changes.

``srrescgan-content.json`` in the data set's folder holds size, time and SHA-256 of every downloaded
picture. It reveals interrupted copies, edited files and disk errors.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from rich.progress import track

from srrescgan.degrade.prefetch import prefetch
from srrescgan.errors import DataError
from srrescgan.files import file_sha256, replacing
from srrescgan.images import list_images

RECORD = "srrescgan-content.json"
_SAVE_EVERY = 200
"""Files that are read between two saves of an incomplete record."""


class FileRecord(TypedDict):
    """A picture as it was when it was read."""

    size: int
    """Bytes."""
    mtime_ns: int
    """Modification time."""
    sha256: str
    """Of the file's bytes."""


class FolderRecord(TypedDict):
    """The pictures of one folder, by relative path."""

    complete: bool
    """Whether all files were read; until then, differences are not reported."""
    files: dict[str, FileRecord]


@dataclass
class Differences:
    """Files that differ from the record, relative to the data set's folder."""

    changed: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)


@dataclass
class Content:
    """The record of a data set.

    Args:
        root: the data set's folder.
        folders: by path relative to ``root``.
    """

    root: Path
    folders: dict[str, FolderRecord] = field(default_factory=dict)

    @classmethod
    def read(cls, root: Path) -> "Content":
        """Read the record of an earlier run; an empty one if there is none.

        Raises:
            DataError: the file is damaged.
        """
        path = root / RECORD
        if not path.is_file():
            return cls(root)
        try:
            # Every key is accessed, so that a damaged record is found here and not later.
            folders: dict[str, FolderRecord] = {
                folder: {
                    "complete": record["complete"],
                    "files": {
                        name: {key: file[key] for key in ("size", "mtime_ns", "sha256")}  # type: ignore[misc]
                        for name, file in record["files"].items()
                    },
                }
                for folder, record in json.loads(path.read_text())["folders"].items()
            }
            return cls(root, folders)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"{path} is damaged: delete it, and run again to record the files as they are"
            ) from error

    def write(self) -> None:
        """Write the record atomically.

        Raises:
            DataError: the folder is not writable, or the disk is full.
        """
        path = self.root / RECORD
        try:
            with replacing(path) as temporary:
                temporary.write_text(json.dumps({"version": 1, "folders": self.folders}) + "\n")
        except OSError as error:
            raise DataError(
                f"cannot write {path} ({error.strerror or error}): make room, or make it writable"
            ) from error

    def hashes(self, folder: str) -> dict[str, str]:
        """SHA-256 of every recorded picture of a folder, by relative path."""
        return hashes(self.folders[folder]) if folder in self.folders else {}

    def scan(self, folder: str, verify: bool, workers: int) -> tuple[FolderRecord, "Differences"]:
        """Read the new files of a folder, and compare the folder with the record.

        This object is not changed: the caller decides whether to accept the new record. The only
        exception is a folder that is read for the first time: it is saved regularly as incomplete,
        so that a run that was killed can resume.

        Args:
            folder: relative to the data set's.
            verify: read also files whose size and time are the recorded ones.
            workers: threads that read.

        Returns:
            A record of the folder as it is now, and its differences from a complete earlier one.
        """
        before = self.folders.get(folder, {"complete": False, "files": {}})
        found = {
            path.relative_to(self.root / folder).as_posix(): path
            for path in list_images(self.root / folder)
        }
        if not found:  # the files were deleted, only the pack was kept
            return before, Differences()
        stats = {name: _stat(path) for name, path in found.items()}
        known = {} if verify and before["complete"] else before["files"]
        files = {
            name: known[name]
            for name, (size, mtime_ns) in stats.items()
            if name in known and (known[name]["size"], known[name]["mtime_ns"]) == (size, mtime_ns)
        }
        unread = {name: path for name, path in found.items() if name not in files}
        for count, (name, digest) in enumerate(_read(unread, folder, workers), start=1):
            size, mtime_ns = stats[name]
            files[name] = {"size": size, "mtime_ns": mtime_ns, "sha256": digest}
            if not before["complete"] and count % _SAVE_EVERY == 0:
                self.folders[folder] = {"complete": False, "files": files}
                self.write()
        after: FolderRecord = {
            "complete": True,
            "files": {name: files[name] for name in found},
        }
        return after, _differences(folder, before, after) if before["complete"] else Differences()


def hashes(record: FolderRecord) -> dict[str, str]:
    """SHA-256 of every picture in a record, by relative path."""
    return {name: file["sha256"] for name, file in record["files"].items()}


def _stat(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _read(files: dict[str, Path], folder: str, workers: int) -> Iterator[tuple[str, str]]:
    """Name and SHA-256 of every file, in order."""
    if not files:
        return
    with ThreadPoolExecutor(workers) as pool:
        work = prefetch(pool, lambda item: _sha256(item[1]), files.items(), 2 * workers)
        for (name, _), digest in track(work, f"Reading {folder}", total=len(files)):
            yield name, digest.result()


def _sha256(path: Path) -> str:
    try:
        return file_sha256(path)
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror or error}): copy or download it again"
        ) from error


def _differences(folder: str, before: FolderRecord, after: FolderRecord) -> Differences:
    old, new = before["files"], after["files"]
    return Differences(
        changed=[
            f"{folder}/{name}"
            for name in sorted(old.keys() & new.keys())
            if old[name]["sha256"] != new[name]["sha256"]
        ],
        deleted=[f"{folder}/{name}" for name in sorted(old.keys() - new.keys())],
        new=[f"{folder}/{name}" for name in sorted(new.keys() - old.keys())],
    )
