"""Manifest: the files of a degraded folder, and how they were made.

``manifest.json`` is written when the folder is finished. Until then, a journal beside it grows by
one line per original, so that a run that was killed can resume. Neither contains times or absolute
paths: the same settings on the same pictures give the same file.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

from srrescgan.errors import DataError
from srrescgan.files import replacing

MANIFEST = "manifest.json"
JOURNAL = "manifest.partial.jsonl"


class OutputFile(TypedDict):
    """A picture that was written."""

    file: str
    """Relative to the output folder."""
    sha256: str
    """Of the file's bytes."""
    height: int
    width: int


class ManifestEntry(TypedDict):
    """An original and its output files."""

    input: str
    """Relative to the input folder."""
    sha256: str
    """Of the file's bytes."""
    outputs: list[OutputFile]


class Failure(TypedDict):
    """An original that cannot be used."""

    input: str
    reason: str


@dataclass
class Manifest:
    """The manifest of an output folder, finished or not.

    Args:
        folder: of the output.
        settings: everything that affects pixels, as JSON values.
        software: every combination of software and device that was used, in order.
        entries: by input.
        finished: whether the run was finished.
    """

    folder: Path
    settings: dict[str, Any]
    software: list[dict[str, Any]] = field(default_factory=list)
    entries: dict[str, ManifestEntry] = field(default_factory=dict)
    finished: bool = False

    @classmethod
    def read(cls, folder: Path) -> "Manifest | None":
        """Read the journal or manifest of an earlier run; ``None`` if there is none.

        Raises:
            DataError: the file is damaged or was written by another program.
        """
        for name, finished in ((JOURNAL, False), (MANIFEST, True)):
            path = folder / name
            if path.is_file():
                try:
                    return cls._parse(folder, path.read_text(), finished)
                except (ValueError, KeyError, TypeError) as error:
                    raise DataError(
                        f"{path} is damaged or was not written by this program: move it away, or"
                        " choose another output="
                    ) from error
        return None

    @classmethod
    def _parse(cls, folder: Path, text: str, finished: bool) -> "Manifest":
        if finished:
            head = json.loads(text)
            entries = head["images"]
        else:
            # A killed process may have written only a part of the last line.
            head, *entries = [json.loads(line) for line in text.split("\n")[:-1]]
        by_input = {entry["input"]: entry for entry in entries}
        return cls(folder, head["settings"], head["made_with"], by_input, finished)

    def resume(self, software: dict[str, Any]) -> None:
        """Start or resume: write a journal with the entries so far."""
        if software not in self.software:
            self.software.append(software)
        self.finished = False
        head = {"settings": self.settings, "made_with": self.software}
        lines = [json.dumps(line) for line in (head, *self.entries.values())]
        with replacing(self.folder / JOURNAL) as temporary:
            temporary.write_text("".join(f"{line}\n" for line in lines))

    def add(self, entry: ManifestEntry) -> None:
        """Append an original to the journal; its output files must be on disk."""
        self.entries[entry["input"]] = entry
        with (self.folder / JOURNAL).open("a") as journal:
            journal.write(json.dumps(entry) + "\n")

    def finish(self, inputs: Iterable[str], failures: list[Failure]) -> None:
        """Write the manifest, its images in the order of ``inputs``, and remove the journal."""
        manifest = {
            "settings": self.settings,
            "made_with": self.software,
            "images": [self.entries[name] for name in inputs if name in self.entries],
            "failed": failures,
        }
        with replacing(self.folder / MANIFEST) as temporary:
            temporary.write_text(json.dumps(manifest, indent=1) + "\n")
        (self.folder / JOURNAL).unlink(missing_ok=True)
        self.finished = True
