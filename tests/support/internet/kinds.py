"""How hosts behave, as data: what their pages answer, what must become of these pages, and what is said of it."""

import asyncio
import email.utils
import gzip
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from support.internet.server import Reply
from support.site import Seen, answer, redirect

Answer = Callable[[bytes, int], Reply]
"""What a page answers, from its good HTML and how often it was asked before."""
CRAWL_DELAY_S = 0.5
BUSY_S = 1
_WORDS = (
    b"<p>" + b"The harbour of the town was closed by the storm, and ferries wait for calmer weather. " * 8 + b"</p>"
)


@dataclass(frozen=True)
class Kind:
    """How a host behaves.

    `reason`: why fetch skips its pages; None: they go on. `says`: part of the detail. `clean`: part of what clean says
    of the pages that go on; None: it makes articles of them. `tries`: requests for each page; None: it depends, for the
    host is soon taken for down. `robots`: rules beside those of every host; None: the file fails. `delay_s`: what these
    rules ask for. `forbidden`: nothing of it may be asked for. `tdmrep`: its file of that name. `known`: to DNS.
    """

    answer: Answer
    reason: str | None = None
    says: str = ""
    clean: str | None = None
    tries: int | None = 1
    robots: str | None = ""
    delay_s: float = 0.0
    forbidden: bool = False
    tdmrep: bytes = b""
    known: bool = True


def kept(html: bytes, **headers: str) -> bytes:
    """A good answer that leaves the connection open."""
    return answer(html, kind="text/html; charset=utf-8", Connection="keep-alive", **headers)


def _good(html: bytes, times: int) -> Reply:
    return kept(html)


def _always(reply: Reply) -> Answer:
    return lambda html, times: reply


def _page(title: str, text: bytes, head: str = "") -> bytes:
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title>{head}</head><body><h1>{title}</h1>'.encode()
        + text
        + b"</body></html>"
    )


async def _hang(request: Seen, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


async def _drip(request: Seen, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(1)


async def _reset(request: Seen, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _endless_head(request: Seen, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"y" * 1000 + b"\r\n")
        await writer.drain()


async def _circle(request: Seen, writer: asyncio.StreamWriter) -> None:
    writer.write(redirect(request.path.partition("?")[0] + ("" if "?" in request.path else "?again")))


def _busy(status: int, retry_after: Callable[[], str]) -> Answer:
    """The first time busy, then good."""
    return lambda html, times: kept(html) if times else answer(status=status, Retry_After=retry_after())


def _date() -> str:
    """At least BUSY_S from now; dates in headers have whole seconds."""
    return email.utils.formatdate(math.ceil(time.time() + BUSY_S), usegmt=True)


KINDS = {
    "hangs": Kind(_always(_hang), "unreachable", "did not answer in full", tries=None),
    "drips": Kind(_always(_drip), "unreachable", "did not answer in full", tries=None),
    "resets": Kind(_always(_reset), "unreachable", "closed the connection|reset", tries=None),
    "is unknown to DNS": Kind(_always(b""), "unreachable", "DNS knows no such host", tries=0, known=False),
    "sends less than it says": Kind(
        _always(b"HTTP/1.1 200 X\r\nContent-Length: 1000\r\nConnection: close\r\n\r\nshort"),
        "http_error",
        "broke its answer off",
        tries=3,
    ),
    "says it sends 100 GB": Kind(
        _always(b"HTTP/1.1 200 X\r\nContent-Type: text/html\r\nContent-Length: 99999999999\r\n\r\n<html>"),
        "too_large",
        "99,999,999,999 bytes",
    ),
    "redirects in a circle": Kind(_always(_circle), "http_error", "in a circle"),
    "redirects inside": Kind(_always(redirect("http://10.0.0.1/")), "blocked_address", "no public address"),
    "speaks no HTTP": Kind(_always(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "http_error", "does not answer in HTTP", tries=3),
    "has endless headers": Kind(_always(_endless_head), "http_error", "does not answer in HTTP", tries=3),
    "sends a bomb": Kind(
        _always(answer(gzip.compress(bytes(64 * 1024 * 1024)), Content_Encoding="gzip")),
        "too_large",
        "more than .* bytes",
    ),
    "is gone": Kind(_always(answer(status=404)), "gone", "HTTP status 404"),
    "fails": Kind(_always(answer(status=500)), "http_error", "HTTP status 500", tries=3),
    "forbids all": Kind(
        _good, "disallowed_by_robots", "does not allow", robots="Disallow: /\n", tries=0, forbidden=True
    ),
    "has a robots.txt that fails": Kind(
        _good, "disallowed_by_robots", "forbids all until", robots=None, tries=0, forbidden=True
    ),
    "asks for a crawl delay": Kind(_good, robots=f"Crawl-delay: {CRAWL_DELAY_S}\n", delay_s=CRAWL_DELAY_S),
    "is busy, for seconds": Kind(_busy(429, lambda: str(BUSY_S)), tries=2),
    "is busy, until a time": Kind(_busy(503, _date), tries=2),
    "has error pages of status 200": Kind(
        _always(kept(_page("Internal Server Error", b"<p>Try again later.</p>"))), clean="error page"
    ),
    "has soft 404s": Kind(
        _always(kept(_page("Page not found | The Daily", b"<p>We could not find it.</p>" + _WORDS))), clean="error page"
    ),
    "has a login wall": Kind(
        _always(
            kept(
                _page(
                    "Sign in to continue",
                    b"<form><input name=u><input type=password name=p><button>Sign in</button></form>" + _WORDS,
                )
            )
        ),
        clean="asks to log in",
    ),
    "has a consent wall": Kind(
        _always(
            kept(_page("Before you continue", b"<p>We use cookies and data. Accept all or reject all.</p>" + _WORDS))
        ),
        clean="consent",
    ),
    "opts out": Kind(lambda html, times: kept(html, X_Robots_Tag="noindex"), "opted_out", "noindex"),
    "reserves text and data mining": Kind(
        _good, "opted_out", "tdmrep.json reserves", tdmrep=b'[{"location": "/", "tdm-reservation": 1}]'
    ),
}
GOOD = Kind(_good)
