"""Questions to Kafka and Elasticsearch with a time limit: does it answer, now? Each on a connection of its own."""

import asyncio
import os
import ssl
import struct
from collections.abc import Sequence

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from services.contracts.topics import TOPICS
from services.runtime.errors import Unavailable
from services.runtime.kafka import client_options, tls
from services.runtime.settings import Settings

LIMIT_S = 5.0
MAX_ANSWER = 8 * 2**20  # bytes; what is larger is another protocol
_HEAD = struct.pack(">hhih8s", 3, 4, 1, 8, b"newsloom")


async def ask_kafka(
    host: str, port: int, topics: Sequence[str] = (), context: ssl.SSLContext | None = None
) -> str | None:
    """Ask a broker for the cluster's brokers, and where `topics` are; None when it names a broker, else why not.

    That is what every client asks first. The answer is read to its end, since a link that lets only little through
    is of no use either. Metadata request and response, version 4 (the first that does not create topics):
    https://kafka.apache.org/protocol#The_Messages_Metadata
    """
    names = b"".join(struct.pack(">h", len(name)) + name.encode() for name in topics)
    request = _HEAD + struct.pack(">i", len(topics)) + names + b"\0"
    try:
        async with asyncio.timeout(LIMIT_S):
            reader, writer = await asyncio.open_connection(host, port, ssl=context)
            try:
                writer.write(struct.pack(">i", len(request)) + request)
                size, _, _, brokers = struct.unpack(">iiii", await reader.readexactly(16))
                if not 12 <= size < MAX_ANSWER:
                    return f"what listens on {host}:{port} is not Kafka"
                await reader.readexactly(size - 12)
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        return f"Kafka at {host}:{port} does not answer ({named(error)})"
    return None if brokers > 0 else "Kafka has no broker registered yet"


async def kafka(settings: Settings) -> None:
    """Raises Unavailable unless one of the bootstrap servers answers; all are asked at once, for all our topics."""
    if settings.kafka_user:
        await _as_user(settings)
        return
    servers = [server.rpartition(":") for server in settings.kafka_servers]
    topics = [settings.name(topic.name) for topic in TOPICS]
    context = tls(settings)
    asked = (ask_kafka(host.strip("[]"), int(port), topics, context) for host, _, port in servers)
    answers = await asyncio.gather(*asked)
    if all(answers):
        raise Unavailable("; ".join(filter(None, answers)))


async def _as_user(settings: Settings) -> None:
    """The same of brokers that answer only to whom they know: by the client, which can say who we are."""
    client = AIOKafkaClient(client_id="newsloom", **client_options(settings))
    try:
        async with asyncio.timeout(LIMIT_S):
            await client.bootstrap()
            await client.fetch_all_metadata()
    except (KafkaError, OSError, TimeoutError) as error:
        raise Unavailable(f"Kafka at {settings.kafka} does not answer ({named(error)})") from error
    finally:
        await client.close()


async def elasticsearch(es: AsyncElasticsearch) -> str:
    """The cluster's health: green, yellow or red. Raises Unavailable unless Elasticsearch answers."""
    try:
        async with asyncio.timeout(LIMIT_S):
            others = len(es.transport.node_pool) - 1  # one of several nodes may be away
            asking = es.options(request_timeout=LIMIT_S, max_retries=others)
            return str((await asking.cluster.health(timeout="2s"))["status"])
    except (TransportError, TimeoutError) as error:
        why = getattr(error, "message", None) or named(error)
        raise Unavailable(f"Elasticsearch does not answer ({why})") from error
    except ApiError as error:
        raise Unavailable(f"Elasticsearch is not well ({error.status_code}): {error.message}") from error


def named(error: BaseException) -> str:
    """What went wrong, for people."""
    if isinstance(error, TimeoutError):
        return f"nothing within {LIMIT_S:g} s"
    if isinstance(error, ConnectionError) and error.errno:
        return os.strerror(error.errno)  # asyncio's own text is "Connect call failed" and the address
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
