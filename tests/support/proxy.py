"""A TCP proxy with toxics between a client and a server: `with Proxies() as proxies: link = proxies.link(…)`.

All links run on one event loop in a thread of its own, so that tests may block. `Link` may be used from any thread.
"""

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any, Literal

from support.loop_thread import LoopThread
from support.toxics import Down, Toxic

CHUNK = 32 * 1024
WAITING = 64  # chunks on their way in one direction: a latency must not limit the throughput by itself
Direction = Literal["up", "down", "both"]


class Pair:
    """One client's connection and the one to the server behind it."""

    def __init__(self, link: "Link", client: tuple[Any, Any], server: tuple[Any, Any]) -> None:
        self.link = link
        self.count: dict[Toxic, int] = {}
        self._writers = (client[1], server[1])
        self._directions = (("up", client[0], server[1]), ("down", server[0], client[1]))
        self._watchers: dict[Toxic, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Pass data on until both sides have ended."""
        for toxic in self.link.toxics():
            self.watch(toxic)
        try:
            await asyncio.gather(*(self._direction(*direction) for direction in self._directions))
        finally:
            for task in self._watchers.values():
                task.cancel()
            self.close()

    def watch(self, toxic: Toxic) -> None:
        """Let `toxic` act on this connection."""
        self._watchers[toxic] = asyncio.ensure_future(toxic.watch(self))

    def unwatch(self, toxic: Toxic) -> None:
        """Let it act no longer."""
        if task := self._watchers.pop(toxic, None):
            task.cancel()
            toxic.removed(self)

    def close(self) -> None:
        """End both sides."""
        for writer in self._writers:
            writer.close()

    def reset(self) -> None:
        """End both sides with RST: a socket that lingers for 0 s (socket(7), SO_LINGER)."""
        for writer in self._writers:
            if (sock := writer.get_extra_info("socket")) is not None and not writer.is_closing():
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    async def _direction(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(WAITING)
        sending = asyncio.ensure_future(self._send(name, waiting, writer))
        try:
            with contextlib.suppress(OSError):  # an end without goodbye is an end
                while data := await reader.read(CHUNK):
                    await _either(waiting.put((time.monotonic(), data)), sending)
            await _either(waiting.put((time.monotonic(), b"")), sending)
            await sending
        finally:
            await _ended(sending)

    async def _send(self, name: str, waiting: "asyncio.Queue[tuple[float, bytes]]", writer: Any) -> None:
        with contextlib.suppress(OSError, RuntimeError):  # the other side is gone
            while (item := await waiting.get())[1]:
                async for part in self._through(self.link.toxics(name), item[1], item[0]):
                    self.link.passed += len(part)
                    writer.write(part)
                    await writer.drain()
            for toxic in self.link.toxics(name):
                await toxic.closing()
            writer.write_eof()

    async def _through(self, toxics: Sequence[Toxic], data: bytes, came_at: float) -> AsyncIterator[bytes]:
        if not toxics:
            yield data
            return
        async for part in toxics[0].pieces(data, came_at, self):
            async for rest in self._through(toxics[1:], part, came_at):
                yield rest


class Link:
    """One port that leads to one server."""

    def __init__(self, name: str, port: int, upstream: tuple[str, int], thread: LoopThread) -> None:
        self.name = name
        self.port = port
        self.passed = 0
        self.accepted = 0
        self.errors: list[BaseException] = []
        self._upstream = upstream
        self._thread = thread
        self._toxics: list[tuple[Direction, Toxic]] = []
        self._pairs: dict[Pair, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> str:
        """HOST:PORT for clients."""
        return f"127.0.0.1:{self.port}"

    def toxics(self, direction: str = "both") -> list[Toxic]:
        """Those that act in `direction`."""
        return [toxic for where, toxic in self._toxics if "both" in (where, direction) or where == direction]

    def add(self, toxic: Toxic, direction: Direction = "both") -> None:
        """Put a toxic on the link, on open connections too."""
        self._thread.call(self._add(toxic, direction))

    def clear(self) -> None:
        """Take all toxics away."""
        self._thread.call(self._clear())

    async def _add(self, toxic: Toxic, direction: Direction) -> None:
        self._toxics.append((direction, toxic))
        if isinstance(toxic, Down):
            await self.close()
        for pair in self._pairs:
            pair.watch(toxic)

    async def _clear(self) -> None:
        gone = [toxic for _, toxic in self._toxics]
        self._toxics.clear()
        for pair, toxic in ((pair, toxic) for pair in list(self._pairs) for toxic in gone):
            pair.unwatch(toxic)
        await self.listen()

    async def listen(self) -> None:
        """Accept connections, unless it does already."""
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, limit=CHUNK)
            self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Accept no more, and end what is open."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in list(self._pairs.values()):
            task.cancel()
        await asyncio.gather(*self._pairs.values(), return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        try:
            server = await asyncio.open_connection(*self._upstream, limit=CHUNK)
        except OSError:
            writer.close()
            return
        pair = Pair(self, (reader, writer), server)
        task = asyncio.ensure_future(pair.run())
        self._pairs[pair] = task
        try:
            await asyncio.wait({task})
        finally:
            self._pairs.pop(pair, None)
        if not task.cancelled() and (error := task.exception()):
            self.errors.append(error)


class Proxies:
    """Makes links; ends them all at the end."""

    def __init__(self) -> None:
        self._thread = LoopThread()
        self.links: dict[str, Link] = {}

    def __enter__(self) -> "Proxies":
        return self

    def __exit__(self, *_: object) -> None:
        for link in self.links.values():
            self._thread.call(link.close())
        self._thread.stop()

    def link(self, name: str, upstream: tuple[str, int], port: int = 0) -> Link:
        """A link to `upstream`, listening on `port` (0: any)."""
        link = Link(name, port, upstream, self._thread)
        self._thread.call(link.listen())
        self.links[name] = link
        return link


async def _either(what: Coroutine[Any, Any, object], end: "asyncio.Future[Any]") -> None:
    """Await `what`, or `end` if that is sooner."""
    task = asyncio.ensure_future(what)
    try:
        await asyncio.wait({task, end}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _ended(task)


async def _ended(task: "asyncio.Future[Any]") -> None:
    """Cancel and wait: a task that nobody holds any more would be destroyed while it is pending."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
