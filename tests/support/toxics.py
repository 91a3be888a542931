"""What may be wrong with a link, after Toxiproxy's toxics (https://github.com/Shopify/toxiproxy#toxics).

A toxic sees each piece of data of a connection on its way (`pieces`), the connection for as long as both live
(`watch`), its end (`closing`) and its own removal (`removed`). Times in seconds, sizes in bytes.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


class Connection(Protocol):
    """What a toxic may do to a connection; `count` is the bytes passed so far under this toxic."""

    count: dict["Toxic", int]

    def close(self) -> None:
        """End both sides in the usual way."""

    def reset(self) -> None:
        """End both sides with RST."""


@dataclass(frozen=True)
class Toxic:
    """Lets everything through."""

    async def pieces(self, data: bytes, came_at: float, link: Connection) -> AsyncIterator[bytes]:
        """What is sent on of `data`, when it is sent."""
        yield data

    async def watch(self, link: Connection) -> None:
        """Runs beside a connection, from when both are there."""

    async def closing(self) -> None:
        """Awaited before an end is passed on."""

    def removed(self, link: Connection) -> None:
        """Called when the toxic is taken away."""


@dataclass(frozen=True)
class Latency(Toxic):
    """Everything comes `delay_s` later, give or take `jitter_s`; the throughput stays."""

    delay_s: float
    jitter_s: float = 0.0

    async def pieces(self, data: bytes, came_at: float, link: Connection) -> AsyncIterator[bytes]:
        due = came_at + self.delay_s + random.uniform(-1, 1) * self.jitter_s
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        yield data


@dataclass(frozen=True)
class Bandwidth(Toxic):
    """At most `rate` bytes a second."""

    rate: int

    async def pieces(self, data: bytes, came_at: float, link: Connection) -> AsyncIterator[bytes]:
        step = max(1, self.rate // 10)
        for start in range(0, len(data), step):
            part = data[start : start + step]
            await asyncio.sleep(len(part) / self.rate)
            yield part


@dataclass(frozen=True)
class SlowClose(Toxic):
    """A connection ends only `delay_s` after one side ended it."""

    delay_s: float

    async def closing(self) -> None:
        await asyncio.sleep(self.delay_s)


@dataclass(frozen=True)
class Timeout(Toxic):
    """Nothing gets through any more; the connection ends after `after_s`, or with the toxic when that is 0."""

    after_s: float = 0.0

    async def pieces(self, data: bytes, came_at: float, link: Connection) -> AsyncIterator[bytes]:
        for nothing in ():
            yield nothing

    async def watch(self, link: Connection) -> None:
        if self.after_s:
            await asyncio.sleep(self.after_s)
            link.close()

    def removed(self, link: Connection) -> None:
        link.close()  # as Toxiproxy does: what follows half a message would not be understood


@dataclass(frozen=True)
class ResetPeer(Toxic):
    """Each connection is reset after `after_s`."""

    after_s: float = 0.0

    async def watch(self, link: Connection) -> None:
        await asyncio.sleep(self.after_s)
        link.reset()


@dataclass(frozen=True)
class Slicer(Toxic):
    """Data comes in pieces of about `size` bytes, `delay_s` between them."""

    size: int
    variation: int = 0
    delay_s: float = 0.0

    async def pieces(self, data: bytes, came_at: float, link: Connection) -> AsyncIterator[bytes]:
        start = 0
        while start < len(data):
            end = start + max(1, self.size + random.randint(-self.variation, self.variation))
            yield data[start:end]
            start = end
            await asyncio.sleep(self.delay_s)


@dataclass(frozen=True)
class LimitData(Toxic):
    """A connection ends when `most` bytes have passed."""

    most: int

    async def pieces(self, data: bytes, came_at: float, link: Connection) -> AsyncIterator[bytes]:
        before = link.count.get(self, 0)
        link.count[self] = before + len(data)
        if part := data[: self.most - before]:
            yield part
        if link.count[self] >= self.most:
            link.close()


@dataclass(frozen=True)
class Down(Toxic):
    """Nobody listens, and open connections end; the proxy itself sees to it."""
