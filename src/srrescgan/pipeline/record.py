"""Record of a stage: its command line and the content of its inputs and output."""

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
    """A stage that was started or finished."""

    command: list[str]
    reads: dict[str, str]
    """File or folder to the hash of its content."""
    output: str | None = None
    """Hash of the output; ``None`` while the stage is not finished."""
    replacing: bool = False
    """Whether the output may still contain results from other inputs."""

    def differs_in(self, other: "Record") -> list[str]:
        """Differences between the inputs of two records, in words."""
        differences = ["command line or configuration"] if self.command != other.command else []
        paths = sorted(self.reads.keys() | other.reads.keys())
        changed = [path for path in paths if self.reads.get(path) != other.reads.get(path)]
        return differences + changed

    def write(self, path: Path) -> None:
        """Write as JSON, atomically."""
        write_json(asdict(self), path)

    @classmethod
    def read(cls, path: Path) -> "Record | None":
        """Read the result of :meth:`write`; ``None`` if it is missing or damaged."""
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return cls(**content)
        except (OSError, ValueError, TypeError):
            return None


def record_of(stage: Stage, digest: Digest) -> Record:
    """Record of a stage that is about to start.

    Raises:
        DataError: an input of the stage is missing.
    """
    reads = {str(path): content_hash(path, digest) for path in stage.reads}
    return Record([stage.command, *stage.overrides, stage.configuration], reads)


def content_hash(path: Path, digest: Digest) -> str:
    """Hash of a file, of the names and pictures of a folder, or of the index of a pack.

    Raises:
        DataError: the path does not exist or holds no picture.
    """
    if path.is_file():
        return digest(path)
    files = list_images(path)
    if not files and is_pack(path):  # the index has the hash of every picture
        files = [path / INDEX]
    if not files:
        raise DataError(f"{path} contains no images: put them there or correct the path")
    lines = [f"{file.relative_to(path).as_posix()} {digest(file)}" for file in files]
    return text_hash("\n".join(lines))
