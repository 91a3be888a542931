"""The one HTTP client: polite (robots.txt, delays), safe (addresses, sizes, times), without cookies."""

import ssl
from collections.abc import Sequence
from dataclasses import replace

from protego import Protego

from services.contracts.sites import slot_of
from services.fetch.hosts import Hosts
from services.fetch.pauses import Memory
from services.fetch.robots import MAX_BYTES, Robots
from services.runtime.settings import Settings
from services.runtime.share import NotOurs, Share
from services.runtime.web.addresses import parse_networks
from services.runtime.web.connect import Guard, Resolve, SystemDns
from services.runtime.web.errors import BadStatus, FetchError, TooManyRedirects, Unreachable
from services.runtime.web.response import Conditional, Limits, Response
from services.runtime.web.target import Target, parse_target
from services.runtime.web.wire import Budget, Redirect, Wire

PERMANENT = frozenset({301, 308})
SAME_METHOD = frozenset({307, 308})
PAUSE_S = 5.0
"""Pause after a 429 or 503 that names none."""


class RedirectedAway(NotOurs):
    """An address leads to a site that another worker asks: `via` redirects, none when it is of that site itself;
    `for_good` when all of them are permanent."""

    def __init__(self, via: tuple[str, ...], for_good: bool) -> None:
        super().__init__(via)
        self.via = via
        self.for_good = for_good


class Fetcher:
    """Fetches URLs; an async context manager. `resolve` is the seam for DNS, `tls` the one for certificates."""

    def __init__(
        self,
        settings: Settings,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
        share: Share | None = None,
        memory: Memory | None = None,
    ) -> None:
        self._dns = SystemDns()
        guard = Guard(resolve or self._dns, parse_networks(settings.fetch_allow))
        self._wire = Wire(guard, settings.fetch_contact, tls)
        self._delay_s = settings.fetch_delay_s
        self._hosts = Hosts(share, memory)
        self._defers = bool(settings.retry_delays)
        self._robots = Robots(self._read_robots)
        self.limits = Limits(
            total_s=settings.fetch_timeout_s,
            first_byte_s=min(Limits.first_byte_s, settings.fetch_timeout_s),
            max_wire_bytes=settings.max_page_bytes,
            max_bytes=settings.max_page_bytes,
        )

    async def __aenter__(self) -> "Fetcher":
        self._wire.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._wire.close()
        self._dns.close()

    async def get(
        self,
        url: str,
        *,
        limits: Limits | None = None,
        conditional: Conditional | None = None,
        budget: Budget | None = None,
        via: Sequence[str] = (),
        for_good: bool = True,
    ) -> Response:
        """GET `url`, following redirects. Raises FetchError for all but 2xx (and 304 to a conditional request).

        Each hop waits for its host's turn; `limits.total_s` (or what is left of `budget`) does not count that.
        `via`: where it redirected to before, and whether `for_good`. Raises RedirectedAway when it leads to a site that
        is another worker's.
        """
        limits = limits or self.limits
        headers = conditional.headers() if conditional else {}
        return await self._follow(url, limits, budget or Budget(limits.total_s), headers, via=via, permanent=for_good)

    async def post(self, url: str, content: bytes, headers: dict[str, str], limits: Limits) -> Response:
        """POST `content` to `url`; to the address of a 307 or 308 again (RFC 9110, 15.4). Raises FetchError for all but
        2xx. It is for who asked for it, so robots.txt has no say; guards, turns and pauses are those of `get`."""
        return await self._follow(url, replace(limits, robots=False), Budget(limits.total_s), headers, content)

    async def rules(self, url: str, limits: Limits) -> Protego:
        """The robots.txt that `get` obeys for `url`; empty where there is none, or it can not be read."""
        try:
            found = await self._robots.rules(parse_target(url).origin, limits)
        except FetchError:
            found = ""
        return Protego.parse("") if isinstance(found, str) else found

    async def _follow(
        self,
        url: str,
        limits: Limits,
        budget: Budget,
        headers: dict[str, str],
        content: bytes | None = None,
        via: Sequence[str] = (),
        permanent: bool = True,
    ) -> Response:
        target = parse_target(url)
        seen = [target.url]
        for location in via:
            target = parse_target(location)
            seen.append(target.url)
        while len(seen) <= limits.max_redirects + 1:
            try:
                answer = await self._hop(target, limits, budget, headers, content)
            except NotOurs:
                raise RedirectedAway(tuple(seen[1:]), permanent) from None
            if isinstance(answer, Response):
                return replace(answer, url=url, moved=permanent and len(seen) > 1)
            if content is not None and answer.status not in SAME_METHOD:
                raise BadStatus(answer.status, target.url)
            permanent = permanent and answer.status in PERMANENT
            target = parse_target(answer.location, base=target.url)
            if target.url in seen:
                raise TooManyRedirects(f"{url} redirects in a circle, back to {target.url}")
            seen.append(target.url)
        raise TooManyRedirects(f"{url} redirects more than {limits.max_redirects} times, at last to {target.url}")

    async def _hop(
        self, target: Target, limits: Limits, budget: Budget, headers: dict[str, str], content: bytes | None
    ) -> Response | Redirect:
        asked_s = await self._robots.check(target, limits) if limits.robots else 0.0
        delay_s = max(self._delay_s if limits.delay_s is None else limits.delay_s, asked_s)
        async with self._hosts.turn(target.host, delay_s, limits.home):
            try:
                answer = await self._wire.exchange(target, limits, budget, headers, content)
            except Unreachable as error:
                self._hosts.failed(target.host, str(error))
                raise
            except BadStatus as error:
                self._hosts.answered(target.host)
                if error.status in (429, 503):
                    pause_s = PAUSE_S if error.retry_after_s is None else error.retry_after_s
                    self._hosts.pause(target.host, pause_s, str(error))
                raise
            self._hosts.answered(target.host)
            return answer

    def queue_s(self, url: str, key: str) -> float | None:
        """Seconds after which `key` had better come again for `url`, so many wait for its host; None: it need not."""
        return self._hosts.wait_s(parse_target(url).host, key) if self._defers else None

    async def _read_robots(self, url: str, asked: Limits) -> bytes:
        limits = replace(
            self.limits,
            max_bytes=MAX_BYTES,
            max_wire_bytes=MAX_BYTES,
            robots=False,
            partial=True,
            total_s=10.0,
            delay_s=asked.delay_s,
            home=slot_of(url) if asked.home is None else asked.home,
        )
        return (await self.get(url, limits=limits)).body
