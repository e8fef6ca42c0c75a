"""Files that are whole or not there at all."""

import hashlib
import json
import math
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; move it there when the block ends well.

    Until then an older ``path`` stays as it was. When the block fails, for instance on a full
    disk, the temporary file is removed and the error goes on.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write strict JSON, whole or not at all; see :func:`plain` for what JSON does not have."""
    text = json.dumps(plain(content), indent=2, allow_nan=False) + "\n"
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def plain(value: Any) -> Any:
    """What strict JSON holds of a value: ``inf``, ``nan``, paths and the like as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [plain(child) for child in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def visible(folder: Path) -> list[Path]:
    """Everything in a folder and below it, sorted by relative name; hidden ones ignored."""
    relative = [path.relative_to(folder) for path in folder.rglob("*")]
    shown = [path for path in relative if not any(part.startswith(".") for part in path.parts)]
    return [folder / path for path in sorted(shown, key=Path.as_posix)]


def remove_leftovers(paths: Iterable[Path]) -> None:
    """Remove the temporary files that a killed process left when it was replacing ``paths``.

    Not while another process may be writing them.
    """
    names: dict[Path, set[str]] = {}
    for path in paths:
        names.setdefault(path.parent, set()).add(path.name)
    for folder, own in names.items():
        for path in folder.glob(".*.tmp"):
            found = re.fullmatch(r"\.(.+)\.\d+\.tmp", path.name)
            if found and found[1] in own:
                path.unlink(missing_ok=True)


def link_or_copy(source: Path, target: Path) -> None:
    """Give ``source`` a second name, replacing what is there.

    Safe for files that are replaced and never rewritten, as :func:`replacing` does it: the second
    name keeps the content that it was given.
    """
    temporary = target.with_name(f".{target.name}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        os.link(source, temporary)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, temporary)
    os.replace(temporary, target)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def text_hash(text: str) -> str:
    """Short hash of a text, in hexadecimal."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
