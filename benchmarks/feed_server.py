"""Thousands of small news sites on one loopback port, told apart by their host names; for bench_poll.py.

    python benchmarks/feed_server.py PORT ITEMS

Each answers `/feed.xml` with an RSS feed of its own (ETag, 304 when nothing is new), and 404 for robots.txt.
"""

import asyncio
import sys

import uvloop

ANSWER = "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nETag: {etag}\r\nContent-Length: {length}\r\n\r\n"
ITEM = (
    "<item><title>Report {n} of {host}</title><link>http://{host}/2026/{n}</link><guid>http://{host}/2026/{n}</guid>"
    "<pubDate>Thu, 26 Nov 2026 0{n:.1}:00:00 GMT</pubDate><description>What the council of {host} said about the "
    "harbour, the ferry and the bridge, in a sentence or two.</description></item>"
)


def feed(host: str, items: int) -> bytes:
    """The RSS feed of a host."""
    entries = "".join(ITEM.format(n=str(n), host=host) for n in range(items))
    head = f"<title>News of {host}</title><link>http://{host}/</link><description>All of it</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{entries}</channel></rss>'.encode()


class Site(asyncio.Protocol):
    """One connection."""

    items = 10

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = transport
        self._read = b""

    def data_received(self, data: bytes) -> None:
        """Called by asyncio; requests have no body."""
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            self._transport.write(self._answer(head.decode("latin-1")))  # type: ignore[attr-defined]

    def _answer(self, head: str) -> bytes:
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if first.split(" ")[1] != "/feed.xml":
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        etag = f'"{self.items}"'
        if headers.get("if-none-match") == etag:
            return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
        body = feed(headers["host"], self.items)
        return ANSWER.format(status="200 OK", kind="application/rss+xml", etag=etag, length=len(body)).encode() + body


async def serve(port: int, items: int) -> None:
    """Until killed."""
    Site.items = items
    server = await asyncio.get_running_loop().create_server(Site, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2])))
