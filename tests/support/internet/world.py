"""Which hosts there are: the same for the same numbers, in the test's process and in the server's."""

import hashlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from support.internet.kinds import GOOD, KINDS, Kind, kept
from support.internet.server import Reply
from support.quick import quick
from support.site import Seen, answer, redirect

FEED, BROKEN, PRIVATE, TDMREP = "/feed.xml", "/broken.xml", "/private/1", "/.well-known/tdmrep.json"
QUIET, AWAY = "/quiet.xml", "/away.xml"
"""A feed without items, and one that is on another host (World.trios)."""


@dataclass(frozen=True)
class Host:
    """A host with a feed that never changes, its items, and one item that robots.txt forbids. `kind` None: all well.

    One that misbehaves has a second feed, BROKEN, which does so as its pages do.
    """

    name: str
    items: int
    run: int
    kind: str | None = None

    @property
    def does(self) -> Kind:
        """How its pages behave."""
        return KINDS[self.kind] if self.kind else GOOD

    @cached_property
    def pages(self) -> dict[str, bytes]:
        """HTML by path."""
        pages = quick(self.items, run=self.run, base="")
        return {page.url: page.html.encode() for page in pages}

    @property
    def listed(self) -> bool:
        """Whether its feed can be read."""
        return self.does.known and not self.does.forbidden

    def reply(self, request: Seen, times: int) -> Reply:
        """What it answers."""
        path = request.path.partition("?")[0]
        if path == "/robots.txt":
            return self._robots()
        if path == TDMREP and self.does.tdmrep:
            return answer(self.does.tdmrep, kind="application/json", Connection="keep-alive")
        if path == FEED:
            return self._feed(request)
        if path == QUIET:
            feed = f"<rss version='2.0'><channel><title>{self.name}</title></channel></rss>".encode()
            return answer(feed, kind="application/rss+xml", Connection="keep-alive")
        if path == BROKEN:
            return self.does.answer(b"<html><body>no feed</body></html>", times)
        found = self.pages.get(path)
        return answer(status=404) if found is None else self.does.answer(found, times)

    def _robots(self) -> bytes:
        rules = self.does.robots
        if rules is None:
            return answer(status=503)
        text = f"User-agent: *\nDisallow: /private/\n{rules}"
        return answer(text.encode(), kind="text/plain", Connection="keep-alive")

    def _feed(self, request: Seen) -> bytes:
        base = f"http://{request.headers['host']}"
        links = "".join(f"<item><title>{p}</title><link>{base}{p}</link></item>" for p in (*self.pages, PRIVATE))
        feed = f"<rss version='2.0'><channel><title>{self.name}</title>{links}</channel></rss>".encode()
        etag = f'"{hashlib.sha256(feed).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == etag:
            return answer(status=304, ETag=etag, Connection="keep-alive")
        return answer(feed, kind="application/rss+xml", ETag=etag, Connection="keep-alive")


class World:
    """`good` hosts and `bad` ones, which misbehave by each of KINDS in its turn, with `items` pages each.

    `trios` are good hosts that have a source together: its lists are the QUIET of the first two and the AWAY of the
    first, which is the QUIET of the third.
    """

    def __init__(self, good: int, bad: int, items: int) -> None:
        kinds = list(KINDS)
        hosts = [Host(f"bad-{n}.example", items, n % 100, kinds[n % len(kinds)]) for n in range(bad)]
        fine = [Host(f"good-{n}.example", items, n % 100) for n in range(good)]
        self.hosts = {host.name: host for host in [*hosts, *fine]}
        self.trios = list(zip(fine[::3], fine[1::3], fine[2::3], strict=False))
        self._away = {first.name: third.name for first, _, third in self.trios}

    def reply(self, request: Seen, times: int) -> Reply:
        """What the host that was asked answers."""
        host = self.hosts.get(request.host)
        if request.path == AWAY and (there := self._away.get(request.host)):
            return redirect(f"http://{request.headers['host'].replace(request.host, there)}{QUIET}")
        return host.reply(request, times) if host else kept(b"<html>no such host</html>")

    async def resolve(self, name: str) -> Sequence[str]:
        """DNS of this world: the seam of the fetch client. Raises gaierror for names that it does not have."""
        host = self.hosts.get(name)
        if host is None or not host.does.known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return ["127.0.0.1"]
