"""Readers of retry topics: each message waits until it is due and is then sent to its topic again.

They are plain consumers beside faust: a full buffer of one faust stream holds up all others of the service
(faust-streaming 0.15.3, conductor.py: `queue.full()`), and here buffers are full for minutes.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from services.contracts.topics import RETRIES, Topic
from services.runtime.alive import rest, work_of
from services.runtime.consumer import FETCH_BYTES, POLL_INTERVAL_S
from services.runtime.errors import Unavailable
from services.runtime.kafka import client_options
from services.runtime.progress import Progress
from services.runtime.publisher import MessageTooLarge, Publisher, stop_client
from services.runtime.retries import due_ms
from services.runtime.settings import MOST_DELAY_S, Settings
from services.runtime.stage import Done, Stage
from services.runtime.waiting import Dependencies
from services.runtime.watchdog import Watched

MOST = 100
POLL_MS = 1000
PAUSE_S = 1.0  # before it is read anew
log = structlog.get_logger()


def readers_of(
    service: str, stages: Sequence[Stage], settings: Settings, publisher: Publisher, dependencies: Dependencies
) -> Iterator["TierReader"]:
    """One a retry topic of the stages; also when no delay is set, since something may be left there."""
    for stage in stages:
        for number, tier in enumerate(RETRIES.get(stage.reads.name, ())[: stage.tiers], 1):
            group = settings.group(service, f"retry-{number}")
            watched = Watched(settings.name(tier.name), group, Progress(f"{stage.name} retry {number}"))
            yield TierReader(settings, watched, stage.reads, publisher, dependencies)


class TierReader:
    """Sends the messages of one retry topic to `topic` again when they are due."""

    def __init__(
        self, settings: Settings, watched: Watched, topic: Topic, publisher: Publisher, dependencies: Dependencies
    ) -> None:
        self.watched = watched
        self._settings = settings
        self._topic = topic
        self._publisher = publisher
        self._dependencies = dependencies

    async def run(self) -> None:
        """Read until cancelled; what is not acknowledged then comes again."""
        with work_of(self.watched.progress.tick):
            while True:
                consumer = await self._dependencies.wait_for("kafka", self._connect)
                try:
                    await self._read(consumer)
                except (KafkaError, OSError, Unavailable) as error:
                    log.warning("a retry topic is read anew", topic=self.watched.topic, error=repr(error))
                finally:
                    await stop_client(consumer)
                await asyncio.sleep(PAUSE_S)

    async def _connect(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            self.watched.topic,
            **client_options(self._settings),
            client_id="newsloom-retry",
            group_id=self.watched.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=FETCH_BYTES,
            max_poll_interval_ms=int(POLL_INTERVAL_S * 1000),
        )
        try:
            await consumer.start()
        except (KafkaError, OSError) as error:
            await stop_client(consumer)
            raise Unavailable(f"{self.watched.topic} can not be read: {error!r}") from error
        return consumer

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            for partition, records in (await consumer.getmany(timeout_ms=POLL_MS, max_records=MOST)).items():
                await self._send_when_due(consumer, partition, records)

    async def _send_when_due(
        self, consumer: AIOKafkaConsumer, partition: TopicPartition, records: Sequence[ConsumerRecord]
    ) -> None:
        """Send and acknowledge `records`, which are due in order, as they get due."""
        left = list(records)
        while left:
            await rest(min(wait_s(left[0]), MOST_DELAY_S))  # whatever a header says: within the poll interval
            due = [left.pop(0)]
            while left and wait_s(left[0]) <= 0:
                due.append(left.pop(0))
            await self._send(due)
            await consumer.commit({partition: due[-1].offset + 1})
            self.watched.progress.record([Done()] * len(due))

    async def _send(self, records: Sequence[ConsumerRecord]) -> None:
        """Raises PublishError; what is not acknowledged is then read and sent again."""
        await asyncio.gather(*(self._send_one(record) for record in records))

    async def _send_one(self, record: ConsumerRecord) -> None:
        try:
            await self._publisher.send_raw(
                self._topic, record.key, record.value or b"", list(record.headers), record.timestamp
            )
        except MessageTooLarge as error:  # only what others put there: ours came from that topic
            log.error("a message on a retry topic is too large", offset=record.offset, error=str(error))


def wait_s(record: ConsumerRecord) -> float:
    """Seconds until `record` is due; 0 when it is."""
    return max(0.0, due_ms(list(record.headers)) / 1000 - time.time())
