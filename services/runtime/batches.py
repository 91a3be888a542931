"""Batches off a faust stream, with acknowledgements in our own hands.

`Stream.take` acknowledges in a `finally`, so also when the loop body raises or is cancelled by a stop
(faust-streaming 0.15.3, streams.py): a message in work would be lost. Here nothing is acknowledged
but by `event.ack()`, after everything that follows from the message is confirmed.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

from services.contracts.messages import Origin
from services.runtime.stage import Delivery

MAX_BATCH_BYTES = 32 * 1024 * 1024
_LAST_MS = 253_402_300_799_999  # the end of year 9999; datetime knows no later time
Event = Any  # faust.Event; faust ships no types


def delivery_of(event: Event) -> Delivery:
    """The Kafka message of a faust event, with raw key and value."""
    message = event.message
    return Delivery(
        key=message.key,
        value=message.value or b"",
        headers=list(message.headers.items() if isinstance(message.headers, dict) else message.headers or []),
        # faust gives seconds as a float; rounded, they are again the milliseconds that Kafka has (-1: none).
        timestamp_ms=min(max(0, round(message.timestamp * 1000)), _LAST_MS),
        origin=Origin(topic=message.topic, partition=message.partition, offset=message.offset),
    )


async def batches(
    stream: Any, most: int, wait_s: float, is_fresh: Callable[[Event], bool] = lambda _: True
) -> AsyncGenerator[list[Event], None]:
    """Yield lists of 1 to `most` events, waiting at most `wait_s` seconds for a list to fill; ends with the stream.

    Events that are not `is_fresh` any more by then are left out (fresh.py). At most `most` events, and MAX_BATCH_BYTES
    of them, are held besides the list in work: when the stage is slow, the queue fills, faust's buffer fills, and faust
    stops fetching.
    """
    queue = _Queue(most)

    async def read() -> None:
        """Ends with None on the queue, unless cancelled: nobody would make room for it then."""
        try:
            async for event in stream.noack().events():
                await queue.put(event)
        except Exception:
            await queue.put(None)
            raise
        await queue.put(None)

    reader = asyncio.create_task(read(), name="read-stream")
    try:
        while (first := await queue.get()) is not None:
            batch, open_ended = await _fill([first], queue, most, wait_s)
            if fresh := [event for event in batch if is_fresh(event)]:
                yield fresh
            if not open_ended:
                break
        await reader
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)


def _size(event: Event) -> int:
    return len(event.message.value or b"")


class _Queue(asyncio.Queue["Event | None"]):
    """A queue that is full by number or by bytes. One event over the bound still goes in, alone."""

    def _init(self, maxsize: int) -> None:
        super()._init(maxsize)
        self._bytes = 0

    def _put(self, item: "Event | None") -> None:
        self._bytes += _size(item) if item is not None else 0
        super()._put(item)

    def _get(self) -> "Event | None":
        item: Event | None = super()._get()
        self._bytes -= _size(item) if item is not None else 0
        return item

    def full(self) -> bool:
        return super().full() or self._bytes >= MAX_BATCH_BYTES


async def _fill(batch: list[Event], queue: "_Queue", most: int, wait_s: float) -> tuple[list[Event], bool]:
    """Add to `batch` what arrives in time; False when the stream has ended."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_s
    size = _size(batch[0])
    while len(batch) < most and size < MAX_BATCH_BYTES:
        try:
            # Not wait_for: with no time left it takes not even what is there, and it can swallow a cancellation.
            async with asyncio.timeout_at(deadline):
                event = await queue.get()
        except TimeoutError:
            return batch, True
        if event is None:
            return batch, False
        batch.append(event)
        size += _size(event)
    return batch, True
