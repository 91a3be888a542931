"""Live streams: articles as they become searchable, each reader from a place of its own on `news.indexed.v1`.

The topic, not the index, says what is new: offsets have one order for all gateways, so a reader who comes back to any
of them goes on exactly where it was. Times in the index have none: what was stamped earlier may become visible later.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import anyio
import orjson
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from services.contracts.messages import Indexed
from services.contracts.topics import INDEXED
from services.runtime.errors import Unavailable
from services.runtime.kafka import client_options
from services.runtime.settings import Settings

MOST_STREAMS = 50
BATCH = 200
POLL_MS = 1_000
START_LIMIT_S = 10.0
STOP_LIMIT_S = 5.0
_PLACE = re.compile(r"\d{1,4}\.\d{1,18}(?:-\d{1,4}\.\d{1,18}){0,255}")
Places = dict[int, int]
"""By partition, the offset of what comes next."""
log = structlog.get_logger()


@dataclass(frozen=True)
class News:
    """An article that became searchable at `at`, and the places of what follows it."""

    id: str
    at: datetime
    places: Places


def encode(places: Places) -> str:
    """Places as the id of an event. Pure."""
    return "-".join(f"{partition}.{offset}" for partition, offset in sorted(places.items()))


def decode(text: str) -> Places | None:
    """The places that an event's id stands for; None when it is none of ours. Pure."""
    if not _PLACE.fullmatch(text):
        return None
    return {int(partition): int(offset) for partition, _, offset in (p.partition(".") for p in text.split("-"))}


def event(places: Places, article: dict[str, Any] | None = None) -> bytes:
    """One server-sent event; without an article a sign of life, which still says where to go on. Pure.

    https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
    """
    where = f"id: {encode(places)}\n".encode()
    if article is None:
        return b": alive\n" + where + b"\n"
    return where + b"event: article\ndata: " + orjson.dumps(article) + b"\n\n"


class Streams:
    """How many streams this gateway serves; all end when it stops."""

    def __init__(self) -> None:
        self.open = 0
        self.stopping = False

    @property
    def full(self) -> bool:
        """Whether there is room for no more."""
        return self.stopping or self.open >= MOST_STREAMS

    def stop(self) -> None:
        """Have every stream end within a second or two; its reader comes back by itself."""
        self.stopping = True


class Reader:
    """One reader of the topic, outside of all consumer groups."""

    def __init__(self, consumer: Any, places: Places) -> None:
        self._consumer = consumer
        self.places = places

    async def batch(self) -> list[News]:
        """What came since, in the topic's order; empty after a second without. Raises Unavailable."""
        try:
            found = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH)
        except KafkaError as error:
            raise Unavailable(f"Kafka does not answer: {error!r}") from error
        news = []
        for topic_partition, records in found.items():
            for record in records:
                if record.offset < self.places.get(topic_partition.partition, 0):
                    continue  # partitions were added: aiokafka then begins all of them anew
                self.places = {**self.places, topic_partition.partition: record.offset + 1}
                try:
                    indexed = Indexed.model_validate_json(record.value)
                except (ValidationError, ValueError) as error:
                    log.warning("a record on news.indexed.v1 is none of ours", offset=record.offset, error=str(error))
                    continue
                news.append(News(indexed.id, indexed.indexed_at, self.places))
        return news


@asynccontextmanager
async def reading(settings: Settings, places: Places | None) -> AsyncIterator[Reader]:
    """A reader from `places` on, or from now. Raises Unavailable."""
    topic = settings.name(INDEXED.name)
    consumer = AIOKafkaConsumer(
        topic,
        **client_options(settings),
        client_id="newsloom-stream",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",  # what is over retention, or of a topic made anew: all that there is
    )
    try:
        try:
            await asyncio.wait_for(consumer.start(), START_LIMIT_S)
            yield Reader(consumer, await asyncio.wait_for(_placed(consumer, topic, places), START_LIMIT_S))
        except (KafkaError, TimeoutError, OSError) as error:
            raise Unavailable(f"Kafka at {settings.kafka} does not answer ({error!r})") from error
    finally:
        with anyio.move_on_after(STOP_LIMIT_S, shield=True):  # also when the reader has gone
            await consumer.stop()


def _start(place: int, end: int) -> int:
    """Where to go on; a place behind the end is of a topic that was made anew since, of which nothing was read."""
    return place if place <= end else 0


async def _placed(consumer: Any, topic: str, places: Places | None) -> Places:
    partitions: list[TopicPartition] = sorted(consumer.assignment())
    if not partitions:
        raise Unavailable(f"there is no topic {topic} yet; the services create it when they start")
    ends = await consumer.end_offsets(partitions)
    starts = {
        p.partition: ends[p] if places is None else _start(places.get(p.partition, 0), ends[p]) for p in partitions
    }
    for partition in partitions:
        consumer.seek(partition, starts[partition.partition])
    return starts
