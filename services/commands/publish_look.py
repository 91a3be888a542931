"""Which files of a folder there are to publish: regular ones, in order, and no way out of the folder."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.commands.output import printable
from services.commands.publish_read import kind_of


@dataclass(frozen=True)
class Entry:
    """A file as it is now; `passed` says why it is left out, `refused` what is wrong with it. `path` is no link."""

    path: Path
    name: str
    size: int = 0
    changed_ns: int = 0
    passed: str = ""
    refused: str = ""

    @property
    def key(self) -> bytes:
        """The name as the file system has it, which need not be UTF-8."""
        return os.fsencode(self.name)

    @property
    def shown(self) -> str:
        """The name for people."""
        return printable(self.key.decode("utf-8", "replace"))

    @property
    def stamp(self) -> tuple[int, int]:
        """Differs when the file has changed."""
        return self.size, self.changed_ns


def look(folder: Path) -> Iterator[Entry]:
    """All files below `folder`, a resolved path, by name; those whose name begins with a dot are not looked at."""
    failures: list[OSError] = []
    for where, folders, names in os.walk(folder, onerror=failures.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if (Path(where) / name).is_symlink()]
        for name in sorted([*links, *(name for name in names if not name.startswith("."))]):
            yield _entry(folder, Path(where) / name)
    for error in failures:
        yield Entry(Path(error.filename), os.path.relpath(error.filename, folder), refused=_cannot(error))


def _entry(folder: Path, path: Path) -> Entry:
    name = str(path.relative_to(folder))
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(folder):
            return Entry(real, name, passed="a link out of the folder")
        found = real.stat()
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        return Entry(path, name, refused=_cannot(error))
    if not stat.S_ISREG(found.st_mode):
        return Entry(real, name, passed="a link to a folder" if real.is_dir() else "no regular file")
    if kind_of(name) is None:
        return Entry(real, name, passed=f"a file of the kind {path.suffix.lower()[:20] or '(no ending)'}")
    return Entry(real, name, found.st_size, found.st_mtime_ns)


def _cannot(error: Exception) -> str:
    return f"it can not be read: {getattr(error, 'strerror', None) or error}"
