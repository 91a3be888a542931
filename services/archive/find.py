"""Which WARC files lie in a folder, or under an address in S3."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from services.archive.files import OPEN
from services.archive.members import Readable
from services.archive.s3 import SCHEME, Bucket
from services.runtime.errors import UsageError
from services.runtime.settings import Settings

ENDINGS = (".warc", ".warc.gz", f".warc.gz{OPEN}")


@dataclass(frozen=True)
class ArchiveFile:
    """One file; `open(at)` gives it from offset `at` on."""

    name: str
    size: int
    open: Callable[[int], AbstractContextManager[Readable]]

    @property
    def growing(self) -> bool:
        """Whether an archive service may still write to it."""
        return self.name.endswith(OPEN)


def archive_files(where: str, settings: Settings) -> list[ArchiveFile]:
    """Every WARC file of `where`, sorted by name. Raises UsageError when there is none, Unavailable."""
    found = _in_s3(where, settings) if where.startswith(SCHEME) else _on_disk(Path(where).expanduser())
    if not found:
        raise UsageError(f"there is no file {', '.join(f'*{ending}' for ending in ENDINGS)} in {where}")
    return found


def _on_disk(where: Path) -> list[ArchiveFile]:
    if where.is_file():
        return [ArchiveFile(where.name, where.stat().st_size, partial(_open, where))]
    if not where.is_dir():
        raise UsageError(f"there is no {where}")
    paths = sorted(path for path in where.rglob("*") if path.name.endswith(ENDINGS) and path.is_file())
    return [ArchiveFile(str(path.relative_to(where)), path.stat().st_size, partial(_open, path)) for path in paths]


def _in_s3(where: str, settings: Settings) -> list[ArchiveFile]:
    folder, _, name = where.rpartition("/") if where.endswith(ENDINGS) else (where, "", "")
    bucket = Bucket(folder, settings)

    def open_(name: str, at: int) -> AbstractContextManager[Readable]:
        return nullcontext(bucket.open(name, at))

    sizes = bucket.sizes()
    wanted = [n for n in sizes if n.endswith(ENDINGS) and name in ("", n)]
    return [ArchiveFile(n, sizes[n], partial(open_, n)) for n in wanted]


def _open(path: Path, at: int) -> AbstractContextManager[Readable]:
    """The file, also when it was completed since it was listed."""
    for name in (path, path.with_name(path.name.removesuffix(OPEN))):
        try:
            file = name.open("rb")
        except FileNotFoundError:
            continue
        except OSError as error:
            raise UsageError(f"can not read {name}: {error.strerror}") from None
        file.seek(at)
        return file
    raise UsageError(f"{path} is gone")
