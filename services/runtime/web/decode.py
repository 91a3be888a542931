"""Undoes Content-Encoding while bytes arrive, and stops at a limit: a bomb never gets into memory.

Every decoder hands on at most about `STEP` bytes at a time, so a bomb that comes as one chunk is stopped as well.
"""

import zlib
from collections.abc import Callable
from typing import IO, ClassVar, Protocol, cast

import brotli
import zstandard

from services.runtime.web.errors import BrokenResponse, TooLarge

STEP = 64 * 1024
MAX_ENCODINGS = 3
# RFC 9659: a window of 8 MB must be supported for the web, and more may be refused.
ZSTD_WINDOW = 8 * 1024 * 1024
ACCEPT_ENCODING = "gzip, deflate, br, zstd"

Sink = Callable[[bytes], None]


class Decoder(Protocol):
    """One encoding, decoded into the sink it was made with."""

    def feed(self, data: bytes) -> None:
        """Decode what continues the bytes fed before."""

    def finish(self) -> None:
        """Raises ValueError when the stream is not complete."""


class Gzip:
    """gzip (RFC 1952) of one or several members; what follows the last member is ignored, as browsers do."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._member = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._started = self._ended = False

    def feed(self, data: bytes) -> None:
        while data and not self._ended:
            if self._member.eof:
                self._ended = not data.startswith(b"\x1f")
                self._member = self._member if self._ended else zlib.decompressobj(16 + zlib.MAX_WBITS)
                continue
            self._started = True
            self._sink(self._member.decompress(data, STEP))
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    def finish(self) -> None:
        if self._started and not self._member.eof:
            raise ValueError("the stream ends early")


class Deflate:
    """deflate: zlib (RFC 1950) as the standard says, or raw (RFC 1951) as some servers send."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._head = b""
        self._stream: zlib._Decompress | None = None

    def feed(self, data: bytes) -> None:
        if self._stream is None:
            self._head += data
            if len(self._head) < 2:
                return
            zlib_header = self._head[0] & 0x0F == 8 and int.from_bytes(self._head[:2], "big") % 31 == 0
            self._stream = zlib.decompressobj(zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS)
            data = self._head
        while data and not self._stream.eof:
            self._sink(self._stream.decompress(data, STEP))
            data = self._stream.unconsumed_tail

    def finish(self) -> None:
        if self._head and (self._stream is None or not self._stream.eof):
            raise ValueError("the stream ends early")


class Brotli:
    """br (RFC 7932)."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._stream = brotli.Decompressor()
        self._started = False

    def feed(self, data: bytes) -> None:
        self._started = self._started or bool(data)
        while not self._stream.is_finished():
            self._sink(self._stream.process(data, output_buffer_limit=STEP))
            data = b""
            if self._stream.can_accept_more_data():
                return

    def finish(self) -> None:
        if self._started and not self._stream.is_finished():
            raise ValueError("the stream ends early")


class Zstd:
    """zstd (RFC 8878), also of several frames. The library's writer is the one of its ways that bounds its output."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._writer = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).stream_writer(
            cast(IO[bytes], self), write_size=STEP
        )

    def write(self, data: bytes) -> int:
        """Take what the library decoded; it calls this."""
        self._sink(data)
        return len(data)

    def feed(self, data: bytes) -> None:
        self._writer.write(data)

    def finish(self) -> None:
        """The library does not tell an early end; HTTP's own framing does."""


class Body:
    """Collects a body from its bytes on the wire. Raises TooLarge over a limit, BrokenResponse on bad encoding.

    `partial`: TooLarge carries what came up to the limit, which takes its memory twice. Without `keep` it only counts.
    """

    DECODERS: ClassVar[dict[str, Callable[[Sink], Decoder]]] = {
        "gzip": Gzip,
        "x-gzip": Gzip,
        "deflate": Deflate,
        "br": Brotli,
        "zstd": Zstd,
    }

    def __init__(
        self, content_encoding: str, max_wire_bytes: int, max_bytes: int, *, partial: bool = False, keep: bool = True
    ) -> None:
        self._max_wire, self._max = max_wire_bytes, max_bytes
        self._partial, self._keeps = partial, keep
        self._wire = self._size = 0
        self._parts: list[bytes] = []
        self._encodings = [
            e for e in (p.strip().lower() for p in content_encoding.split(",")) if e not in ("", "identity")
        ]
        unknown = [e for e in self._encodings if e not in self.DECODERS]
        if unknown or len(self._encodings) > MAX_ENCODINGS:
            raise BrokenResponse(
                f"the answer has Content-Encoding {content_encoding[:100]!r}; read are {ACCEPT_ENCODING}"
            )
        self._decoders: list[Decoder] = []
        sink: Sink = self._keep
        for encoding in self._encodings:  # listed in the order they were applied (RFC 9110, 8.4)
            decoder = self.DECODERS[encoding](self._bounded(sink) if self._decoders else sink)
            self._decoders.append(decoder)
            sink = decoder.feed
        self._feed = sink

    def feed(self, data: bytes) -> None:
        """Take bytes as they came."""
        self._wire += len(data)
        if self._wire > self._max_wire:
            raise TooLarge(f"more than {self._max_wire:,} bytes came over the wire", self._rest())
        try:
            for start in range(0, len(data), STEP):  # zlib copies all that is left over at each of its steps
                self._feed(data[start : start + STEP])
        except TooLarge as error:
            error.head = self._rest()
            raise
        except (zlib.error, brotli.error, zstandard.ZstdError) as error:
            raise self._broken(error) from None

    def finish(self) -> bytes:
        """The whole body."""
        try:
            for decoder in reversed(self._decoders):
                decoder.finish()
        except ValueError as error:
            raise self._broken(error) from None
        return self.head

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        if self._keeps:
            self._parts.append(data)
        if self._size > self._max:
            raise TooLarge(f"the body has more than {self._max:,} bytes")

    @property
    def head(self) -> bytes:
        """What has been decoded so far."""
        return b"".join(self._parts)

    def _rest(self) -> bytes:
        """What a body that is too large leaves behind."""
        head = self.head if self._partial else b""
        self._parts.clear()
        return head

    def _bounded(self, sink: Sink) -> Sink:
        """A step between two encodings may not swell without bound either."""
        size = 0

        def take(data: bytes) -> None:
            nonlocal size
            size += len(data)
            if size > self._max:
                raise TooLarge(f"the body has more than {self._max:,} bytes when decoded")
            sink(data)

        return take

    def _broken(self, error: Exception) -> BrokenResponse:
        return BrokenResponse(f"the body is not the {', '.join(self._encodings)} that its header claims: {error}")
