"""Answers of 10 GB, nominally: what little goes over the wire is made once and repeated."""

import asyncio
import zlib
from collections.abc import Callable, Iterator
from itertools import chain, islice, repeat

import brotli

from support.site import Handler, Seen, answer

NOMINAL = 10 * 1024**3
_MIB = 1024 * 1024
_ZEROS = bytes(_MIB)
Pieces = Callable[[], Iterator[bytes]]


def _flushed(compress: Callable[[bytes], bytes]) -> Iterator[bytes]:
    """Compressed zeros: after two pieces the compressor says the same for each MiB."""
    first, again = compress(_ZEROS), compress(_ZEROS)
    return chain([first], repeat(again, NOMINAL // _MIB - 1))


def _zlib(bits: int) -> Iterator[bytes]:
    made = zlib.compressobj(9, zlib.DEFLATED, bits)
    return _flushed(lambda data: made.compress(data) + made.flush(zlib.Z_FULL_FLUSH))


def _brotli() -> Iterator[bytes]:
    made = brotli.Compressor(quality=5)
    return _flushed(lambda data: made.process(data) + made.flush())


def _zstd() -> Iterator[bytes]:
    """A frame (RFC 8878, 3.1.1) with a window of 2 MiB, and blocks of one byte each that stands for 128 KiB."""
    block = (128 * 1024 << 3 | 1 << 1).to_bytes(3, "little") + b"\0"
    return chain([b"\x28\xb5\x2f\xfd\x00\x58"], repeat(block * 8, NOMINAL // _MIB))


def _nested() -> Iterator[bytes]:
    """gzip in gzip, of which the outer is no larger than a page."""
    outer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return (packed for piece in _zlib(31) if (packed := outer.compress(piece)))


ENCODED: dict[str, tuple[str, Pieces]] = {
    "gzip": ("gzip", lambda: _zlib(31)),
    "deflate": ("deflate", lambda: _zlib(15)),
    "raw deflate": ("deflate", lambda: _zlib(-15)),
    "br": ("br", _brotli),
    "zstd": ("zstd", _zstd),
    "gzip in gzip": ("gzip, gzip", _nested),
}


def _entities() -> bytes:
    """ "Billion laughs": ten entities, each ten of the one before."""
    made = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 11))
    dtd = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{made}]>'
    return f"<?xml version='1.0'?>{dtd}<rss><channel><title>&l10;</title></channel></rss>".encode()


_XML = "<?xml version='1.0'?>"
XML: dict[str, bytes] = {
    "entities": _entities(),
    "deep feed": (_XML + "<rss><channel>" + "<a>" * 3_000_000).encode(),
    "deep sitemap": (_XML + "<urlset>" + "<a>" * 3_000_000).encode(),
    "flat feed": (_XML + "<rss><channel>" + "<item/>" * 1_400_000).encode(),
    "flat sitemap": (_XML + "<urlset>" + "<url/>" * 1_600_000).encode(),
    "feed of entries": (_XML + "<rss><channel>" + "<item/>" * 390_000).encode(),
    "attributes": (_XML + "<rss " + " ".join(f"a{n}='1'" for n in range(800_000)) + "/>").encode(),
    "just within": (_XML + "<urlset>" + "<url><loc/></url>" * 190_000 + "</urlset>").encode(),
    "gzip file": b"".join(islice(_zlib(31), 9_000)),
}
"""Feeds within the size of a page."""
GOOD = b"<!doctype html><title>News</title>"
RSS = b"<rss version='2.0'><channel><title>T</title><item><link>http://news.example/a</link></item></channel></rss>"


def _sent(encoding: str, pieces: Pieces, at_once: bool) -> Handler:
    async def send(request: Seen, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Encoding: {encoding}\r\n"
        if at_once:
            body = b"".join(pieces())
            writer.write(
                f"{head}Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
            )
            return
        writer.write(f"{head}\r\n".encode())
        for piece in pieces():
            writer.write(piece)
            await writer.drain()

    return send


def routes() -> dict[str, bytes | Handler]:
    """All of it, by path: /NAME, and /NAME/at-once as one chunk."""
    made: dict[str, bytes | Handler] = {"/good": answer(GOOD), "/rss": answer(RSS, kind="application/rss+xml")}
    for name, (encoding, pieces) in ENCODED.items():
        path = path_of(name)
        made |= {path: _sent(encoding, pieces, False), f"{path}/at-once": _sent(encoding, pieces, True)}
    return made | {path_of(name): answer(body, kind="application/xml") for name, body in XML.items()}


def path_of(name: str) -> str:
    """Where a bomb is."""
    return "/" + name.replace(" ", "-")
