"""Pack writer: can resume after the process was killed at any moment."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import numpy as np

from srrescgan.data.pack import ALIGNMENT, INDEX, PIXELS, VERSION, PackEntry, checksum, entry_end
from srrescgan.data.stored_image import image_name
from srrescgan.errors import DataError
from srrescgan.files import remove_leftovers, replacing

JOURNAL = "packed.partial.jsonl"
"""One line for each picture in ``packed.bin``, while there is no index."""


class SourceFile(NamedTuple):
    """Identity of the file that a packed picture was read from."""

    bytes: int
    sha256: str


class PackWriter:
    """An unfinished pack: the pixels, and a journal of the pictures that are complete.

    A picture's line is written after its pixels. After a kill, both are complete up to some
    picture; after a power failure they may not be, which the checksums reveal.

    Args:
        target: folder of the pack; an index in it is removed.
        kept: pictures of an earlier run to keep; everything written after them is cut off.
    """

    def __init__(self, target: Path, kept: list[PackEntry]) -> None:
        self.target = target
        self.entries = {entry["file"]: entry for entry in kept}
        remove_leftovers([target / INDEX, target / JOURNAL])
        lines = [json.dumps(line) for line in ({"version": VERSION}, *kept)]
        with replacing(target / JOURNAL) as temporary:
            temporary.write_text("".join(f"{line}\n" for line in lines))
        (target / INDEX).unlink(missing_ok=True)
        self._end = end_of(kept)
        os.close(os.open(target / PIXELS, os.O_WRONLY | os.O_CREAT, 0o666))
        self._pixels = (target / PIXELS).open("rb+")
        self._pixels.truncate(self._end)
        self._journal = (target / JOURNAL).open("a")

    def __enter__(self) -> "PackWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._pixels.close()
        finally:
            self._journal.close()

    def add(self, file: str, source: SourceFile, pixels: np.ndarray) -> None:
        """Append one picture.

        Args:
            file: relative path of its file.
            source: identity of the file.
            pixels: ``(H, W, 3)`` uint8.
        """
        height, width, _ = pixels.shape
        entry: PackEntry = {
            "name": image_name(Path(file)),
            "file": file,
            "bytes": source.bytes,
            "sha256": source.sha256,
            "offset": -(-self._end // ALIGNMENT) * ALIGNMENT,
            "height": height,
            "width": width,
            "crc32": checksum(pixels),
        }
        self._pixels.seek(entry["offset"])
        self._pixels.write(pixels.data)
        self._pixels.flush()
        self._journal.write(json.dumps(entry) + "\n")
        self._journal.flush()
        self.entries[file] = entry
        self._end = entry_end(entry)

    def finish(self, files: Iterable[str]) -> None:
        """Write the index, which completes the pack."""
        os.fsync(self._pixels.fileno())
        index = {
            "version": VERSION,
            "length": self._end,
            "pictures": [self.entries[file] for file in files],
        }
        with replacing(self.target / INDEX) as temporary:
            temporary.write_text(json.dumps(index, indent=1) + "\n")


def end_of(entries: list[PackEntry]) -> int:
    """Position of the first byte after the last picture."""
    return max((entry_end(entry) for entry in entries), default=0)


def read_journal(path: Path) -> list[PackEntry]:
    """Pictures that an unfinished run packed, in order; none if there is no journal.

    Raises:
        DataError: the journal is damaged or was written by another program.
    """
    if not path.is_file():
        return []
    try:
        # A killed process may have written only a part of the last line.
        head, *entries = [json.loads(line) for line in path.read_text().split("\n")[:-1]]
        if head != {"version": VERSION}:
            raise ValueError("another version")
        for entry in entries:
            entry_end(entry)
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} is damaged or was written by another program: remove it to restart the packing"
        ) from error
    return entries
