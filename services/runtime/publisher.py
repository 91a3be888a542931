"""Puts messages on topics for those who are no stage: the gateway, the poller, the command line.

`send` returns only after every in-sync replica has the message (acks=all), so that "published"
means published.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError, MessageSizeTooLargeError

from services.contracts.messages import Message
from services.contracts.sites import slot_of
from services.contracts.topics import MAX_MESSAGE_BYTES, Topic
from services.contracts.urls import article_id
from services.runtime import probes
from services.runtime.decode import address_of
from services.runtime.errors import Unavailable
from services.runtime.kafka import client_options
from services.runtime.settings import Settings
from services.runtime.trace import Headers, new_headers

SEND_TIMEOUT_S = 20.0
IN_FLIGHT = 200  # more at once would wait for each other until they time out
BATCH_BYTES = 256 * 1024  # aiokafka's 16 KiB holds less than one page
STOP_TIMEOUT_S = 5.0
log = structlog.get_logger()


class PublishError(Unavailable):
    """Kafka did not take the message."""


class MessageTooLarge(PublishError):
    """The message is over its topic's limit."""

    exit_code = 2


class Publisher:
    """A Kafka producer for our messages. Start it before use, stop it after."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def __aenter__(self) -> "Publisher":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Connect. Raises PublishError when no broker answers."""
        try:
            await probes.kafka(self._settings)  # says why it does not answer, which the client only logs
        except Unavailable as error:
            raise PublishError(f"{error}; is it up?") from None
        producer = AIOKafkaProducer(
            **client_options(self._settings),
            client_id="newsloom",
            acks="all",
            # Twice is harmless here, stuck is not: an idempotent producer never gives a batch up while the broker is
            # down, and after one refusal for size all that follows to that partition is OutOfOrderSequenceNumber.
            enable_idempotence=False,
            compression_type="gzip",
            max_batch_size=BATCH_BYTES,
            max_request_size=MAX_MESSAGE_BYTES + 64 * 1024,
            request_timeout_ms=int(SEND_TIMEOUT_S * 1000),
        )
        try:
            await asyncio.wait_for(producer.start(), SEND_TIMEOUT_S)
        except (KafkaError, TimeoutError, OSError) as error:
            await producer.stop()
            raise PublishError(f"Kafka at {self._settings.kafka} does not answer ({error!r}); is it up?") from error
        self._producer = producer

    async def stop(self) -> None:
        """Flush and disconnect."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def check(self) -> None:
        """Raises Unavailable unless a broker answers now; asked on a connection of its own, started or not."""
        await probes.kafka(self._settings)

    async def send(
        self, topic: Topic, message: Message, key: str | None = None, headers: Headers | None = None
    ) -> None:
        """Send one message; returns when Kafka has confirmed it. Raises PublishError, MessageTooLarge."""
        url = getattr(message, "url", None) or ""
        await self.send_raw(
            topic, (key or article_id(url)).encode(), message.to_json(), headers or new_headers(message)
        )

    async def send_all(self, topic: Topic, messages: Iterable[Message]) -> None:
        """Send many messages together; returns when all are confirmed."""
        waiting = list(messages)
        for start in range(0, len(waiting), IN_FLIGHT):
            await asyncio.gather(*(self.send(topic, message) for message in waiting[start : start + IN_FLIGHT]))

    async def send_raw(
        self, topic: Topic, key: bytes | None, value: bytes, headers: Headers, timestamp_ms: int | None = None
    ) -> None:
        """Send bytes as they are, with the given key, headers and timestamp."""
        if len(value) > topic.max_bytes:
            raise MessageTooLarge(
                f"the message has {len(value):,} bytes; {topic.name} takes at most {topic.max_bytes:,}"
            )
        producer = await self._started()
        name = self._settings.name(topic.name)
        try:
            sent = await producer.send(
                name,
                value,
                key=key,
                partition=await _partition(producer, topic, name, value),
                headers=headers,
                timestamp_ms=timestamp_ms,
            )
            await asyncio.wait_for(sent, SEND_TIMEOUT_S)
        except MessageSizeTooLargeError as error:
            raise MessageTooLarge(f"Kafka refused {len(value):,} bytes for {topic.name}: {error}") from error
        except (KafkaError, TimeoutError, OSError) as error:
            await self._drop(producer)
            raise PublishError(f"Kafka at {self._settings.kafka} did not take the message: {error!r}") from error

    async def partitions(self, topic: Topic) -> int:
        """How many partitions `topic` has now; `send` knows of as many from then on. Raises PublishError.

        Asked anew: who takes the topic's sites for his by more partitions than he sends by would send to himself.
        """
        producer = await self._started()
        try:
            if not await asyncio.wait_for(producer.client.force_metadata_update(), SEND_TIMEOUT_S):
                raise KafkaConnectionError("no broker answers")
            name = self._settings.name(topic.name)
            return len(await asyncio.wait_for(producer.partitions_for(name), SEND_TIMEOUT_S))
        except (KafkaError, TimeoutError, OSError) as error:
            await self._drop(producer)
            raise PublishError(f"Kafka at {self._settings.kafka} does not tell its partitions: {error!r}") from error

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:  # many sends at once start one producer
            if self._producer is None:
                await self.start()
            return self._producer

    async def _drop(self, failed: Any) -> None:
        """Part with a producer that failed; the next send starts another.

        After an error in its sender an AIOKafkaProducer refuses all that follows (`fail_all` in aiokafka 0.14).
        """
        if self._producer is not failed:
            return  # another send was faster
        self._producer = None
        await stop_client(failed)


async def _partition(producer: AIOKafkaProducer, topic: Topic, name: str, value: bytes) -> int | None:
    """The partition of the site that a message is about; the first of a topic that is to have but one; else its key's.

    What has one partition stands in one order, by which dead letters are named and retries are due: more are no use.
    """
    if topic.partitions == 1:
        return 0
    return slot_of(address_of(value)) % len(await producer.partitions_for(name)) if topic.by_site else None


async def stop_client(client: Any) -> None:
    """Stop a producer or consumer of aiokafka, but not for as long as a broker that hangs would have it (40 s)."""
    try:
        await asyncio.wait_for(client.stop(), STOP_TIMEOUT_S)
    except (KafkaError, TimeoutError, OSError) as error:
        log.warning("a client of Kafka did not stop well", client=type(client).__name__, error=repr(error))
