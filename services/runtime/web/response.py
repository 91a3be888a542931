"""What a request may cost, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from multidict import CIMultiDictProxy

from services.runtime.web.freshness import http_date


@dataclass(frozen=True)
class Limits:
    """Bounds of one fetch; seconds and bytes. `delay_s` overrides the delay between two requests to the host.

    `home`: the slot of sites that has to be this worker's; None: that of every address it leads to (runtime/share.py).

    `partial`: what is known to be too large is read up to the limit all the same, for TooLarge to carry its head.
    """

    total_s: float = 30.0
    first_byte_s: float = 10.0
    max_wire_bytes: int = 10 * 1024 * 1024
    max_bytes: int = 10 * 1024 * 1024
    max_redirects: int = 5
    delay_s: float | None = None
    robots: bool = True
    partial: bool = False
    home: int | None = None


@dataclass(frozen=True)
class Conditional:
    """Validators of what we have (RFC 9110, 13.1)."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """Request headers that ask for news only."""
        given = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class Response:
    """An answer with its body decoded: 2xx, or 304 to a conditional request. `moved`: by permanent redirects only."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    url: str
    final_url: str
    moved: bool = False

    @property
    def not_modified(self) -> bool:
        return self.status == 304

    @property
    def content_type(self) -> str | None:
        """The Content-Type header as it came."""
        return self.headers.get("Content-Type")

    @property
    def validators(self) -> Conditional:
        """For the next conditional request."""
        return Conditional(self.headers.get("ETag"), self.headers.get("Last-Modified"))


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Seconds of a Retry-After header, given as seconds or as a date (RFC 9110, 10.2.3); None when it says nothing."""
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    when = http_date(value)
    return max(0.0, (when - now).total_seconds()) if when else None
