"""Serves any number of hosts on one port, with connections kept alive as real servers keep them."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import cast

from services.runtime.web.response import retry_after_s
from support.internet.record import Entry, Record
from support.internet.streams import Reader, Watched
from support.site import Handler, Seen, read_request

Reply = bytes | Handler
Replies = Callable[[Seen, int], Reply]
"""What to answer to a request, and the how-manyth it is of its address (0 is the first)."""


class Internet:
    """Answers by `replies`, and writes everything down in `record`."""

    def __init__(self, replies: Replies, record: Record | None = None) -> None:
        self.replies = replies
        self.record = record or Record()
        self.port = 0
        self._asked: Counter[str] = Counter()
        self._numbers = itertools.count(1)
        self._open: set[asyncio.Task[None]] = set()

    def url(self, host: str, path: str = "/") -> str:
        """The address of a page."""
        return f"http://{host}:{self.port}{path}"

    def asked(self, host: str) -> list[str]:
        """Paths asked for on a host, in the order of the answers' ends."""
        return [entry.path for entry in self.record.entries if entry.host == host]

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side closes it."""
        task = asyncio.current_task()
        assert task is not None
        assert isinstance(reader, Reader)
        self._open.add(task)
        number = next(self._numbers)
        writer.transport.set_write_buffer_limits(high=0)  # `drain` waits until the kernel has all
        try:
            while await self._one(number, reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _one(self, number: int, reader: Reader, writer: asyncio.StreamWriter) -> bool:
        """Read a request, answer it, write it down; whether another may follow."""
        request = read_request(await reader.readuntil(b"\r\n\r\n"))
        address = request.host + request.path
        reply = self.replies(request, self._asked[address])
        self._asked[address] += 1
        began, watched = reader.at, Watched(writer)
        broken_off = True
        try:
            broken_off = not await _answered(reply, request, watched, reader)
        finally:
            ended = reader.at if broken_off else watched.at
            wait_s = retry_after_s(watched.header("retry-after"), datetime.now(UTC))
            until = None if wait_s is None else ended + wait_s
            self.record.add(
                Entry(request.host, request.path, dict(request.headers), number, began, ended, watched.status,
                      broken_off, until)
            )  # fmt: skip
        return not broken_off and watched.header("connection") == "keep-alive"

    async def close(self) -> None:
        """End all connections."""
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


async def _answered(reply: Reply, request: Seen, watched: Watched, reader: Reader) -> bool:
    """Send the answer; False when the other side closed the connection before it was all there."""
    sending = asyncio.ensure_future(_send(reply, request, watched))
    closing = asyncio.ensure_future(reader.closed.wait())
    try:
        done, _ = await asyncio.wait((sending, closing), return_when=asyncio.FIRST_COMPLETED)
        if sending in done:
            sending.result()
            return True
        return False
    except ConnectionError:
        return False
    finally:
        for task in (sending, closing):
            task.cancel()
        await asyncio.gather(sending, closing, return_exceptions=True)


async def _send(reply: Reply, request: Seen, watched: Watched) -> None:
    if isinstance(reply, bytes):
        watched.write(reply)
    else:
        await reply(request, cast(asyncio.StreamWriter, watched))
    await watched.drain()


@asynccontextmanager
async def serving(internet: Internet, port: int = 0, address: str = "127.0.0.1") -> AsyncIterator[Internet]:
    """Serve for the time of the block."""
    loop = asyncio.get_running_loop()
    protocol = lambda: asyncio.StreamReaderProtocol(Reader(), internet.connected)  # noqa: E731
    server = await loop.create_server(protocol, address, port)
    internet.port = server.sockets[0].getsockname()[1]
    try:
        yield internet
    finally:
        server.close()
        await internet.close()
        await server.wait_closed()
