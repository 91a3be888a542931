"""Reads dead letters back: what is on the dead topics, and how to send it again."""

from collections.abc import Iterator
from dataclasses import dataclass

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from services.contracts.topics import DEAD, Topic
from services.runtime.admin import knock
from services.runtime.dead import read_context
from services.runtime.decode import page_id
from services.runtime.errors import Unavailable, UsageError
from services.runtime.settings import Settings
from services.runtime.trace import Headers

TIMEOUT_MS = 20_000


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


def letters(settings: Settings, topics: tuple[Topic, ...] = DEAD) -> Iterator[Letter]:
    """All letters that are on `topics` now, oldest first within a topic. Raises Unavailable."""
    knock(settings)
    try:
        consumer = KafkaConsumer(
            bootstrap_servers=settings.kafka.split(","), enable_auto_commit=False, request_timeout_ms=TIMEOUT_MS
        )
    except (KafkaError, OSError, ValueError) as error:
        raise Unavailable(f"Kafka at {settings.kafka} does not answer ({error!r}); is it up?") from error
    try:
        for topic in topics:
            yield from _read(consumer, settings, topic)
    finally:
        consumer.close()


def _read(consumer: KafkaConsumer, settings: Settings, topic: Topic) -> Iterator[Letter]:
    tp = TopicPartition(settings.name(topic.name), 0)
    if not consumer.partitions_for_topic(tp.topic):
        return
    consumer.assign([tp])
    consumer.seek_to_beginning(tp)
    end = consumer.end_offsets([tp])[tp]
    while consumer.position(tp) < end:
        records = consumer.poll(timeout_ms=TIMEOUT_MS).get(tp, [])
        if not records:
            raise Unavailable(f"Kafka gave nothing of {tp.topic} for {TIMEOUT_MS // 1000} s")
        for r in records:
            yield Letter(topic, r.offset, r.timestamp, r.key, r.value or b"", list(r.headers))
