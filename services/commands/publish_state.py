"""Which files of a folder are published, and how far: a small SQLite file for each folder, in NEWSLOOM_HOME.

SQLite, since a row changes with each batch: a file that is written whole would be written a thousand times for a
folder of 100,000 pages. What is committed outlives a kill of the process.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from services.commands.publish_look import Entry
from services.commands.publish_page import Told
from services.runtime.errors import NewsloomError
from services.runtime.settings import Settings

_TABLE = """CREATE TABLE IF NOT EXISTS files (
    name BLOB PRIMARY KEY, size INTEGER NOT NULL, changed_ns INTEGER NOT NULL, done INTEGER NOT NULL,
    whole INTEGER NOT NULL
) WITHOUT ROWID"""
_GET = "SELECT size, changed_ns, done, whole FROM files WHERE name = ?"
_PUT = "INSERT OR REPLACE INTO files (name, size, changed_ns, done, whole) VALUES (?, ?, ?, ?, ?)"


class Published:
    """How far the files of a folder are published to one Kafka, as the same source and under the same base URL."""

    def __init__(self, settings: Settings, folder: Path, told: Told) -> None:
        key = (str(folder), told.base_url, told.source, settings.kafka, settings.namespace)
        name = hashlib.sha256(repr(key).encode()).hexdigest()[:16]
        self.path = settings.home_dir / "publish" / f"{name}.sqlite"
        with self._usable():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Batches are read in threads, one after the other.
            self._db = sqlite3.connect(self.path, timeout=30, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            with self._db:
                self._db.execute(_TABLE)

    def done(self, entry: Entry) -> int | None:
        """How many pieces of the file as it is now are dealt with; None: all."""
        with self._usable():
            row = self._db.execute(_GET, (entry.key,)).fetchone()
        if row is None or row[:2] != (entry.size, entry.changed_ns):
            return 0
        return None if row[3] else int(row[2])

    def note(self, progress: Iterable[tuple[Entry, int, bool]]) -> None:
        """Remember how far files are, and which are through; all of it or nothing."""
        rows = [(entry.key, entry.size, entry.changed_ns, done, whole) for entry, done, whole in progress]
        with self._usable(), self._db:
            self._db.executemany(_PUT, rows)

    def forget(self) -> None:
        """Begin anew."""
        with self._usable(), self._db:
            self._db.execute("DELETE FROM files")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise NewsloomError(
                f"{self.path}, which says what is published already, can not be used: {error}; "
                "without it everything is published again"
            ) from None
