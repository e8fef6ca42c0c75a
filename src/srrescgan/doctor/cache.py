"""Facts by content, so that a picture is decoded once in its life."""

import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

_WAIT_S = 10.0
_SETTLED_NS = 2_000_000_000
"""A file changed this recently may change again without its time of change showing it."""

_blake2b = partial(hashlib.blake2b, digest_size=16)


def default_cache() -> Path:
    """``srrescgan/doctor.sqlite`` in the user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / (
        "srrescgan/doctor.sqlite"
    )


class FactCache:
    """Two tables: file to digest of its bytes, and digest to facts.

    The first saves reading a file whose size and time of change are known, the second decoding a
    file whose content is known, whatever it is called. Writes are collected until :meth:`flush`;
    several threads may use one object and several processes one file. A cache that cannot be used
    costs time, never a result: see :attr:`trouble`.

    Args:
        path: the SQLite file; made if need be.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble: str | None = None
        self._lock = threading.Lock()
        self._files: dict[str, tuple[int, int, str]] = {}
        self._facts: dict[str, str] = {}
        self._db: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=_WAIT_S, check_same_thread=False)
            self._db.executescript(
                "CREATE TABLE IF NOT EXISTS files"
                " (place TEXT PRIMARY KEY, size INTEGER, changed INTEGER, digest TEXT);"
                "CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, value TEXT);"
            )
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)

    def file_digest(self, path: Path) -> str:
        """Hash of a file's bytes; they are read only if its size or time of change is new.

        Raises:
            OSError: the file cannot be read at all.
        """

        def read() -> str:
            with path.open("rb") as file:
                return hashlib.file_digest(file, _blake2b).hexdigest()

        return self.digest(str(path.absolute()), path, read)

    def digest(self, place: str, path: Path, compute: Callable[[], str]) -> str:
        """Digest of what lies at ``place`` in the file ``path``; computed if the file is new."""
        status = path.stat()
        state = (status.st_size, status.st_mtime_ns)
        with self._lock:
            row = self._files.get(place) or self._row(
                "SELECT size, changed, digest FROM files WHERE place = ?", place
            )
        if row and tuple(row[:2]) == state:
            return str(row[2])
        digest = compute()
        if abs(time.time_ns() - status.st_mtime_ns) > _SETTLED_NS:
            with self._lock:
                self._files[place] = (*state, digest)
        return digest

    def get(self, key: str) -> str | None:
        """Facts remembered under ``key``."""
        with self._lock:
            if key in self._facts:
                return self._facts[key]
            row = self._row("SELECT value FROM facts WHERE key = ?", key)
        return None if row is None else str(row[0])

    def put(self, key: str, value: str) -> None:
        """Remember facts."""
        with self._lock:
            self._facts[key] = value

    def flush(self) -> None:
        """Write what was collected, in one transaction."""
        with self._lock:
            if self._db is None or not (self._files or self._facts):
                return
            try:
                with self._db:
                    files = [(place, *row) for place, row in self._files.items()]
                    self._db.executemany("REPLACE INTO files VALUES (?, ?, ?, ?)", files)
                    self._db.executemany("REPLACE INTO facts VALUES (?, ?)", self._facts.items())
            except sqlite3.Error as error:
                self._give_up(error)
            else:
                self._files.clear()
                self._facts.clear()

    def close(self) -> None:
        """Flush, and let go of the file."""
        self.flush()
        if self._db is not None:
            self._db.close()
            self._db = None

    def _row(self, query: str, key: str) -> tuple | None:
        if self._db is None:
            return None
        try:
            return self._db.execute(query, (key,)).fetchone()
        except sqlite3.Error as error:
            self._give_up(error)
            return None

    def _give_up(self, error: Exception) -> None:
        if self._db is not None:
            self._db.close()
        self._db = None
        self.trouble = (
            f"the cache {self.path} cannot be used ({error}), so everything was read anew and"
            " nothing remembered: delete the file, or choose another with checkup.cache="
        )
