import asyncio
import re
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.standalone import probes
from services.standalone.ports import unused

Answer = Callable[[bytes], bytes]


@asynccontextmanager
async def tcp_server(answer: Answer) -> AsyncIterator[int]:
    """A server that answers one framed request with `answer(request)`, and its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (size,) = struct.unpack(">i", await reader.readexactly(4))
        writer.write(answer(await reader.readexactly(size)))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def metadata(brokers: int) -> Answer:
    def answer(request: bytes) -> bytes:
        key, version, correlation = struct.unpack(">hhi", request[:8])
        assert (key, version) == (3, 4)
        body = struct.pack(">iii", correlation, 0, brokers) + b"\0" * 20
        return struct.pack(">i", len(body)) + body

    return answer


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (metadata(1), None),
        (metadata(0), "Kafka has no broker registered yet"),
        (lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n", "what listens on .* is not Kafka"),
        (lambda _: b"", "does not answer"),
        (lambda request: metadata(1)(request)[:-1], "does not answer .*of 20 expected"),  # cut short
    ],
)
async def test_kafka(answer, expected):
    async with tcp_server(answer) as port:
        found = await probes.kafka("127.0.0.1", port)
    assert_matches(found, expected)


def assert_matches(found: str | None, expected: str | None) -> None:
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert re.search(expected, found), found


async def test_kafka_that_is_not_there():
    assert_matches(await probes.kafka("127.0.0.1", port := unused("127.0.0.1")), f"127.0.0.1:{port} does not answer")


async def test_kafka_that_says_nothing(monkeypatch):
    monkeypatch.setattr("services.runtime.probes.LIMIT_S", 0.1)

    gone = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(100):
            pass
        writer.close()
        await writer.wait_closed()
        gone.set()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        found = await probes.kafka("127.0.0.1", server.sockets[0].getsockname()[1])
        await gone.wait()
    assert_matches(found, r"does not answer \(nothing within 0.1 s\)")


@asynccontextmanager
async def http_server(handler: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, '{"status": "green"}', None),
        (200, '{"status": "yellow"}', None),
        (200, '{"status": "red"}', "not all data"),
        (503, '{"error": "master not discovered"}', "master not discovered"),
        (401, "who are you", "answered 401"),
    ],
)
async def test_elasticsearch(status, body, expected):
    async def answer(request: web.Request) -> web.Response:
        assert request.path == "/_cluster/health"
        return web.Response(status=status, text=body)

    async with http_server(answer) as base:
        assert_matches(await probes.elasticsearch(base), expected)


async def test_elasticsearchs_password_is_not_shown():
    found = await probes.elasticsearch(f"http://elastic:secret@127.0.0.1:{unused('127.0.0.1')}")
    assert_matches(found, "^Elasticsearch at http://127.0.0.1:[0-9]+ does not answer")


@pytest.mark.parametrize(
    ("status", "body", "ready", "alive"),
    [
        (200, '{"ready": true, "reasons": []}', None, None),
        (503, '{"ready": false, "reasons": ["starting", "kafka is down"]}', "starting; kafka is down", "answered 503"),
        (500, "oops", "/readyz answered 500", "/healthz answered 500"),
        (200, "[1, 2]", None, None),
    ],
)
async def test_services(status, body, ready, alive):
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body)

    async with http_server(answer) as base:
        assert_matches(await probes.readyz(base), ready)
        assert_matches(await probes.healthz(base), alive)
