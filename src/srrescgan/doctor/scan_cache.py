"""Cache of scan results by content: a picture is decoded only once, however often it is moved."""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from srrescgan.files import user_cache

_WAIT_S = 10.0
_SETTLED_NS = 2_000_000_000
"""A file modified this recently may change again within the resolution of its timestamp."""

_blake2b = partial(hashlib.blake2b, digest_size=16)


def default_cache() -> Path:
    """``srrescgan/doctor.sqlite`` in the user's cache folder."""
    return user_cache() / "doctor.sqlite"


class ScanCache:
    """Two tables: from file to digest of its bytes, and from digest to scan result.

    The first saves reading a file whose size and modification time have not changed, the second
    decoding a picture whose content is known, whatever the file is called. Writes are collected
    until :meth:`flush`. Several threads may use one object, and several processes one file. If the
    cache cannot be used, everything is read again and :attr:`trouble` says why.

    Args:
        path: the SQLite file; created if it does not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble: str | None = None
        self._lock = threading.Lock()
        self._files: dict[str, tuple[int, int, str]] = {}
        self._results: dict[str, str] = {}
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
        """Hash of a file's bytes, which are read only if its size or modification time is new.

        Raises:
            OSError: the file cannot be opened.
        """

        def read() -> str:
            with path.open("rb") as file:
                return hashlib.file_digest(file, _blake2b).hexdigest()

        return self.digest(str(path.absolute()), path, read)

    def digest(self, place: str, path: Path, compute: Callable[[], str]) -> str:
        """Digest of the content called ``place`` in the file ``path``; computed if it changed."""
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
        """Cached scan result; ``None`` if there is none."""
        with self._lock:
            if key in self._results:
                return self._results[key]
            row = self._row("SELECT value FROM facts WHERE key = ?", key)
        return None if row is None else str(row[0])

    def put(self, key: str, value: str) -> None:
        """Cache a scan result."""
        with self._lock:
            self._results[key] = value

    def flush(self) -> None:
        """Write the collected entries in one transaction."""
        with self._lock:
            if self._db is None or not (self._files or self._results):
                return
            try:
                with self._db:
                    files = [(place, *row) for place, row in self._files.items()]
                    self._db.executemany("REPLACE INTO files VALUES (?, ?, ?, ?)", files)
                    self._db.executemany("REPLACE INTO facts VALUES (?, ?)", self._results.items())
            except sqlite3.Error as error:
                self._give_up(error)
            else:
                self._files.clear()
                self._results.clear()

    def close(self) -> None:
        """Flush, and close the file."""
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
            f"the cache {self.path} cannot be used ({error}), so every picture was read again"
            " and no result was stored: delete the file, or choose another with checkup.cache="
        )
