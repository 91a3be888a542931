"""A web site on loopback that behaves as badly as it is told to, and keeps record of every request."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from services.fetch.client import Fetcher
from services.runtime.settings import Settings


@dataclass(frozen=True)
class Seen:
    """One request as the server saw it; `at` in seconds of the monotonic clock."""

    host: str
    path: str
    headers: Mapping[str, str]
    at: float


Handler = Callable[[Seen, asyncio.StreamWriter], Awaitable[None]]


def answer(body: bytes = b"", status: int = 200, kind: str = "text/html", **headers: str) -> bytes:
    """A whole HTTP answer; `_` in a header's name stands for `-`."""
    given = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body


def redirect(location: str, status: int = 302) -> bytes:
    """An answer that points elsewhere."""
    return answer(status=status, Location=location)


@dataclass
class Site:
    """Answers by path with bytes, with each of a list of bytes in turn, or by a handler; 404 for the rest."""

    address: str = "127.0.0.1"
    routes: dict[str, bytes | list[bytes] | Handler] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    active: int = 0
    most_active: int = 0
    at_once: Counter[str] = field(default_factory=Counter)
    """Open connections by the address asked."""
    most_at_once: int = 0
    port: int = 0

    def url(self, path: str, host: str = "news.example") -> str:
        """Address of `path` under any name that resolves here."""
        return f"http://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """Paths asked for, in order."""
        return [request.path for request in self.seen]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection. Cancelled by `serving` alone, at its end, and never over as such: Python 3.11's streams
        take a task that was cancelled for one that failed (asyncio/streams.py: `task.exception()`)."""
        with suppress(asyncio.CancelledError):
            await self._serve(reader, writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.active += 1
        self.most_active = max(self.most_active, self.active)
        address = writer.get_extra_info("sockname")[0]
        self.at_once[address] += 1
        self.most_at_once = max(self.most_at_once, self.at_once[address])
        try:
            request = read_request(await reader.readuntil(b"\r\n\r\n"))
            self.seen.append(request)
            await self._answer(request, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.active -= 1
            self.at_once[address] -= 1
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, request: Seen, writer: asyncio.StreamWriter) -> None:
        found = self.routes.get(request.path, answer(b"nothing here", 404))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(found, bytes):
            writer.write(found)
        else:
            await found(request, writer)


def read_request(head: bytes) -> Seen:
    """The request that begins with these lines, as of now."""
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    return Seen(headers.get("host", "").partition(":")[0], first.split(" ")[1], headers, time.monotonic())


@asynccontextmanager
async def serving(site: Site, port: int = 0, hosts: Sequence[str] = ()) -> AsyncIterator[Site]:
    """Serve for the time of the block; on other addresses of loopback (with a port) where `hosts` says so."""
    server = await asyncio.start_server(site.handle, list(hosts) or site.address, port)
    site.port = server.sockets[0].getsockname()[1]
    tasks_before = asyncio.all_tasks()
    try:
        yield site
    finally:
        server.close()
        handlers = [t for t in asyncio.all_tasks() - tasks_before if "Site.handle" in repr(t.get_coro())]
        for task in handlers:
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
        await server.wait_closed()


def dns(
    answers: Mapping[str, Sequence[str]], default: Sequence[str] = ("127.0.0.1",)
) -> Callable[[str], Awaitable[Sequence[str]]]:
    """A resolver with answers of its own; every other name is `default`."""

    async def resolve(host: str) -> Sequence[str]:
        return answers.get(host, default)

    return resolve


def fetch_settings(**given: object) -> Settings:
    """Settings for fetching from loopback in tests."""
    defaults: dict[str, object] = {"fetch_allow": "127.0.0.0/8", "fetch_delay_s": 0.0, "fetch_timeout_s": 5.0}
    return Settings(_env_file=None, **{**defaults, **given})


def fetcher_with(answers: Mapping[str, Sequence[str]] | None = None, **given: object) -> Fetcher:
    """A fetcher for tests: every name is on loopback unless `answers` say otherwise."""
    return Fetcher(fetch_settings(**given), resolve=dns(answers or {}))
