"""robots.txt (RFC 9309): fetched once an hour for each origin, and obeyed under our own name."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from protego import Protego

from services.runtime.web.errors import BadStatus, BrokenResponse, Disallowed, TooLarge, TooManyRedirects
from services.runtime.web.response import Limits
from services.runtime.web.target import Target

TOKEN = "Newsloom"  # noqa: S105  # our product token, no secret
MAX_BYTES = 512 * 1024
"""RFC 9309, 2.5: at least 500 KiB are parsed; what follows is ignored."""
TTL_S = 3600.0
REFUSED_TTL_S = 60.0
MAX_CRAWL_DELAY_S = 30.0
KEPT = 10_000
Read = Callable[[str, Limits], Awaitable[bytes]]


class _Entry:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.expires = float("-inf")
        self.rules: Protego | str = ""
        """The rules, or why everything is disallowed."""


class Robots:
    """The rules of every origin met lately. `read` fetches a URL for a page with such limits, and raises FetchError."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    async def check(self, target: Target, limits: Limits) -> float:
        """Seconds of delay that the origin asks for, at most 30.

        Raises Disallowed; and what fetching robots.txt raised when the host can not be reached, since the page is
        then not to be fetched either (RFC 9309, 2.3.1.4).
        """
        rules = await self.rules(target.origin, limits)
        if isinstance(rules, str):
            raise Disallowed(rules)
        if not rules.can_fetch(target.url, TOKEN):
            raise Disallowed(f"{target.origin}/robots.txt does not allow {TOKEN} to fetch {target.url}")
        return min(rules.crawl_delay(TOKEN) or 0.0, MAX_CRAWL_DELAY_S)

    async def rules(self, origin: str, limits: Limits) -> Protego | str:
        """The rules of `origin`, or why everything is disallowed; raises as `check` does."""
        entry = self._entries.setdefault(origin, _Entry())
        self._entries.move_to_end(origin)
        if len(self._entries) > KEPT:
            self._entries.popitem(last=False)
        async with entry.lock:
            if time.monotonic() >= entry.expires:
                entry.rules = await self._fetch(f"{origin}/robots.txt", limits)
                entry.expires = time.monotonic() + (REFUSED_TTL_S if isinstance(entry.rules, str) else TTL_S)
            return entry.rules

    async def _fetch(self, url: str, limits: Limits) -> Protego | str:
        try:
            body = await self._read(url, limits)
        except TooLarge as error:
            body = error.head[:MAX_BYTES]
        except TooManyRedirects:
            body = b""
        except BadStatus as error:
            if error.status >= 500 or error.status == 429:
                return f"{url} answered HTTP status {error.status}, which forbids all until it answers (RFC 9309)"
            body = b""
        except BrokenResponse as error:
            raise BrokenResponse(f"robots.txt can not be read: {error}") from error
        return Protego.parse(body.decode("utf-8-sig", "replace"))
