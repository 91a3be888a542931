"""A log file per process, kept from growing without end."""

import os
import shutil
from pathlib import Path

MOST_BYTES = 10 * 1024 * 1024
KEEP = 3


def rotate(log: Path, most: int = MOST_BYTES, keep: int = KEEP) -> bool:
    """When `log` is larger than `most`, move what it holds to `log.1`, and so on to `log.KEEP`; whether it was.

    The file is copied and emptied, not renamed: the process holds it open, in append mode, and needs no signal.
    Lines written between the copy and the emptying are lost; that is some microseconds in every `most` bytes.
    """
    if not log.exists() or log.stat().st_size <= most:
        return False
    for number in range(keep - 1, 0, -1):
        older = _numbered(log, number)
        if older.exists():
            older.replace(_numbered(log, number + 1))
    shutil.copyfile(log, _numbered(log, 1))
    os.truncate(log, 0)
    return True


def tail(log: Path, lines: int = 20, most: int = 64 * 1024) -> str:
    """The last lines, of the last `most` bytes, without Java's stack frames; empty when there is no file."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - most))
        text = file.read().decode("utf-8", "replace")
    telling = [line for line in text.splitlines() if not line.startswith(("\tat ", "\t..."))]
    return "\n".join(telling[-lines:])


def _numbered(log: Path, number: int) -> Path:
    return log.with_name(f"{log.name}.{number}")
