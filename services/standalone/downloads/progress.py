"""Shows how far downloads are: a bar on a terminal, log lines elsewhere."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

LINE_EVERY_S = 5.0
MB = 1_000_000


@contextmanager
def showing(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yield a function to tell of more bytes, callable from any thread."""
    show = _bar if sys.stderr.isatty() else _lines
    with show(title, total) as advance:
        yield advance


@contextmanager
def _bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn(title), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=total)
        yield lambda count: progress.advance(task, count)


@contextmanager
def _lines(title: str, total: int) -> Iterator[Callable[[int], None]]:
    lock = threading.Lock()
    done, said = 0, time.monotonic()

    def say() -> None:
        print(f"{title}: {done / MB:.1f} of {total / MB:.1f} MB", file=sys.stderr, flush=True)

    def advance(count: int) -> None:
        nonlocal done, said
        with lock:
            done += count
            if time.monotonic() - said >= LINE_EVERY_S:
                said = time.monotonic()
                say()

    say()
    yield advance
    say()
