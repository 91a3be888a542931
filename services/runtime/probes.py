"""Questions to Kafka and Elasticsearch with a time limit: does it answer, now? Each on a connection of its own."""

import asyncio
import os
import struct
from collections.abc import Sequence

from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from services.contracts.topics import TOPICS
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

LIMIT_S = 5.0
MAX_ANSWER = 8 * 2**20  # bytes; what is larger is another protocol
_HEAD = struct.pack(">hhih8s", 3, 4, 1, 8, b"newsloom")


async def ask_kafka(host: str, port: int, topics: Sequence[str] = ()) -> str | None:
    """Ask a broker for the cluster's brokers, and where `topics` are; None when it names a broker, else why not.

    That is what every client asks first. The answer is read to its end, since a link that lets only little through
    is of no use either. Metadata request and response, version 4 (the first that does not create topics):
    https://kafka.apache.org/protocol#The_Messages_Metadata
    """
    names = b"".join(struct.pack(">h", len(name)) + name.encode() for name in topics)
    request = _HEAD + struct.pack(">i", len(topics)) + names + b"\0"
    try:
        async with asyncio.timeout(LIMIT_S):
            reader, writer = await asyncio.open_connection(host, port)
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
    servers = [server.strip().rpartition(":") for server in settings.kafka.split(",")]
    topics = [settings.name(topic.name) for topic in TOPICS]
    answers = await asyncio.gather(*(ask_kafka(host.strip("[]"), int(port), topics) for host, _, port in servers))
    if all(answers):
        raise Unavailable("; ".join(filter(None, answers)))


async def elasticsearch(es: AsyncElasticsearch) -> None:
    """Raises Unavailable unless Elasticsearch answers."""
    try:
        async with asyncio.timeout(LIMIT_S):
            await es.options(request_timeout=LIMIT_S, max_retries=0).cluster.health(timeout="2s")
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
