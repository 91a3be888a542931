"""Every way to name an address that is not public (ssrf.yaml): refused with a reason, and the canaries that listen
there see no connection.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest
import yaml

from services.fetch.client import Fetcher
from services.fetch.feeds import parse_feed
from services.fetch.listing import NotAFeed
from services.runtime.web.connect import Guard
from services.runtime.web.errors import Blocked, FetchError
from tests.support.site import Site, answer, dns, fetch_settings, redirect, serving

_GROUPS: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("ssrf.yaml").read_text("utf-8"))
CORPUS = [address for group in _GROUPS.values() for address in group]
PRIVATE = ("127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "fd00::1")
PUBLIC = {"public.example": ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]}
OPEN = "127.0.0.2"
"""Where news.example is in tests that let it be reached."""


class Canaries(list[Site]):
    """Sites that nobody may connect to, all on one port."""

    @property
    def port(self) -> int:
        return self[0].port

    @property
    def connections(self) -> int:
        return sum(site.connections for site in self)


@pytest.fixture
async def canaries() -> AsyncIterator[Canaries]:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(serving(Site("127.0.0.1")))
        others = [Site("127.8.8.8"), *([Site("::1")] if socket.has_ipv6 else [])]
        yield Canaries([first, *[await stack.enter_async_context(serving(site, first.port)) for site in others]])


@pytest.fixture
async def guarded() -> AsyncIterator[Fetcher]:
    """A fetcher as in production, but that every name except public.example is private."""
    async with Fetcher(fetch_settings(fetch_allow=""), resolve=dns(PUBLIC, default=PRIVATE)) as fetcher:
        yield fetcher


@pytest.fixture
async def news(canaries: Canaries) -> AsyncIterator[Site]:
    """news.example, which may be reached, on the port of the canaries."""
    async with serving(Site(OPEN), canaries.port) as site:
        yield site


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    """A fetcher that may reach `news`, which has two names; every other name is private."""
    resolve = dns({"news.example": [OPEN], "start.example": [OPEN]}, default=PRIVATE)
    async with Fetcher(fetch_settings(fetch_allow=f"{OPEN}/32"), resolve=resolve) as fetcher:
        yield fetcher


def test_the_corpus_is_large_enough() -> None:
    assert len(set(CORPUS)) >= 200


async def test_each_address_is_refused_with_a_reason(guarded: Fetcher, canaries: Canaries) -> None:
    for address in CORPUS:
        for port in (canaries.port, 80):
            with pytest.raises(Blocked, match=r"\w+ \w+"):
                await guarded.get(address.replace("PORT", str(port)))
    assert canaries.connections == 0


async def test_an_allowed_host_in_the_address_opens_no_way(news: Site, fetcher: Fetcher, canaries: Canaries) -> None:
    for address in CORPUS:
        with pytest.raises(FetchError):  # some name news.example, which has no such page or port
            await fetcher.get(address.replace("PORT", str(canaries.port)))
    assert canaries.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_reaches_a_canary(news: Site, fetcher: Fetcher, canaries: Canaries, status: int) -> None:
    locations = [address for address in CORPUS if not set(address) & set("\r\n\0")]
    for number, location in enumerate(locations):
        news.routes[f"/{number}"] = redirect(location.replace("PORT", str(canaries.port)), status)
        with pytest.raises(FetchError):  # some are relative, to where there is no page
            await fetcher.get(news.url(f"/{number}", "start.example"))
    assert set(news.paths()) >= {f"/{number}" for number in range(len(locations))}
    assert canaries.connections == 0


async def test_pages_and_headers_that_point_inside_are_not_followed(
    news: Site, fetcher: Fetcher, canaries: Canaries
) -> None:
    inside = f"http://127.0.0.1:{canaries.port}/"
    html = f'<meta http-equiv="refresh" content="0;url={inside}"><base href="{inside}"><img src="{inside}">'
    news.routes["/"] = answer(html.encode(), Refresh=f"0; url={inside}", Link=f"<{inside}>; rel=preload")
    assert (await fetcher.get(news.url("/"))).status == 200
    assert canaries.connections == 0


async def test_a_robots_txt_that_points_inside_is_not_followed(
    news: Site, fetcher: Fetcher, canaries: Canaries
) -> None:
    news.routes["/robots.txt"] = redirect(f"http://127.0.0.1:{canaries.port}/robots.txt")
    with pytest.raises(Blocked):
        await fetcher.get(news.url("/"))
    assert canaries.connections == 0


async def test_a_name_that_changes_its_answer_is_judged_each_time(news: Site, canaries: Canaries) -> None:
    calls = []

    async def rebinding(host: str) -> list[str]:
        calls.append(host)
        return [OPEN] if len(calls) == 1 else ["127.0.0.1"]

    async with Fetcher(fetch_settings(fetch_allow=f"{OPEN}/32"), resolve=rebinding) as fetcher:
        with pytest.raises(Blocked, match=r"127\.0\.0\.1 is no public address"):
            await fetcher.get(news.url("/page"))
    assert news.paths() == ["/robots.txt"]
    assert canaries.connections == 0


async def test_of_several_addresses_only_the_allowed_are_used(news: Site, canaries: Canaries) -> None:
    news.routes["/"] = b"HTTP/1.1 204 X\r\n\r\n"
    resolve = dns({}, default=("127.0.0.1", "::1", "10.0.0.1", OPEN))
    async with Fetcher(fetch_settings(fetch_allow=f"{OPEN}/32"), resolve=resolve) as fetcher:
        assert (await fetcher.get(news.url("/"))).status == 204
    assert canaries.connections == 0


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE rss SYSTEM "{inside}">',
        '<!DOCTYPE rss PUBLIC "-//X//DTD RSS//EN" "{inside}">',
        '<?xml-stylesheet type="text/xsl" href="{inside}"?>',
        '<!DOCTYPE rss [<!ENTITY % all SYSTEM "{inside}"> %all;]>',
        '<!DOCTYPE rss [<!ENTITY news SYSTEM "{inside}">]>',
    ],
)
@pytest.mark.parametrize("root", ["rss", "urlset"])
async def test_documents_load_nothing(canaries: Canaries, head: str, root: str) -> None:
    inside = f"http://127.0.0.1:{canaries.port}/x"
    body = (
        f"<?xml version='1.0'?>{head.format(inside=inside)}<{root} xmlns:xi='http://www.w3.org/2001/XInclude' "
        f"xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='urn:x {inside}'>"
        f"<channel><xi:include href='{inside}'/><item><link>http://news.example/a</link></item></channel></{root}>"
    )
    with suppress(NotAFeed):
        await asyncio.to_thread(parse_feed, body.encode(), "application/xml", "http://news.example/feed")
    assert canaries.connections == 0


async def test_line_breaks_in_an_address_make_no_header_and_no_second_request(news: Site, fetcher: Fetcher) -> None:
    for address in ("/a\r\nX-Injected: yes\r\n\r\nGET /b HTTP/1.1", "/a%0d%0aX-Injected:%20yes", "/a X-Injected: yes"):
        with pytest.raises(FetchError):
            await fetcher.get(news.url(address))
    assert len(news.paths()) == 1 + 3  # robots.txt once
    assert not any("x-injected" in request.headers for request in news.seen)


def test_the_socket_itself_is_the_last_fence() -> None:
    guard = Guard(dns({}), ())
    info = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 80))
    with pytest.raises(Blocked, match="loopback"):
        guard.checked_socket(info)
