"""Batches in work side by side: as many at once as a stage has lanes, each acknowledged when it is done itself.

Acknowledgements may then come out of order; faust commits no offset past a gap (faust-streaming 0.15.3, consumer.py,
`_new_offset`), so that a crash has the oldest unfinished batch, and what came after it, read again.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

Batch = TypeVar("Batch")


async def in_lanes(taken: AsyncIterator[Batch], lanes: int, work: Callable[[Batch], Awaitable[None]]) -> None:
    """Have `work` done on every batch of `taken`, at most `lanes` at once; a batch is taken once a lane is free.

    The first error of one ends all others and is raised. So does a cancellation.
    """
    free = asyncio.Semaphore(lanes)

    async def one(batch: Batch) -> None:
        try:
            await work(batch)
        finally:
            free.release()

    try:
        async with asyncio.TaskGroup() as running:
            await free.acquire()
            async for batch in taken:
                running.create_task(one(batch))
                await free.acquire()
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
