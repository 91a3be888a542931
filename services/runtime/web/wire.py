"""One HTTP exchange: no redirects, no manners, but every limit. What aiohttp raises becomes a FetchError."""

import asyncio
import os
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

import aiohttp
from yarl import URL

from services.runtime.web import errors
from services.runtime.web.connect import Guard
from services.runtime.web.decode import ACCEPT_ENCODING, Body
from services.runtime.web.response import Limits, Response, retry_after_s
from services.runtime.web.target import Target

ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"
CONNECT_S = 10.0
MAX_HEADER_BYTES = 16 * 1024
MAX_HEADERS = 128
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Redirect:
    """The server points elsewhere; `location` as it came."""

    status: int
    location: str


class Budget:
    """Seconds that may be spent on the wire; waiting for one's turn is not counted."""

    def __init__(self, seconds: float) -> None:
        self.left_s = seconds

    @asynccontextmanager
    async def spend(self) -> AsyncIterator[None]:
        """Raises TimeoutError out of the block once nothing is left."""
        start = time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, self.left_s)):
                yield
        finally:
            self.left_s -= time.monotonic() - start


def user_agent(contact: str) -> str:
    """Our name, and how to reach whoever runs us."""
    return f"Newsloom/{version('newsloom')}" + (f" (+{contact})" if contact else "")


class Wire:
    """A session of aiohttp behind the guard. Open it before use, close it after."""

    def __init__(self, guard: Guard, contact: str, tls: ssl.SSLContext | None = None) -> None:
        self._guard = guard
        self._tls = tls or ssl.create_default_context()
        self._headers = {"User-Agent": user_agent(contact), "Accept": ACCEPT, "Accept-Encoding": ACCEPT_ENCODING}

    def open(self) -> None:
        """Make the session; it belongs to the running event loop."""
        self._session = aiohttp.ClientSession(
            connector=self._guard.connector(self._tls),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            max_headers=MAX_HEADERS,
        )
        # Without this it asks again at once when a connection closes without an answer (aiohttp client.py,
        # `retry_persistent_connection`), behind the back of the delays; there is no public way to turn it off.
        self._session._retry_connection = False

    async def close(self) -> None:
        """Drop all connections."""
        await self._session.close()

    async def exchange(
        self, target: Target, limits: Limits, budget: Budget, headers: dict[str, str], content: bytes | None = None
    ) -> Response | Redirect:
        """GET `target`, or POST `content` to it. Raises FetchError; every status but 2xx, 304 and redirects is a
        BadStatus."""
        method = "GET" if content is None else "POST"
        if target.address is not None:
            self._guard.check(str(target.address), target.port)
        seconds = min(limits.first_byte_s, budget.left_s)
        async with _translated(target.host, budget.left_s), budget.spend():
            async with _translated(target.host, seconds), asyncio.timeout(seconds):
                answer = await self._session.request(
                    method, URL(target.url, encoded=True), data=content, headers=headers, allow_redirects=False
                )
            try:
                return await self._read(answer, target, limits)
            finally:
                answer.release()  # closes the connection unless the body was read to its end

    async def _read(self, answer: aiohttp.ClientResponse, target: Target, limits: Limits) -> Response | Redirect:
        location = answer.headers.get("Location")
        if answer.status in REDIRECTS and location:
            return Redirect(answer.status, location)
        if answer.status == 304:
            return Response(304, answer.headers, b"", target.url, target.url)
        if not 200 <= answer.status < 300:
            pause = retry_after_s(answer.headers.get("Retry-After"), datetime.now(UTC))
            raise errors.BadStatus(answer.status, target.url, pause)
        if (answer.content_length or 0) > limits.max_wire_bytes and not limits.partial:
            raise errors.TooLarge(
                f"the body has {answer.content_length:,} bytes; at most {limits.max_wire_bytes:,} are read"
            )
        encoding = ",".join(answer.headers.getall("Content-Encoding", []))
        body = Body(encoding, limits.max_wire_bytes, limits.max_bytes, partial=limits.partial)
        async for chunk in answer.content.iter_any():
            body.feed(chunk)
        return Response(answer.status, answer.headers, body.finish(), target.url, target.url)


# The first that fits counts, so subclasses stand before their bases.
_MEANINGS: tuple[tuple[type[Exception], type[errors.FetchError], str], ...] = (
    (aiohttp.ClientSSLError, errors.TlsFailure, "{host}: no trusted TLS connection ({error})"),
    (ssl.SSLError, errors.TlsFailure, "{host}: no trusted TLS connection ({error})"),
    (aiohttp.ConnectionTimeoutError, errors.TimedOut, "{host} did not accept a connection within {connect:g} s"),
    (TimeoutError, errors.TimedOut, "{host} did not answer in full within {seconds:.3g} s"),
    (aiohttp.ServerDisconnectedError, errors.Unreachable, "{host} closed the connection without an answer"),
    (aiohttp.ClientPayloadError, errors.BrokenResponse, "{host} broke its answer off ({error})"),
    (OSError, errors.Unreachable, "{host}: the connection failed ({error})"),
    (aiohttp.InvalidURL, errors.BadTarget, "{host}: no address that can be fetched ({error})"),
    (aiohttp.ClientError, errors.BrokenResponse, "{host} does not answer in HTTP as it should ({error})"),
)


@asynccontextmanager
async def _translated(host: str, seconds: float) -> AsyncIterator[None]:
    """Turns what aiohttp and the system raise into ours, with a text for people."""
    try:
        yield
    except (aiohttp.ClientError, OSError) as error:  # TimeoutError and SSLError are OSErrors
        ours, text = next((ours, text) for theirs, ours, text in _MEANINGS if isinstance(error, theirs))
        errno = getattr(error, "errno", None)
        said = os.strerror(errno) if errno and ours is errors.Unreachable else " ".join(str(error).split())[:300]
        raise ours(text.format(host=host, seconds=seconds, connect=CONNECT_S, error=said)) from error
