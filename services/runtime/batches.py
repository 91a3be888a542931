"""Batches off a faust stream, with acknowledgements in our own hands.

`Stream.take` acknowledges in a `finally`, so also when the loop body raises or is cancelled by a stop
(faust-streaming 0.15.3, streams.py): a message in work would be lost. Here nothing is acknowledged
but by `event.ack()`, after everything that follows from the message is confirmed.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from services.contracts.messages import Origin
from services.runtime.stage import Delivery

MAX_BATCH_BYTES = 32 * 1024 * 1024
Event = Any  # faust.Event; faust ships no types


def delivery_of(event: Event) -> Delivery:
    """The Kafka message of a faust event, with raw key and value."""
    message = event.message
    return Delivery(
        key=message.key,
        value=message.value or b"",
        headers=list(message.headers.items() if isinstance(message.headers, dict) else message.headers or []),
        timestamp_ms=int(message.timestamp * 1000) if message.timestamp < 1e11 else int(message.timestamp),
        origin=Origin(topic=message.topic, partition=message.partition, offset=message.offset),
    )


async def batches(stream: Any, most: int, wait_s: float) -> AsyncIterator[list[Event]]:
    """Yield lists of 1 to `most` events, waiting at most `wait_s` seconds for a list to fill; ends with the stream.

    At most `most` events are held besides the list in work: when the stage is slow, the queue fills,
    faust's buffer fills, and faust stops fetching.
    """
    queue: asyncio.Queue[Event | None] = asyncio.Queue(maxsize=most)

    async def read() -> None:
        try:
            async for event in stream.noack().events():
                await queue.put(event)
        finally:
            await queue.put(None)

    reader = asyncio.create_task(read(), name="read-stream")
    try:
        while (first := await queue.get()) is not None:
            batch, open_ended = await _fill([first], queue, most, wait_s)
            yield batch
            if not open_ended:
                break
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
    if not reader.cancelled() and (error := reader.exception()):
        raise error


async def _fill(
    batch: list[Event], queue: "asyncio.Queue[Event | None]", most: int, wait_s: float
) -> tuple[list[Event], bool]:
    """Add to `batch` what arrives in time; False when the stream has ended."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_s
    size = len(batch[0].message.value or b"")
    while len(batch) < most and size < MAX_BATCH_BYTES:
        try:
            event = await asyncio.wait_for(queue.get(), max(0.0, deadline - loop.time()))
        except TimeoutError:
            return batch, True
        if event is None:
            return batch, False
        batch.append(event)
        size += len(event.message.value or b"")
    return batch, True
