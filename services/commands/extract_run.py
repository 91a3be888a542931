"""Runs `newsloom extract` over lines, in worker processes, and remembers of each line what may help with later ones."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError as TookTooLong
from multiprocessing import get_context
from typing import Any

import orjson
from pebble import ProcessExpired, ProcessPool

from services.clean.memories import Memories
from services.clean.sightings import Recurring, Sighting
from services.contracts.urls import domain_of
from services.runtime.memory import OUT_OF_MEMORY, bound_memory, within_memory
from services.runtime.pool import TASKS_PER_WORKER
from services.runtime.settings import Settings

Record = dict[str, Any]
Made = tuple[Record, str, Sighting | None]
"""The record of a line, the host of its page, and what is to be remembered of it."""
Work = Callable[[bytes, Recurring], Made]

AHEAD = 4
"""Lines in work or waiting, for each worker process: so many lines before a line are not known to it yet."""


class _Known:
    """What earlier lines taught; nothing, unless `learn`."""

    def __init__(self, learn: bool) -> None:
        self._learn = learn
        self._memories = Memories()

    def of(self, line: bytes) -> Recurring:
        return self._memories.recurring(domain_of(str(_loaded(line).get("url")))) if self._learn else {}

    def record(self, made: Made) -> Record:
        record, host, seen = made
        if self._learn and host and seen:
            self._memories.add(host, seen)
        return record


def records(
    lines: Iterable[bytes], work: Work, jobs: int, settings: Settings, *, learn: bool = False
) -> Iterator[Record]:
    """Records in the order of `lines`; with `jobs` processes, a page that takes longer or more memory than the settings
    say has its worker killed. With `learn`, lines that recur over the pages of a host are dropped from later ones."""
    known, limit_s = _Known(learn), settings.document_limit_s
    if not jobs:
        for line in lines:
            yield known.record(work(line, known.of(line)))
        return
    memory_mib = settings.worker_memory_mib
    pool = ProcessPool(jobs, TASKS_PER_WORKER, bound_memory, [memory_mib], get_context("spawn"))
    running: deque[tuple[bytes, Any]] = deque()
    try:
        for line in lines:
            asked = [work, line, known.of(line)]
            running.append((line, pool.schedule(within_memory, args=asked, timeout=limit_s)))
            if len(running) > jobs * AHEAD:
                yield known.record(_result(*running.popleft(), limit_s))
        while running:
            yield known.record(_result(*running.popleft(), limit_s))
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _result(line: bytes, future: Any, limit_s: float) -> Made:
    try:
        done: Made = future.result()
        return done
    except TookTooLong:
        failed = f"took longer than the limit of {limit_s:g} s (NEWSLOOM_DOCUMENT_LIMIT_S)"
    except ProcessExpired as error:
        more = " for want of memory (NEWSLOOM_WORKER_MEMORY_MIB)" if error.exitcode == OUT_OF_MEMORY else ""
        failed = f"the worker process died{more}: {error}"
    loaded = _loaded(line)
    return {name: loaded[name] for name in ("id",) if name in loaded} | {"error": failed}, "", None


def _loaded(line: bytes) -> Record:
    """The object of an NDJSON line; an empty one where there is none."""
    try:
        loaded = orjson.loads(line)
    except ValueError:
        return {}
    return loaded if isinstance(loaded, dict) else {}
