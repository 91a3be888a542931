"""Keeps downloads; knows without network and without reading them again that they are the pinned ones.

Beside each file lies a `.verified` note of its hash, size and modification time, written after the hash was
computed. A file that no longer matches its note is hashed again, and fetched again if it is not the pinned one.
"""

import fcntl
import json
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from services.standalone.downloads.catalogue import Artifact, central
from services.standalone.downloads.progress import showing
from services.standalone.downloads.transfer import OnBytes, fetch, sha256_of

AT_ONCE = 4


class Cache:
    """The folder of downloads; `base` is the repository that they come from."""

    def __init__(self, folder: Path, base: str | None = None) -> None:
        self.folder = folder
        self._base = (base or central()).rstrip("/")

    def path(self, artifact: Artifact) -> Path:
        """Where an artifact lies, or will."""
        return self.folder / "maven" / artifact.path

    def missing(self, artifacts: Sequence[Artifact]) -> list[Artifact]:
        """Those that are not there, or not as pinned."""
        return [artifact for artifact in artifacts if not self._is_verified(artifact)]

    def damaged(self, artifacts: Sequence[Artifact]) -> list[Artifact]:
        """Those that are there but do not have the pinned hash; reads every byte."""
        there = [artifact for artifact in artifacts if self.path(artifact).exists()]
        return [artifact for artifact in there if sha256_of(self.path(artifact)) != artifact.sha256]

    def ensure(self, artifacts: Sequence[Artifact], title: str) -> list[Path]:
        """Paths of `artifacts`, downloaded when needed. Raises DownloadError."""
        if self.missing(artifacts):
            with self.locked():
                self._fetch_all(self.missing(artifacts), title)
        return [self.path(artifact) for artifact in artifacts]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one process at a time changes the cache; others wait."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print(f"Another process is filling {self.folder}; waiting for it", file=sys.stderr, flush=True)
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _fetch_all(self, artifacts: Sequence[Artifact], title: str) -> None:
        if not artifacts:
            return
        with showing(title, sum(a.bytes for a in artifacts)) as on_bytes, ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [pool.submit(self._fetch, artifact, on_bytes) for artifact in artifacts]
            try:
                for future in futures:
                    future.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _fetch(self, artifact: Artifact, on_bytes: OnBytes) -> None:
        target = self.path(artifact)
        fetch(f"{self._base}/{artifact.path}", target, artifact.bytes, artifact.sha256, on_bytes)
        self._note(target, artifact.sha256)

    def _is_verified(self, artifact: Artifact) -> bool:
        path = self.path(artifact)
        if not path.exists() or path.stat().st_size != artifact.bytes:
            return False
        if _read_note(path) == _note_of(path, artifact.sha256):
            return True
        if sha256_of(path) != artifact.sha256:
            return False
        with suppress(OSError):  # a cache that we may only read is hashed each time
            self._note(path, artifact.sha256)
        return True

    @staticmethod
    def _note(path: Path, sha256: str) -> None:
        note = path.with_name(path.name + ".verified")
        draft = note.with_name(note.name + ".new")
        draft.write_text(json.dumps(_note_of(path, sha256)))
        draft.replace(note)


def _note_of(path: Path, sha256: str) -> dict[str, object]:
    stat = path.stat()
    return {"sha256": sha256, "bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns}


def _read_note(path: Path) -> object:
    try:
        return json.loads(path.with_name(path.name + ".verified").read_text())
    except (OSError, ValueError):
        return None  # no note, or half of one: the file is hashed instead
