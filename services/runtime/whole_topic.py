"""Reads a topic from its beginning, apart from any consumer group: nothing is committed, nobody's place is moved."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from services.contracts.topics import MIB, Topic
from services.runtime import probes
from services.runtime.errors import Unavailable
from services.runtime.kafka import client_options
from services.runtime.settings import Settings

START_LIMIT_S = 30.0


@asynccontextmanager
async def whole_topic(
    settings: Settings, topic: Topic, partition_bytes: int
) -> AsyncIterator[tuple[AIOKafkaConsumer, list[TopicPartition]]]:
    """A consumer at the beginning of every partition, and these; none when the topic is not there.

    `partition_bytes`: most of one partition in a fetch, packed. Raises Unavailable, also for Kafka's errors inside.
    """
    consumer = AIOKafkaConsumer(
        **client_options(settings),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=partition_bytes,
        fetch_max_bytes=8 * MIB,
    )
    try:
        await probes.kafka(settings)  # says why it does not answer, which the client only logs
        await asyncio.wait_for(consumer.start(), START_LIMIT_S)
        partitions = await _partitions(consumer, settings.name(topic.name))
        consumer.assign(partitions)
        yield consumer, partitions
    except (KafkaError, TimeoutError, OSError) as error:
        raise Unavailable(f"Kafka at {settings.kafka} does not answer ({error!r}); is it up?") from error
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, name: str) -> list[TopicPartition]:
    # `consumer.partitions_for_topic` only knows topics that were subscribed to, and asking so would create this one.
    cluster = await consumer._client.fetch_all_metadata()
    return [TopicPartition(name, number) for number in sorted(cluster.partitions_for_topic(name) or ())]
