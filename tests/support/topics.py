"""Reads and writes topics in tests, with kafka-python: another client than the services' own."""

import json
from collections.abc import Iterable
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewPartitions

from services.contracts.topics import Topic
from services.runtime.admin import connect, ensure_topics
from services.runtime.settings import Settings


def create_topics(settings: Settings) -> list[str]:
    """All topics of the map, in the settings' namespace."""
    admin = connect(settings)
    try:
        return ensure_topics(admin, settings)
    finally:
        admin.close()


def add_partitions(settings: Settings, count: int, *topics: Topic) -> None:
    """Give topics `count` partitions altogether, as `kafka-topics.sh --alter --partitions` does."""
    admin = connect(settings)
    try:
        admin.create_partitions({settings.name(topic.name): NewPartitions(count) for topic in topics})
    finally:
        admin.close()


def records(settings: Settings, topic: Topic) -> list[Any]:
    """Everything that is on `topic` now, in the order of each partition."""
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka, enable_auto_commit=False)
    try:
        name = settings.name(topic.name)
        tps = [TopicPartition(name, p) for p in sorted(consumer.partitions_for_topic(name) or ())]
        consumer.assign(tps)
        consumer.seek_to_beginning(*tps)
        ends = consumer.end_offsets(tps)
        found: list[Any] = []
        while any(consumer.position(tp) < ends[tp] for tp in tps):
            for some in consumer.poll(timeout_ms=1000).values():
                found += some
        return found
    finally:
        consumer.close()


def values(settings: Settings, topic: Topic) -> list[dict[str, Any]]:
    """The JSON values on `topic`."""
    return [json.loads(record.value) for record in records(settings, topic)]


def produce(settings: Settings, topic: Topic, messages: Iterable[bytes], **given: Any) -> None:
    """Put raw values on `topic`; returns when the broker has them."""
    producer = KafkaProducer(
        bootstrap_servers=settings.kafka, max_request_size=topic.max_bytes + 64 * 1024, compression_type="gzip"
    )
    try:
        sent = [producer.send(settings.name(topic.name), value, **given) for value in messages]
        producer.flush()
        for future in sent:
            future.get(timeout=60)
    finally:
        producer.close()
