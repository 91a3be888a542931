"""Worker processes for what computes (HTML, spaCy), with a time limit that really kills, and a bound on their memory.

Work in the event loop would break Kafka's heartbeats, and a parser that hangs on one page
(trafilatura#704) can only be stopped from outside. Messages go to the workers in chunks, to save
passes between processes; when a chunk takes too long, too much memory or kills its worker, its messages
go again one by one, so that only the culprit pays.
"""

import asyncio
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from pebble import ProcessExpired, ProcessPool

from services.contracts.fates import DeadReason
from services.runtime.alive import BEAT_S, alive
from services.runtime.errors import Broken
from services.runtime.memory import OUT_OF_MEMORY, bound_memory, within_memory
from services.runtime.parent import die_with_parent
from services.runtime.stage import Failure, Outcome, Retry

CHUNK = 16
LANES = 2
"""Batches of a stage with a pool at once: the workers have one while the other is decoded or on its way to Kafka."""
TASKS_PER_WORKER = 2000  # then a fresh one: lxml and spaCy's string store grow with what they have seen
START_LIMIT_S = 180.0
TRIES_ALONE = 2

# Each stage has its own kind of message.
Work = Callable[[Sequence[Any]], list[Outcome]]


class Pool:
    """Runs `work` on chunks of messages in `workers` processes.

    A message may take `limit_s` in all: a third of it with its chunk, and a third twice alone.
    `initializer` runs first in each worker and may take START_LIMIT_S. A worker may have `memory_mib` of memory.
    """

    def __init__(
        self,
        work: Work,
        *,
        workers: int,
        limit_s: float,
        memory_mib: int,
        initializer: Callable[..., None] | None = None,
        initargs: Sequence[Any] = (),
    ) -> None:
        self._work = work
        self._workers = workers
        self._limit_s = limit_s / (1 + TRIES_ALONE)
        self._memory_mib = memory_mib
        self._start = (os.getpid(), memory_mib, initializer, tuple(initargs))
        self._pool: ProcessPool | None = None

    async def start(self) -> None:
        """Start the workers and wait until one has answered. Raises Broken when none comes up."""
        self._pool = ProcessPool(
            max_workers=self._workers,
            max_tasks=TASKS_PER_WORKER,
            initializer=_initialize,
            initargs=self._start,
            context=multiprocessing.get_context("spawn"),
        )
        try:
            await self._run((), START_LIMIT_S)
        except (FutureTimeout, ProcessExpired, Broken) as error:
            await self.stop()
            raise Broken(f"the worker processes do not start ({error}); see the log above") from error

    async def stop(self) -> None:
        """Stop the workers at once; what they were doing is not acknowledged and comes again."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            await asyncio.to_thread(self._pool.join, 10)
            self._pool = None

    async def process(self, messages: Sequence[Any]) -> list[Outcome]:
        """Outcomes of `messages`, which are what `work` takes, in order. Raises Broken when there are no workers."""
        size = max(1, min(CHUNK, -(-len(messages) // self._workers)))
        chunks = [messages[i : i + size] for i in range(0, len(messages), size)]
        done = await asyncio.gather(*(self._chunk(chunk) for chunk in chunks))
        return [outcome for outcomes in done for outcome in outcomes]

    async def _chunk(self, chunk: Sequence[Any]) -> list[Outcome]:
        try:
            return await self._run(chunk, self._limit_s)
        except (FutureTimeout, ProcessExpired):
            return [await self._alone(message) for message in chunk]

    async def _alone(self, message: Any) -> Outcome:
        """The limit is one of the clock, so a busy machine can fail a good message once; not twice, alone."""
        for _ in range(TRIES_ALONE):
            try:
                return (await self._run([message], self._limit_s))[0]
            except FutureTimeout:
                continue
            except ProcessExpired as error:
                return Retry(Failure(DeadReason.WORKER_DIED, "ProcessExpired", self._why(error.exitcode)), most=1)
        text = f"took longer than {self._limit_s:g} s, {TRIES_ALONE} times alone; it was stopped"
        return Retry(Failure(DeadReason.TIME_LIMIT, "TimeoutError", text), most=1)

    def _why(self, exit_code: int) -> str:
        text = f"killed its worker process twice (exit code {exit_code})"
        if exit_code != OUT_OF_MEMORY:
            return text
        return f"{text}: it needed more than {self._memory_mib} MiB of memory (NEWSLOOM_WORKER_MEMORY_MIB)"

    async def _run(self, messages: Sequence[Any], limit_s: float) -> list[Outcome]:
        assert self._pool is not None, "start() first"  # noqa: S101
        try:
            future = self._pool.schedule(within_memory, args=(self._work, messages), timeout=limit_s)
        except RuntimeError as error:  # pebble's word for a pool that is stopped or broken
            raise Broken(f"no worker processes: {error}") from error
        try:
            outcomes: list[Outcome] = await _result(future)
        except BrokenProcessPool as error:  # also when a worker is killed while it is idle (pebble 5.2)
            raise Broken(f"the worker processes broke: {error}") from error
        return outcomes


async def _result(future: "Future[list[Outcome]]") -> list[Outcome]:
    """Await `future`. A task that runs has its own limit; one that still waits for its worker to start (spaCy's models
    take 10 s, and a minute on a busy machine) is no silence, up to START_LIMIT_S."""
    result = asyncio.wrap_future(future)
    try:
        for _ in range(int(START_LIMIT_S / BEAT_S)):
            await asyncio.wait([result], timeout=BEAT_S)
            if result.done():
                break
            if not future.running():
                alive()
        outcomes = await result
    finally:
        result.cancel()
    alive()
    return outcomes


def _initialize(
    parent: int, memory_mib: int, initializer: Callable[..., None] | None, initargs: tuple[Any, ...]
) -> None:
    die_with_parent(parent)
    bound_memory(memory_mib)
    if initializer is not None:
        initializer(*initargs)
