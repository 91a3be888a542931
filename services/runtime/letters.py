"""Reads dead letters back: what is on the dead topics, in which state, and what is no longer needed there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from services.contracts.topics import DEAD, Topic
from services.runtime.admin import TIMEOUT_MS, connect, knock
from services.runtime.dead import read_context
from services.runtime.decode import page_id
from services.runtime.errors import Unavailable, UsageError
from services.runtime.kafka import client_options
from services.runtime.markers import States, is_marker, read_marker
from services.runtime.settings import Settings
from services.runtime.trace import Headers

FETCH_BYTES = 8 * 2**20
"""Of messages at once; kafka-python's 50 MB would be held as many times over as it reads ahead."""
Watch = Callable[[Topic, int, int], None]
"""Told topic, offsets passed, and offsets in all."""
log = structlog.get_logger()


@dataclass(frozen=True)
class Letter:
    """One dead message; `ref` names it in commands."""

    topic: Topic
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes
    headers: Headers

    @property
    def ref(self) -> str:
        """Topic and offset, such as news.pages.v1.dead:12 (dead topics have one partition)."""
        return f"{self.topic.name}:{self.offset}"

    def summary(self) -> dict[str, str | int | None]:
        """What happened to it, for people and for --json."""
        identity, url = page_id(self.key, self.value)
        return {"ref": self.ref, "id": identity, "url": url, "bytes": len(self.value), **read_context(self.headers)}


def dead_topic(name: str) -> Topic:
    """The dead topic called `name`, or of the topic called so. Raises UsageError."""
    for topic in DEAD:
        if name in (topic.name, topic.name.removesuffix(".dead")):
            return topic
    raise UsageError(f"no dead topic {name!r}; there are: {', '.join(t.name for t in DEAD)}")


def letters(settings: Settings, topics: tuple[Topic, ...] = DEAD, watch: Watch | None = None) -> Iterator[Letter]:
    """All letters that are on `topics` now, oldest first within a topic. Raises Unavailable."""
    with _consumer(settings) as consumer:
        for topic in topics:
            begin, end = _extent(consumer, settings, topic)
            for r in _records(consumer, settings, topic, begin, end):
                if watch:
                    watch(topic, r.offset + 1 - begin, end - begin)
                if not is_marker(r.headers):
                    yield _letter(topic, r)


def letter_at(settings: Settings, topic: Topic, offset: int) -> Letter | None:
    """The letter at `offset`; None when there is none (any more). Raises Unavailable."""
    with _consumer(settings) as consumer:
        begin, end = _extent(consumer, settings, topic)
        if begin <= offset < end:
            for r in _records(consumer, settings, topic, offset, offset + 1):
                return None if is_marker(r.headers) or r.offset != offset else _letter(topic, r)
    return None


def states(settings: Settings, topics: tuple[Topic, ...] = DEAD) -> dict[Topic, States]:
    """The state of every letter that is on `topics` now. Raises Unavailable."""
    found = {}
    with _consumer(settings) as consumer:
        for topic in topics:
            begin, end = _extent(consumer, settings, topic)
            found[topic] = States(begin, end)
            for r in _records(consumer, settings, topic, begin, end):
                if is_marker(r.headers):
                    _mark(found[topic], topic, r)
                else:
                    found[topic].add(r.offset)
    return found


def free(settings: Settings, topic: Topic, before: int) -> None:
    """Have Kafka delete all of `topic` before the offset `before`, for good. Raises Unavailable."""
    admin = connect(settings)
    try:
        admin.delete_records({TopicPartition(settings.name(topic.name), 0): before}, timeout_ms=TIMEOUT_MS)
    except KafkaError as error:
        raise Unavailable(f"Kafka did not delete what is handled of {topic.name}: {error!r}") from error
    finally:
        admin.close()


def _mark(found: States, topic: Topic, record: Any) -> None:
    try:
        found.mark(read_marker(record.headers))
    except ValueError as error:
        log.warning("a marker is passed over", topic=topic.name, offset=record.offset, error=str(error))


def _letter(topic: Topic, record: Any) -> Letter:
    return Letter(topic, record.offset, record.timestamp, record.key, record.value or b"", list(record.headers))


@contextmanager
def _consumer(settings: Settings) -> Iterator[KafkaConsumer]:
    knock(settings)
    try:
        consumer = KafkaConsumer(
            **client_options(settings),
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # what is deleted while we read is passed over
            request_timeout_ms=TIMEOUT_MS,
            fetch_max_bytes=FETCH_BYTES,
        )
    except (KafkaError, OSError, ValueError) as error:
        raise Unavailable(f"Kafka at {settings.kafka} does not answer ({error!r}); is it up?") from error
    try:
        yield consumer
    except KafkaError as error:
        raise Unavailable(f"Kafka at {settings.kafka} stopped answering ({error!r})") from error
    finally:
        consumer.close()


def _extent(consumer: KafkaConsumer, settings: Settings, topic: Topic) -> tuple[int, int]:
    """Offset of the first message, and the one after the last; equal when there is nothing."""
    tp = TopicPartition(settings.name(topic.name), 0)
    if not consumer.partitions_for_topic(tp.topic):
        return 0, 0
    return consumer.beginning_offsets([tp])[tp], consumer.end_offsets([tp])[tp]


def _records(consumer: KafkaConsumer, settings: Settings, topic: Topic, start: int, end: int) -> Iterator[Any]:
    if start >= end:
        return
    tp = TopicPartition(settings.name(topic.name), 0)
    consumer.assign([tp])
    consumer.seek(tp, start)
    while consumer.position(tp) < end:
        records = consumer.poll(timeout_ms=TIMEOUT_MS).get(tp, [])
        if not records:
            raise Unavailable(f"Kafka gave nothing of {tp.topic} for {TIMEOUT_MS // 1000} s")
        yield from (r for r in records if r.offset < end)
