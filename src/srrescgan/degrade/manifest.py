"""What a made set of pictures consists of and how it was made.

``manifest.json`` says it when the set is finished. While it is being made a journal beside it grows
by one line per original, so that a run killed at any moment can go on. Neither holds a time or the
place of the folder: the same settings on the same pictures give the same file.
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


class Output(TypedDict):
    """A picture that was made."""

    file: str
    """Relative to the set's folder."""
    sha256: str
    """Of the file's bytes."""
    height: int
    width: int


class Entry(TypedDict):
    """An original, and what became of it."""

    input: str
    """Relative to the input folder."""
    sha256: str
    """Of the file's bytes."""
    outputs: list[Output]


class Failure(TypedDict):
    """An original of which nothing could be made."""

    input: str
    reason: str


@dataclass
class Ledger:
    """The manifest of a set, finished or not.

    Args:
        folder: of the set.
        settings: everything that decides about pixels, as JSON has it.
        made_with: each different software and device that worked on the set, in order.
        entries: by input.
        finished: whether the set was made to the end.
    """

    folder: Path
    settings: dict[str, Any]
    made_with: list[dict[str, Any]] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    finished: bool = False

    @classmethod
    def read(cls, folder: Path) -> "Ledger | None":
        """Read what an earlier run left in a folder, if it left anything.

        Raises:
            DataError: a file of that name is there and is not one of ours.
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
    def _parse(cls, folder: Path, text: str, finished: bool) -> "Ledger":
        if finished:
            head = json.loads(text)
            entries = head["images"]
        else:
            # Of the last line a killed process may have written a part only.
            head, *entries = [json.loads(line) for line in text.split("\n")[:-1]]
        by_input = {entry["input"]: entry for entry in entries}
        return cls(folder, head["settings"], head["made_with"], by_input, finished)

    def resume(self, made_with: dict[str, Any]) -> None:
        """Begin or go on: write the journal as far as it is known, whole."""
        if made_with not in self.made_with:
            self.made_with.append(made_with)
        self.finished = False
        head = {"settings": self.settings, "made_with": self.made_with}
        lines = [json.dumps(line) for line in (head, *self.entries.values())]
        with replacing(self.folder / JOURNAL) as temporary:
            temporary.write_text("".join(f"{line}\n" for line in lines))

    def add(self, entry: Entry) -> None:
        """Note an original that is done; its outputs are on disk."""
        self.entries[entry["input"]] = entry
        with (self.folder / JOURNAL).open("a") as journal:
            journal.write(json.dumps(entry) + "\n")

    def finish(self, inputs: Iterable[str], failures: list[Failure]) -> None:
        """Write the manifest, its images in the order of ``inputs``, and end the journal."""
        manifest = {
            "settings": self.settings,
            "made_with": self.made_with,
            "images": [self.entries[name] for name in inputs if name in self.entries],
            "failed": failures,
        }
        with replacing(self.folder / MANIFEST) as temporary:
            temporary.write_text(json.dumps(manifest, indent=1) + "\n")
        (self.folder / JOURNAL).unlink(missing_ok=True)
        self.finished = True
