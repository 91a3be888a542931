"""Batches in work side by side: as many at once as a stage has lanes. They end in any order; see acks.py."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

Batch = TypeVar("Batch")


class Lanes(Generic[Batch]):
    """Has `work` done on batches, at most `lanes` at once; `begin` is told of each in the order in which they come."""

    def __init__(
        self, lanes: int, work: Callable[[Batch], Awaitable[None]], begin: Callable[[Batch], None] = lambda _: None
    ) -> None:
        self._begin = begin
        self._free = asyncio.Semaphore(lanes)
        self._work = work
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, taken: AsyncIterator[Batch]) -> None:
        """Work on every batch of `taken`; one is taken once a lane is free.

        The first error of one ends all others and is raised. So does a cancellation.
        """
        try:
            async with asyncio.TaskGroup() as running:
                await self._free.acquire()
                async for batch in taken:
                    self._begin(batch)
                    task = running.create_task(self._one(batch))
                    self._tasks.add(task)
                    task.add_done_callback(self._ended)
                    await self._free.acquire()
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None

    def drop(self) -> None:
        """Give up what is in work, which is not acknowledged and comes again: to us, or to whoever gets it then."""
        for task in self._tasks:
            task.cancel()

    async def _one(self, batch: Batch) -> None:
        await self._work(batch)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._free.release()
