"""Manners, asserted from the server's own record of what it was asked, and when."""

import asyncio
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from services.fetch.client import Fetcher
from services.fetch.hosts import DOWN_AFTER, MAX_PAUSE_S, MOST_PAUSE_S, Hosts
from services.fetch.pauses import Pause
from services.fetch.robots import MAX_BYTES
from services.runtime.share import NotOurs, Share
from services.runtime.web import errors
from tests.support.site import Seen, Site, answer, dns, fetch_settings, fetcher_with, redirect

PAGE = answer(b"<html>news</html>")


def robots(text: str) -> bytes:
    return answer(text.encode(), kind="text/plain")


def gaps(seen: list[Seen]) -> list[float]:
    return [b.at - a.at for a, b in pairwise(seen)]


async def test_one_request_at_once_and_a_delay_between_two(site: Site) -> None:
    async def slow(request: Seen, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        writer.write(PAGE)

    site.routes = {f"/{n}": slow for n in range(5)}
    async with fetcher_with(fetch_delay_s=0.1) as fetcher:
        await asyncio.gather(*(fetcher.get(site.url(f"/{n}")) for n in range(5)))
    assert site.paths() == ["/robots.txt", "/0", "/1", "/2", "/3", "/4"]
    assert site.most_active == 1
    assert min(gaps(site.seen)) >= 0.1


async def test_hosts_do_not_wait_for_each_other(site: Site) -> None:
    both = asyncio.Barrier(2)

    async def together(request: Seen, writer: asyncio.StreamWriter) -> None:
        await both.wait()  # answers only when the other host is asked at the same time
        writer.write(PAGE)

    site.routes = {"/": together}
    async with fetcher_with(fetch_delay_s=0.05) as fetcher:
        found = await asyncio.gather(*(fetcher.get(site.url("/", host)) for host in ("a.example", "b.example")))
    assert [response.status for response in found] == [200, 200]


async def test_a_source_may_have_its_own_delay(site: Site) -> None:
    site.routes = {"/": PAGE}
    async with fetcher_with(fetch_delay_s=60) as fetcher:
        limits = replace(fetcher.limits, delay_s=0.0)
        for _ in range(3):
            await fetcher.get(site.url("/"), limits=limits)
    assert len(site.seen) == 4


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_holds_the_whole_host(site: Site, fetcher: Fetcher, status: int) -> None:
    site.routes = {"/busy": answer(status=status, Retry_After="1"), "/": PAGE}
    with pytest.raises(errors.BadStatus) as caught:
        await fetcher.get(site.url("/busy"))
    assert caught.value.retry_after_s == 1
    await fetcher.get(site.url("/"))
    assert gaps(site.seen)[-1] >= 1


async def test_a_retry_after_beyond_patience_fails_at_once(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/busy": answer(status=429, Retry_After=str(int(MAX_PAUSE_S) + 60)), "/": PAGE}
    with pytest.raises(errors.BadStatus):
        await fetcher.get(site.url("/busy"))
    with pytest.raises(errors.Paused, match=r"asks to be left alone for .* s more: .*HTTP status 429"):
        await fetcher.get(site.url("/"))
    assert site.paths() == ["/robots.txt", "/busy"]


class Memo(dict[str, Pause]):
    """What outlives a worker."""

    def recall(self, host: str) -> Pause | None:
        return self.get(host)

    def note(self, host: str, pause: Pause | None) -> None:
        self.pop(host, None)
        if pause:
            self[host] = pause


@pytest.mark.parametrize("patience", [MOST_PAUSE_S, 7 * MOST_PAUSE_S])
async def test_the_next_worker_knows_of_a_pause_of_a_day_at_most(site: Site, patience: float) -> None:
    site.routes = {"/busy": answer(status=429, Retry_After=f"{patience:.0f}"), "/": PAGE}
    memo = Memo()
    async with Fetcher(fetch_settings(), resolve=dns({}), memory=memo) as fetcher:
        with pytest.raises(errors.BadStatus):
            await fetcher.get(site.url("/busy"))
    async with Fetcher(fetch_settings(), resolve=dns({}), memory=memo) as fetcher:
        with pytest.raises(errors.Paused, match="HTTP status 429") as caught:
            await fetcher.get(site.url("/"))
        assert (await fetcher.get(site.url("/", "other.example"))).status == 200
    assert [request.path for request in site.seen if request.host == "news.example"] == ["/robots.txt", "/busy"]
    assert caught.value.retry_after_s is not None
    assert MOST_PAUSE_S - 60 < caught.value.retry_after_s <= MOST_PAUSE_S


async def test_the_next_worker_knows_which_hosts_are_down_until_they_answer() -> None:
    memo = Memo()
    first = second = Hosts(memory=memo)
    for _ in range(DOWN_AFTER):
        assert not memo
        first.failed("dead.example", "refused")
    for second in (first, Hosts(memory=memo)):
        with pytest.raises(errors.HostDown, match=r"did not answer 5 times in a row.* last: refused"):
            async with second.turn("dead.example", 0):
                pytest.fail("it was asked")
    second.answered("dead.example")
    assert not memo


async def test_robots_txt_is_asked_once_and_obeyed(site: Site, fetcher: Fetcher) -> None:
    site.routes = {
        "/robots.txt": robots(
            "User-agent: *\nDisallow: /\n\nUser-agent: Newsloom\nDisallow: /private\nAllow: /private/but"
        ),
        "/": PAGE,
        "/private/but/this": PAGE,
        "/to-private": redirect("/private/x"),
    }
    for path in ("/", "/private/but/this"):
        assert (await fetcher.get(site.url(path))).status == 200
    for path in ("/private/x", "/to-private"):
        with pytest.raises(errors.Disallowed, match="does not allow Newsloom"):
            await fetcher.get(site.url(path))
    assert site.paths() == ["/robots.txt", "/", "/private/but/this", "/to-private"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_no_robots_txt_allows(site: Site, fetcher: Fetcher, status: int) -> None:
    site.routes = {"/robots.txt": answer(b"User-agent: *\nDisallow: /", status), "/": PAGE}
    assert (await fetcher.get(site.url("/"))).status == 200


@pytest.mark.parametrize("status", [500, 503])
async def test_a_robots_txt_that_fails_forbids(site: Site, fetcher: Fetcher, status: int) -> None:
    site.routes = {"/robots.txt": answer(status=status, Retry_After="0"), "/": PAGE}
    with pytest.raises(errors.Disallowed, match=f"answered HTTP status {status}"):
        await fetcher.get(site.url("/"))
    assert site.paths() == ["/robots.txt"]


async def test_robots_txt_may_redirect_and_be_too_large(site: Site, fetcher: Fetcher) -> None:
    long = "User-agent: *\nDisallow: /private\n" + "# padding\n" * (MAX_BYTES // 5)
    site.routes = {"/robots.txt": redirect("/r2"), "/r2": robots(long), "/": PAGE}
    with pytest.raises(errors.Disallowed):
        await fetcher.get(site.url("/private"))
    assert (await fetcher.get(site.url("/"))).status == 200


async def test_a_robots_txt_that_redirects_for_ever_counts_as_none(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/robots.txt": redirect("/robots.txt"), "/": PAGE}
    assert (await fetcher.get(site.url("/"))).status == 200


async def test_an_unreadable_robots_txt_is_told(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/robots.txt": answer(b"plain", Content_Encoding="br"), "/": PAGE}
    with pytest.raises(errors.BrokenResponse, match=r"robots\.txt can not be read"):
        await fetcher.get(site.url("/"))


async def test_whoever_waited_while_partitions_were_dealt_anew_waits_its_whole_delay_from_then() -> None:
    """Another worker may have asked the host meanwhile, and its answer ended just before."""
    share, delay_s = Share(whole=True), 0.2
    hosts, began = Hosts(share), []

    async def ask() -> None:
        async with hosts.turn("news.example", delay_s):
            began.append(time.monotonic())

    await ask()
    await share.revoked()
    waiting = asyncio.create_task(ask())
    await asyncio.sleep(1.5 * delay_s)  # its delay after the answer before is over
    await share.assigned([0], 1)
    await waiting
    assert began[-1] >= share.since + delay_s


async def test_what_is_known_of_a_host_counts_for_as_long_as_it_is_ours() -> None:
    share = Share(whole=True)
    hosts = Hosts(share)
    hosts.pause("news.example", MAX_PAUSE_S + 10, "busy")
    with pytest.raises(errors.Paused):
        await hosts.turn("news.example", 0).__aenter__()
    await share.revoked()
    await share.assigned([], 1)
    with pytest.raises(NotOurs):
        await hosts.turn("news.example", 0).__aenter__()


async def test_crawl_delay(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/robots.txt": robots("User-agent: *\nCrawl-delay: 0.3"), "/": PAGE}
    await fetcher.get(site.url("/"))
    await fetcher.get(site.url("/"))
    assert min(gaps(site.seen)) >= 0.3


async def test_idle_hosts_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.fetch.hosts.KEPT", 10)
    monkeypatch.setattr("services.fetch.hosts.REMEMBERED_S", -1.0)
    hosts = Hosts()
    for number in range(50):
        async with hosts.turn(f"{number}.example", 0):
            pass
    assert len(hosts) <= 10
