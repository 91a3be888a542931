"""What can go wrong with one HTTP request. Each text is for people; each class says, as data, what follows from it.

Tries soon are `retry`, made while the page is in work; tries in minutes are `later`, by the retry topics. Later tries
follow for what has `retry`, once for UnknownHost, and for HostDown and Paused; where the host says when, a page waits
until then (fetch/page.py).

FetchError                  a reason to skip, and whether a second try may help
├── Blocked                 we must not ask there             blocked_address
│   └── BadTarget           what it points at is no address that can be fetched
├── Disallowed              robots.txt says no                disallowed_by_robots
├── TooLarge                over a size limit                 too_large
├── Unreachable             no answer                         unreachable      retry
│   ├── UnknownHost         the name has no address                            no retry
│   ├── TlsFailure          certificate or handshake                           no retry
│   ├── TimedOut            no (whole) answer in time                          retry
│   └── HostDown            failed too often just now                          no retry
└── HttpError               an answer that is no page         http_error
    ├── BrokenResponse      not HTTP, cut short, wrongly coded                 retry
    ├── TooManyRedirects    more than the limit, or in a circle                no retry
    ├── Paused              the host asks for more patience than we have       no retry
    └── BadStatus           4xx, 5xx; 404 and 410 are `gone`                   some
"""

from services.contracts.fates import SkipReason
from services.contracts.topics import RETRY_TIERS

RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
GONE_STATUSES = frozenset({404, 410})


class FetchError(Exception):
    """Base; `reason` is what a page's journey shows, `retry` whether a second try soon may help.

    `later`: how many tries in minutes may help; `retry_after_s`: the least time until then, where it is known.
    """

    reason: SkipReason = SkipReason.HTTP_ERROR
    retry: bool = False
    later: int = 0

    def __init__(self, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Blocked(FetchError):
    """The address is private, or the port or scheme is not allowed."""

    reason = SkipReason.BLOCKED_ADDRESS


class BadTarget(Blocked):
    """Not an address that can be fetched: no http(s), no host, a number that is no IP address."""


class Disallowed(FetchError):
    """robots.txt forbids the address."""

    reason = SkipReason.DISALLOWED_BY_ROBOTS


class TooLarge(FetchError):
    """More bytes than allowed, on the wire or decoded; `head` is what was read until then."""

    reason = SkipReason.TOO_LARGE

    def __init__(self, detail: str, head: bytes = b"") -> None:
        super().__init__(detail)
        self.head = head


class Unreachable(FetchError):
    """No answer: connection refused, reset, no route."""

    reason = SkipReason.UNREACHABLE
    retry = True
    later = RETRY_TIERS


class UnknownHost(Unreachable):
    """DNS knows no address for the name, which may be DNS's own trouble, once."""

    retry = False
    later = 1


class TlsFailure(Unreachable):
    """The certificate is not valid for the host, or the handshake failed."""

    retry = False
    later = 0


class TimedOut(Unreachable):
    """No first byte, or not the last, within the limit."""


class HostDown(Unreachable):
    """The host failed several times in a row just now; it is left alone for a while."""

    retry = False


class HttpError(FetchError):
    """There was an answer, but no page in it."""


class BrokenResponse(HttpError):
    """The answer is no HTTP, ended early, or is not in the encoding it claims."""

    retry = True
    later = RETRY_TIERS


class TooManyRedirects(HttpError):
    """Redirected more often than allowed, or in a circle."""


class Paused(HttpError):
    """The host answered 429 or 503 with a Retry-After longer than we wait."""

    later = RETRY_TIERS


class BadStatus(HttpError):
    """A status other than 2xx; `retry_after_s` when the server named one."""

    def __init__(self, status: int, url: str, retry_after_s: float | None = None) -> None:
        super().__init__(f"{url} answered HTTP status {status}", retry_after_s)
        self.status = status
        self.retry = status in RETRIED_STATUSES
        self.later = RETRY_TIERS if self.retry else 0
        self.reason = SkipReason.GONE if status in GONE_STATUSES else SkipReason.HTTP_ERROR
