"""Folders that are whole or not there at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from srrescgan.errors import ConfigError


@contextmanager
def writing_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder beside ``path``; move it there when the block ends well.

    Raises:
        ConfigError: ``path`` is there already, and not an empty folder.
    """
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise ConfigError(f"output={path} exists; choose another folder, or remove it first")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent))
    try:
        temporary.chmod(0o755)  # mkdtemp makes it for its owner alone
        yield temporary
        if path.exists():
            path.rmdir()
        os.replace(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
