"""Batches off a stream: order, completeness, bounds, ends, errors, cancellation."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime import batches as module
from services.runtime.batches import batches, delivery_of


def message(number: int, size: int = 1, **given: Any) -> SimpleNamespace:
    fields = {"key": b"k", "value": b"x" * size, "headers": (), "timestamp": 1_790_000_000.123, "topic": "t"}
    return SimpleNamespace(partition=0, offset=number, **{**fields, **given})


class Event:
    def __init__(self, number: int, size: int = 1) -> None:
        self.message = message(number, size)
        self.acked = False

    def ack(self) -> None:
        self.acked = True


class Stream:
    """What batches() uses of a faust stream; ends, waits for ever, or raises after its events."""

    def __init__(self, events: list[Event], then: Exception | str = "end") -> None:
        self._events = events
        self._then = then
        self.taken = 0
        self.closed = False

    def noack(self) -> "Stream":
        return self

    async def events(self) -> AsyncIterator[Event]:
        try:
            for event in self._events:
                self.taken += 1
                yield event
                await asyncio.sleep(0)
            if isinstance(self._then, Exception):
                raise self._then
            if self._then == "wait":
                await asyncio.Event().wait()
        finally:
            self.closed = True


def offsets(batch: list[Event]) -> list[int]:
    return [event.message.offset for event in batch]


@given(st.integers(0, 60), st.integers(1, 12), st.sampled_from([0.0, 0.01]))
async def test_every_event_comes_once_and_in_order(count: int, most: int, wait_s: float) -> None:
    taken = [offsets(b) async for b in batches(Stream([Event(i) for i in range(count)]), most, wait_s)]
    assert [offset for batch in taken for offset in batch] == list(range(count))
    assert all(1 <= len(batch) <= most for batch in taken)


async def test_what_is_there_is_taken_together_even_with_no_time_to_wait() -> None:
    stream = Stream([Event(i) for i in range(50)])
    async with aclosing(batches(stream, 10, 0.0)) as taken:
        first = await anext(taken)
        while stream.taken < 12:  # the queue fills meanwhile
            await asyncio.sleep(0)
        assert len(first) + len(await anext(taken)) > 10


async def test_a_slow_stream_gives_what_came_in_time() -> None:
    stream = Stream([Event(0), Event(1)], then="wait")
    async with aclosing(batches(stream, 100, 0.01)) as taken:
        got = offsets(await anext(taken))
        while len(got) < 2:
            got += offsets(await anext(taken))
        assert got == [0, 1]


async def test_an_error_of_the_stream_comes_out_after_its_events() -> None:
    got: list[int] = []
    with pytest.raises(ValueError, match="lost the broker"):
        async for batch in batches(Stream([Event(i) for i in range(7)], ValueError("lost the broker")), 3, 0.01):
            got += offsets(batch)
    assert got == list(range(7))


async def test_a_batch_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BATCH_BYTES", 100)
    stream = Stream([Event(i, size=40) for i in range(9)])
    taken = [offsets(b) async for b in batches(stream, 50, 0.5)]
    assert taken == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


async def test_reading_ahead_is_bounded() -> None:
    stream = Stream([Event(i) for i in range(1000)])
    async with aclosing(batches(stream, 5, 0.01)) as taken:
        await anext(taken)
        for _ in range(200):
            await asyncio.sleep(0)
        assert stream.taken <= 5 + 5 + 1


async def test_leaving_while_the_queue_is_full_ends_the_reader_and_acknowledges_nothing() -> None:
    events = [Event(i) for i in range(100)]
    stream = Stream(events)
    taken = batches(stream, 4, 0.01)
    await anext(taken)
    for _ in range(50):
        await asyncio.sleep(0)
    async with asyncio.timeout(30):  # it hung here once: the reader waited for room to say that it ended
        await taken.aclose()
    assert stream.closed
    assert not any(event.acked for event in events)


async def test_cancelling_the_work_ends_the_reader_and_acknowledges_nothing() -> None:
    events = [Event(i) for i in range(100)]
    stream, working = Stream(events), asyncio.Event()

    async def work() -> None:
        async with aclosing(batches(stream, 4, 0.01)) as taken:
            async for batch in taken:
                working.set()
                await asyncio.Event().wait()
                for event in batch:
                    event.ack()

    task = asyncio.create_task(work())
    await working.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 30)
    assert stream.closed
    assert not any(event.acked for event in events)


async def test_cancelling_while_a_batch_fills_is_heeded() -> None:
    stream = Stream([Event(0)], then="wait")

    async def work() -> None:
        async with aclosing(batches(stream, 4, 60)) as taken:
            async for _ in taken:
                pytest.fail("the batch was not full and its time not over")

    task = asyncio.create_task(work())
    while not stream.taken:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 30)


def test_a_delivery_is_the_kafka_message() -> None:
    event = SimpleNamespace(message=message(7, headers=(("source", b"s"), ("source", None))))
    found = delivery_of(event)
    assert (found.key, found.value, found.timestamp_ms) == (b"k", b"x", 1_790_000_000_123)
    assert found.headers == [("source", b"s"), ("source", None)]
    assert (found.origin.topic, found.origin.partition, found.origin.offset) == ("t", 0, 7)


def test_headers_as_a_mapping_or_missing_and_a_null_value_are_read_too() -> None:
    found = delivery_of(SimpleNamespace(message=message(7, headers={"a": b"1"}, value=None)))
    assert (found.headers, found.value) == ([("a", b"1")], b"")
    assert delivery_of(SimpleNamespace(message=message(7, headers=None))).headers == []


@given(st.integers(-1, 2**63 - 1))
def test_the_timestamp_survives_the_way_through_seconds(ms: int) -> None:
    found = delivery_of(SimpleNamespace(message=message(0, timestamp=ms / 1000.0)))
    assert found.arrived_at.year <= 9999
    if 0 <= ms <= module._LAST_MS:
        assert found.timestamp_ms == ms


async def test_what_is_held_is_bounded_by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BATCH_BYTES", 1000)
    stream = Stream([Event(i, 400) for i in range(50)], then="wait")
    async with aclosing(batches(stream, 100, 0)) as taken:
        first = await anext(taken)
        for _ in range(1000):
            await asyncio.sleep(0)
        # The queue takes what crosses the bound; one more is on its way in.
        assert stream.taken - len(first) <= 3 + 1
        seen = offsets(first)
        while len(seen) < 50:
            seen += offsets(await anext(taken))
    assert seen == list(range(50))
