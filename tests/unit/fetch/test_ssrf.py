"""Every spelling of an address that is not public: refused, and the canary that listens there sees no connection."""

import ipaddress
import socket
from collections.abc import AsyncIterator, Iterator

import pytest

from services.fetch.client import Fetcher
from services.runtime.web.connect import Guard
from services.runtime.web.errors import Blocked
from tests.support.site import Site, dns, fetch_settings, redirect, serving

PRIVATE_V4 = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
]
PRIVATE_NAMES = [
    "localhost",
    "localhost.",
    "LOCALHOST",
    "metadata.google.internal",
    "router.lan",
    "127.0.0.1.nip.example",
]


def spellings(text: str) -> Iterator[str]:
    """Ways to write one IPv4 address as the host of a URL."""
    number = int(ipaddress.IPv4Address(text))
    a, b, c, d = text.split(".")
    yield from (text, f"{text}.", str(number), f"0x{number:x}", f"0X{number:X}", f"0{number:o}")
    yield ".".join(f"0x{int(part):02x}" for part in (a, b, c, d))
    yield ".".join(f"0{int(part):o}" for part in (a, b, c, d))
    yield ".".join(f"{int(part):08o}" for part in (a, b, c, d))
    yield f"{a}.{b}.{int(c) * 256 + int(d)}"
    yield f"{a}.{number & 0xFFFFFF}"
    yield f"0x{int(a):x}.{number & 0xFFFFFF}"
    yield text.replace(".", "。")
    yield text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    yield text.replace(".", "%2e")
    yield f"news.example@{text}"
    yield f"news.example:80@{text}"
    for inside in ("::ffff:{}", "::{}", "64:ff9b::{}", "64:ff9b:1::{}", "::ffff:0:{}", "0:0:0:0:0:ffff:{}"):
        yield f"[{inside.format(text)}]"
    yield f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]"
    yield f"[2001:0:{number >> 16:x}:{number & 0xFFFF:x}::1]"


CORPUS = [
    *(host for address in PRIVATE_V4 for host in spellings(address)),
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[fd00:ec2::254]",
    "[fec0::1]", "[ff02::1]", "[2001:db8::1]", *PRIVATE_NAMES,
]  # fmt: skip


@pytest.fixture
async def canary() -> AsyncIterator[Site]:
    async with serving(Site()) as site:
        yield site


@pytest.fixture
async def guarded() -> AsyncIterator[Fetcher]:
    """A fetcher as in production, but that every name is on loopback."""
    async with Fetcher(
        fetch_settings(fetch_allow=""), resolve=dns({}, default=("127.0.0.1", "::1", "10.0.0.1"))
    ) as fetcher:
        yield fetcher


def test_the_corpus_is_large_enough() -> None:
    assert len(set(CORPUS)) >= 200


async def test_no_spelling_reaches_the_canary(guarded: Fetcher, canary: Site) -> None:
    for host in CORPUS:
        for port in (canary.port, 80):
            with pytest.raises(Blocked):
                await guarded.get(f"http://{host}:{port}/")
    assert canary.connections == 0


async def test_no_redirect_reaches_the_canary(canary: Site) -> None:
    async with serving(Site(address="127.0.0.2")) as site:
        answers = {"news.example": ["127.0.0.2"]}
        resolve = dns(answers, default=("127.0.0.1", "::1"))
        async with Fetcher(fetch_settings(fetch_allow="127.0.0.2/32"), resolve=resolve) as fetcher:
            for number, host in enumerate(CORPUS):
                site.routes[f"/{number}"] = redirect(f"http://{host}:{canary.port}/")
                with pytest.raises(Blocked):
                    await fetcher.get(site.url(f"/{number}"))
            for number, location in enumerate(("file:///etc/passwd", "gopher://127.0.0.1/", "ftp://news.example/")):
                site.routes[f"/scheme/{number}"] = redirect(location)
                with pytest.raises(Blocked, match="only http and https"):
                    await fetcher.get(site.url(f"/scheme/{number}"))
        assert len(site.seen) == len(CORPUS) + 4  # robots.txt once
    assert canary.connections == 0


async def test_a_name_that_changes_its_answer_is_judged_each_time(canary: Site) -> None:
    calls = []

    async def rebinding(host: str) -> list[str]:
        calls.append(host)
        return ["127.0.0.2"] if len(calls) == 1 else ["127.0.0.1"]

    async with serving(Site(address="127.0.0.2"), canary.port) as site:
        async with Fetcher(fetch_settings(fetch_allow="127.0.0.2/32"), resolve=rebinding) as fetcher:
            with pytest.raises(Blocked, match=r"127\.0\.0\.1 is no public address"):
                await fetcher.get(site.url("/page"))
        assert site.paths() == ["/robots.txt"]
    assert canary.connections == 0


async def test_of_several_addresses_only_the_allowed_are_used(canary: Site) -> None:
    async with serving(Site(address="127.0.0.2", routes={"/": b"HTTP/1.1 204 X\r\n\r\n"}), canary.port) as site:
        resolve = dns({}, default=("127.0.0.1", "10.0.0.1", "127.0.0.2"))
        async with Fetcher(fetch_settings(fetch_allow="127.0.0.2/32"), resolve=resolve) as fetcher:
            assert (await fetcher.get(site.url("/"))).status == 204
    assert canary.connections == 0


def test_the_socket_itself_is_the_last_fence() -> None:
    guard = Guard(dns({}), ())
    info = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 80))
    with pytest.raises(Blocked, match="loopback"):
        guard.checked_socket(info)
