"""The files of an archive folder: one open at a time, named `….warc.gz.open`, completed by its rename to `….warc.gz`.

What was appended is on disk when `append` returns. A worker that was killed leaves an open file behind, perhaps with a
torn record at its end; the next start cuts that off and completes the file. Locks (flock) keep workers that share
a folder from each other's open files.
"""

import errno
import fcntl
import itertools
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

import structlog

from services.archive.members import members
from services.archive.record import warcinfo

OPEN = ".open"
_INFO = {
    "software": "Newsloom",
    "format": "WARC File Format 1.1",
    "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
}
log = structlog.get_logger()


class Folder:
    """Appends records to a file in `path`; a file is due for its end after `most_bytes` or `most_s` seconds."""

    def __init__(self, path: Path, most_bytes: int, most_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self._most_bytes = most_bytes
        self._most_s = most_s
        self._clock = clock
        self._file: FileIO | None = None
        self._size = 0
        self._since = 0.0
        self._empty = 0
        self._number = itertools.count(1)

    def recover(self) -> None:
        """Complete what workers that are gone left open. Raises OSError."""
        self.path.mkdir(parents=True, exist_ok=True)
        for path in sorted(self.path.glob(f"*.warc.gz{OPEN}")):
            with suppress(FileNotFoundError), path.open("r+b", buffering=0) as file:  # another worker was faster
                if _lock(file) and _same(file, path):
                    _mend(file, path)

    def append(self, data: bytes) -> None:
        """Write `data`, on disk when this returns. Raises OSError, and then nothing of it counts as written."""
        file = self._file or self._open()
        try:
            _write(file, data)
            os.fsync(file.fileno())
        except OSError:
            self._cut_back(file)
            raise
        self._size += len(data)
        if self.due():
            self.rotate()

    def due(self) -> bool:
        """Whether the open file has reached its size or its age."""
        if self._file is None or self._size <= self._empty:
            return False
        return self._size >= self._most_bytes or self._clock() - self._since >= self._most_s

    def rotate(self) -> None:
        """Complete the open file, if there is one. Raises OSError."""
        if self._file is None:
            return
        _complete(Path(str(self._file.name)), keep=self._size > self._empty)
        self._file.close()
        self._file = None

    def complete(self) -> Iterator[Path]:
        """Every completed file, oldest first."""
        yield from sorted(self.path.glob("*.warc.gz"))

    def _open(self) -> FileIO:
        self.path.mkdir(parents=True, exist_ok=True)
        made = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        name = f"newsloom-{made}-{socket.gethostname()}-{os.getpid()}-{next(self._number):05}.warc.gz"
        path = self.path / (name + OPEN)
        file = FileIO(path, "xb")
        try:
            if not _lock(file) or not _same(file, path):
                raise BlockingIOError(errno.EAGAIN, "another worker took the new file for one left behind")
            first = warcinfo(name, _INFO)
            _write(file, first)
            os.fsync(file.fileno())
            _sync(self.path)
        except OSError:
            path.unlink(missing_ok=True)
            file.close()
            raise
        self._file, self._size, self._empty, self._since = file, len(first), len(first), self._clock()
        return file

    def _cut_back(self, file: FileIO) -> None:
        """Take back what a failed `append` wrote; if even that fails the next start does it, and we take a new file."""
        try:
            file.truncate(self._size)
            file.seek(self._size)
        except OSError as error:
            log.warning("archive file given up", file=file.name, error=str(error))
            file.close()
            self._file = None


def _write(file: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _lock(file: FileIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _same(file: FileIO, path: Path) -> bool:
    """Whether `path` is still that file, now that we have the lock."""
    return path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat())


def _mend(file: FileIO, path: Path) -> None:
    """Cut the torn end off a file that a killed worker left, and complete it."""
    size = os.fstat(file.fileno()).st_size
    whole = [0, 0]  # where the last two whole records end: one alone is the file's own
    for member in members(file):
        if not member.error:
            whole = [whole[1], member.end]
    if whole[1] < size:
        log.warning("archive file was torn", file=path.name, cut_bytes=size - whole[1])
        file.truncate(whole[1])
    os.fsync(file.fileno())
    _complete(path, keep=whole[0] > 0)


def _complete(path: Path, *, keep: bool) -> None:
    """Give a file its final name; one without a page goes."""
    if keep:
        path.rename(path.with_name(path.name.removesuffix(OPEN)))
    else:
        path.unlink()
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Bring a folder's names to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
