"""The two directions of a connection, as a server needs them that keeps record: with times, and with what was sent."""

import asyncio
import time
from typing import Any

HEAD_BYTES = 64 * 1024


class Reader(asyncio.StreamReader):
    """A reader that tells at once that the other side has closed, whoever reads or does not, and when what came came:
    a busy event loop gets to the rest later."""

    def __init__(self) -> None:
        super().__init__(limit=HEAD_BYTES)
        self.closed = asyncio.Event()
        self.at = 0.0

    def feed_data(self, data: bytes) -> None:
        """Bytes came."""
        self.at = time.monotonic()
        super().feed_data(data)

    def feed_eof(self) -> None:
        """The end came."""
        super().feed_eof()
        self._close()

    def set_exception(self, exc: BaseException) -> None:
        """The connection was reset."""
        super().set_exception(exc)
        self._close()

    def _close(self) -> None:
        if not self.closed.is_set():
            self.at = time.monotonic()
            self.closed.set()


class Watched:
    """A stream writer that remembers what it began with, and when the kernel got the last of it."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.head = b""
        self.at = time.monotonic()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.writer, name)

    def write(self, data: bytes) -> None:
        """Send. The time is that before: once the kernel has it, the client may be faster than we."""
        self.head += data[: max(0, HEAD_BYTES - len(self.head))]
        self.at = time.monotonic()
        self.writer.write(data)

    async def drain(self) -> None:
        """Wait until the kernel has all."""
        if self.writer.transport.get_write_buffer_size():
            await self.writer.drain()
            self.at = time.monotonic()
        else:
            await self.writer.drain()

    @property
    def status(self) -> int:
        """Of the answer that was sent; 0 when it was none."""
        words = self.head[:20].split(b" ")
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0

    def header(self, name: str) -> str | None:
        """The value of a header that was sent."""
        lines = (line.partition(b":") for line in self.head.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:])
        return next((v.decode("latin-1").strip() for n, _, v in lines if n.decode().lower() == name), None)
