"""The records of a WARC file as bytes, one by one, past whatever is broken between them.

A compressed file is a row of gzip members, by the standard one a record. A reader that trusts it is lost after the
first damaged byte; this one names the place and looks for the next member that begins with `WARC/`.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

MOST_BYTES = 64 * 1024 * 1024
"""Most bytes of one record, compressed or not: twice the largest message."""
CHUNK = 256 * 1024
_GZIP = b"\x1f\x8b\x08"
_PLAIN = b"WARC/"
_HEADER_BYTES = 1024 * 1024
_MARK = re.compile(rb"\x1f\x8b\x08|WARC/1\.")
_LOOK = 1024
_FIRST_LINE = re.compile(rb"WARC/\d\.\d+\r\n")


class Readable(Protocol):
    """Whatever gives bytes: a file, an object in S3."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


@dataclass(frozen=True)
class Member:
    """A record's bytes, from `at` to `end` in the file; or, with `error`, what is wrong at `at`."""

    at: int
    end: int
    data: bytes = b""
    error: str | None = None


class _Wrong(Exception):
    """This is no record."""


def members(stream: Readable, at: int = 0, most: int = MOST_BYTES) -> Iterator[Member]:
    """Every record of `stream`, which stands at offset `at` of its file; memory bounded by about 2 × `most`."""
    window = _Window(stream, at)
    while window.fill(1):
        start = window.at
        try:
            data, used = _gzip(window, most) if window.fill(3)[:3] == _GZIP else _plain(window, most)
        except _Wrong as error:
            window.drop(1)
            _seek(window)
            yield Member(start, window.at, error=str(error))
        else:
            window.drop(used)
            if data:
                yield Member(start, window.at, data)


class _Window:
    """The part of the stream that is looked at, from offset `at` on."""

    def __init__(self, stream: Readable, at: int) -> None:
        self.at = at
        self.data = bytearray()
        self._stream = stream

    def fill(self, size: int) -> bytearray:
        """`data`, with at least `size` bytes, unless the stream ends before."""
        while len(self.data) < size and (more := self._stream.read(max(CHUNK, size - len(self.data)))):
            self.data += more
        return self.data

    def drop(self, size: int) -> None:
        """Move on by `size` bytes, or to the end."""
        size = min(size, len(self.data))
        del self.data[:size]
        self.at += size


def _gzip(window: _Window, most: int) -> tuple[bytes, int]:
    """The first member's content, and its length in the file."""
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    out = bytearray()
    fed = 0
    while not inflate.eof:
        if fed == len(window.data) and len(window.fill(fed + 1)) == fed:
            raise _Wrong("the file ends inside a record")
        piece = bytes(window.data[fed : fed + CHUNK])
        fed += len(piece)
        try:
            while piece and not inflate.eof:
                out += inflate.decompress(piece, CHUNK)
                piece = inflate.unconsumed_tail
                if max(len(out), fed) > most:
                    raise _Wrong(f"a record of more than {most:,} bytes")
        except zlib.error as error:
            raise _Wrong(f"damaged gzip data ({error})") from None
    return bytes(out), fed - len(inflate.unused_data)


def _plain(window: _Window, most: int) -> tuple[bytes, int]:
    """The first record of an uncompressed file, and its length; no content for the blank lines between records."""
    if blank := len(window.fill(4)[:4]) - len(window.data[:4].lstrip(b"\r\n")):
        return b"", blank
    head = window.fill(CHUNK)[:_HEADER_BYTES]
    end = head.find(b"\r\n\r\n")
    if not _FIRST_LINE.match(head) or end < 0:
        raise _Wrong("no WARC record")
    lengths = [
        line[15:].strip() for line in bytes(head[:end]).split(b"\r\n") if line[:15].lower() == b"content-length:"
    ]
    if len(lengths) != 1 or not lengths[0].isdigit():
        raise _Wrong("a record without Content-Length")
    length = end + 4 + int(lengths[0])
    if length > most:
        raise _Wrong(f"a record of more than {most:,} bytes")
    if len(window.fill(length)) < length:
        raise _Wrong("the file ends inside a record")
    return bytes(window.data[:length]), length


def _seek(window: _Window) -> None:
    """Move on to what looks like the next record, or to the end."""
    while window.fill(CHUNK):
        for found in _MARK.finditer(bytes(window.data)):
            at = found.start()
            if found[0] != _GZIP or _inflates(bytes(window.data[at : at + _LOOK])):
                window.drop(at)
                return
        window.drop(max(1, len(window.data) - _LOOK))


def _inflates(data: bytes) -> bool:
    """Whether a gzip member that holds a record begins here."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, len(_PLAIN)) == _PLAIN
    except zlib.error:
        return False
