"""What a stage was made from, kept beside what it made."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from srrescgan.data.pack import INDEX, is_pack
from srrescgan.errors import DataError
from srrescgan.files import text_hash, write_json
from srrescgan.images import list_images
from srrescgan.pipeline.stage import Stage

Digest = Callable[[Path], str]
"""File to the hash of its content."""


@dataclass(frozen=True)
class Record:
    """A stage that was begun or finished: its command line and the content of all it reads."""

    command: list[str]
    reads: dict[str, str]
    """File or folder to the hash of its content."""
    output: str | None = None
    """Hash of the output; ``None`` while the stage is not finished."""
    replacing: bool = False
    """Whether there may still be what the stage had made of other inputs."""

    def differs_in(self, other: "Record") -> list[str]:
        """What makes a stage with this record another one than ``other``, in words."""
        found = ["command line or configuration"] if self.command != other.command else []
        paths = sorted(self.reads.keys() | other.reads.keys())
        return found + [path for path in paths if self.reads.get(path) != other.reads.get(path)]

    def write(self, path: Path) -> None:
        """Write as JSON, whole or not at all."""
        write_json(asdict(self), path)

    @classmethod
    def read(cls, path: Path) -> "Record | None":
        """Read what :meth:`write` wrote; ``None`` if there is nothing, or nothing readable."""
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return cls(**content)
        except (OSError, ValueError, TypeError):
            return None


def record_of(stage: Stage, digest: Digest) -> Record:
    """Record of a stage that is about to begin.

    Raises:
        DataError: something that the stage reads is not there.
    """
    reads = {str(path): content_hash(path, digest) for path in stage.reads}
    return Record([stage.command, *stage.overrides, stage.configuration], reads)


def content_hash(path: Path, digest: Digest) -> str:
    """Hash of a file, or of every picture in a folder with its name; of a pack, of its index.

    Raises:
        DataError: there is no such file or folder, or no picture in it.
    """
    if path.is_file():
        return digest(path)
    files = list_images(path)
    if not files and is_pack(path):  # the index names the content of every picture it was made of
        files = [path / INDEX]
    if not files:
        raise DataError(f"{path} holds no images: put them there or correct the path")
    lines = [f"{file.relative_to(path).as_posix()} {digest(file)}" for file in files]
    return text_hash("\n".join(lines))
