"""What was read before a rebalance is not acknowledged after it: by faust's own consumer, and its rule of commits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from aiokafka import ConsumerRecord
from faust.types import TP as TopicPartition

from services.runtime.acks import Acks
from services.runtime.batches import batches
from services.runtime.fresh import is_fresh
from services.runtime.intake import bound

TP = TopicPartition("t", 0)


async def nothing(*_: object) -> None:
    """What the application has to do with a rebalance."""


class Worker:
    """An application whose consumer is not connected."""

    def __init__(self) -> None:
        self.app = faust.App("worker", broker="kafka://127.0.0.1:1", store="memory://", web_enabled=False)
        bound(self.app)
        self.consumer: Any = self.app.transport.create_consumer(
            callback=nothing, on_partitions_revoked=nothing, on_partitions_assigned=nothing
        )
        self.app._consumer = self.consumer
        self.app.topics._acking_topics.add("t")

    def read(self, *offsets: int) -> list[Any]:
        """Events as the stream gives them."""
        return [self._event(offset) for offset in offsets]

    def _event(self, offset: int) -> Any:
        record = ConsumerRecord("t", 0, offset, 0, 0, None, b"", None, 0, 0, ())
        message = self.consumer._to_message(TP, record)
        message.incref()
        return faust.Event(self.app, b"", b"", None, message)

    async def rebalance(self, generation: int, committed: int | None = None) -> None:
        """As faust does it; a member that only says that it is still there keeps its generation."""
        await self.consumer.on_partitions_revoked({TP})
        self.app.consumer_generation_id = generation
        await self.consumer.on_partitions_assigned({TP}, generation)
        self.consumer._committed_offset[TP] = committed

    def commit(self) -> int | None:
        """What faust commits now; None when nothing."""
        offset: int | None = self.consumer._new_offset(TP)
        if offset is not None:
            self.consumer._committed_offset[TP] = offset
        return offset


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    yield (made := Worker())
    made.consumer._thread.thread_loop.close()


@pytest.mark.parametrize("generation", [1, 2])
@pytest.mark.parametrize("committed", [None, 3])
async def test_what_waited_at_a_rebalance_does_not_pass_what_is_read_again(
    worker: Worker, generation: int, committed: int | None
) -> None:
    worker.app.consumer_generation_id = 1
    acks = Acks()
    in_work, queued = worker.read(*range(3, 6)), worker.read(*range(6, 9))
    acks.begin(in_work)
    await worker.rebalance(generation, committed)
    acks.drop()
    acks.begin(queued)
    acks.done(queued)
    again = worker.read(*range(3, 9))
    acks.begin(again)
    acks.done(again[:2])
    assert worker.commit() == 5
    acks.done(again[3:])
    assert worker.commit() is None
    acks.done(again[2:3])
    assert worker.commit() == 9


async def test_what_ends_while_partitions_are_dealt_is_not_acknowledged(worker: Worker) -> None:
    [old] = worker.read(7)
    await worker.consumer.on_partitions_revoked({TP})
    old.ack()
    await worker.consumer.on_partitions_assigned({TP}, 2)
    assert worker.commit() is None
    [new] = worker.read(7)
    new.ack()
    assert worker.commit() == 8


async def test_batches_leave_out_what_is_read_again(worker: Worker) -> None:
    given = worker.read(1, 2, 3)
    await worker.rebalance(2)

    async def events() -> AsyncIterator[Any]:
        for event in [*given, *worker.read(1, 2)]:
            yield event
        await asyncio.Event().wait()

    stream = SimpleNamespace(noack=lambda: SimpleNamespace(events=events))
    async with aclosing(batches(stream, 2, 0.01, is_fresh)) as taken:
        found: list[int] = []
        while len(found) < 2:
            found += [event.message.offset for event in await anext(taken)]
    assert found == [1, 2]
