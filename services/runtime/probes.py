"""Questions to Kafka and Elasticsearch with a time limit: does it answer, now? Each on a connection of its own."""

import asyncio
import struct

from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

LIMIT_S = 5.0
_METADATA = struct.pack(">hhih8si", 3, 1, 1, 8, b"newsloom", 0)


async def ask_kafka(host: str, port: int) -> str | None:
    """Ask a broker for the cluster's brokers; None when it names at least one, so that clients can work, else why not.

    Metadata request and response, version 1: https://kafka.apache.org/protocol#The_Messages_Metadata
    """
    try:
        async with asyncio.timeout(LIMIT_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(struct.pack(">i", len(_METADATA)) + _METADATA)
                head = await reader.readexactly(12)
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        return f"Kafka at {host}:{port} does not answer ({named(error)})"
    size, _, brokers = struct.unpack(">iii", head)
    if not 8 <= size < 1_000_000:
        return f"what listens on {host}:{port} is not Kafka"
    return None if brokers > 0 else "Kafka has no broker registered yet"


async def kafka(settings: Settings) -> None:
    """Raises Unavailable unless one of the bootstrap servers answers; all are asked at once."""
    servers = [server.strip().rpartition(":") for server in settings.kafka.split(",")]
    answers = await asyncio.gather(*(ask_kafka(host.strip("[]"), int(port)) for host, _, port in servers))
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
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
