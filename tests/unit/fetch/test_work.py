"""What the stage makes of URLs: each page once, and each URL its own outcome."""

import pytest

from services.contracts.messages import PageMessage, UrlMessage
from services.contracts.sites import slot_of_host
from services.fetch.book import SourceBook
from services.fetch.client import Fetcher
from services.fetch.reservations import OptOuts
from services.fetch.work import Work
from services.runtime.share import Share
from services.runtime.stage import Done, Elsewhere, Forward, Later, Outcome, Retry
from tests.support.site import Site, answer, dns, fetch_settings, redirect

HTML = b"<!doctype html><title>News</title>"


class NoBook(SourceBook):
    """Knows nothing and asks nobody; `fail` is raised by what is asked of it."""

    fail: Exception | None = None

    def __init__(self) -> None:
        self._facts = {}

    async def learn(self, ids: object) -> None:
        if self.fail:
            raise self.fail


def worker(fetcher: Fetcher, share: Share, book: NoBook | None = None) -> Work:
    return Work(fetcher, book or NoBook(), OptOuts(fetcher, frozenset()), share)


@pytest.fixture
def share() -> Share:
    return Share(whole=True)


async def work_on(site: Site, share: Share, *urls: str | UrlMessage, work: Work | None = None) -> list[Outcome]:
    messages = [url if isinstance(url, UrlMessage) else UrlMessage(url=url) for url in urls]
    settings = fetch_settings(fetch_timeout_s=0.5)
    async with Fetcher(settings, resolve=dns({}), share=share) as fetcher:
        return await (work or worker(fetcher, share))(messages)


async def test_outcomes_stand_in_the_order_of_the_urls(site: Site, share: Share) -> None:
    site.routes = {f"/{n}": answer(HTML + str(n).encode()) for n in range(4)}
    urls = [site.url(f"/{n}", f"host{n % 2}.example") for n in range(4)]
    urls[2:2] = ["no url", site.url("/none"), "http://127.0.0.1.example:1/"]
    results = await work_on(site, share, *urls)
    assert [type(r).__name__ for r in results] == [*["Forward"] * 2, "Failure", "Skip", "Retry", *["Forward"] * 2]
    pages = [r.message.url for r in results if isinstance(r, Forward) and isinstance(r.message, PageMessage)]
    assert pages == [url for url in urls if url[-2] == "/" and url[-1].isdigit()]


async def test_a_page_asked_for_twice_is_fetched_once(site: Site, share: Share) -> None:
    site.routes = {"/a": answer(HTML)}
    first, second = await work_on(site, share, site.url("/a"), site.url("/a") + "?utm_source=feed")
    assert (type(first), type(second)) == (Forward, Done)
    assert site.paths().count("/a") == 1


@pytest.mark.parametrize("again", ["failed", "dealt", "confirmed"])
async def test_what_came_to_no_end_is_fetched_again(site: Site, share: Share, again: str) -> None:
    site.routes = {
        "/a": [answer(status=503, Retry_After="0")] * 3 + [answer(HTML)] if again == "failed" else answer(HTML)
    }
    async with Fetcher(fetch_settings(), resolve=dns({}), share=share) as fetcher:
        work = worker(fetcher, share)
        (first,) = await work([UrlMessage(url=site.url("/a"))])
        assert isinstance(first, Retry if again == "failed" else Forward)
        if again == "dealt":
            await share.revoked()
            await share.assigned(range(8), 8)
        if again == "confirmed":
            work.confirmed(UrlMessage(url=site.url("/a")))
            await share.revoked()
            await share.assigned(range(8), 8)
        (second,) = await work([UrlMessage(url=site.url("/a"))])
        assert isinstance(second, Done if again == "confirmed" else Forward)


async def test_a_bug_is_not_swallowed(site: Site, share: Share) -> None:
    book = NoBook()
    book.fail = RuntimeError("bug")
    async with Fetcher(fetch_settings(), share=share) as fetcher:
        with pytest.raises(RuntimeError, match="bug"):
            await worker(fetcher, share, book)([UrlMessage(url="http://news.example/", source="x")])


async def two_workers() -> tuple[Share, Share]:
    """One has the site news.example, the other half of all sites is the second one's."""
    mine, other = Share(), Share()
    partition = slot_of_host("news.example") % 2
    await mine.assigned([partition], 2)
    await other.assigned([1 - partition], 2)
    return mine, other


async def test_each_site_is_asked_by_one_worker_alone(site: Site) -> None:
    names = (f"s{n}.example" for n in range(99))
    foreign = next(name for name in names if slot_of_host(name) % 2 != slot_of_host("news.example") % 2)
    mine, other = await two_workers()
    site.routes = {"/a": redirect(site.url("/b", foreign)), "/b": answer(HTML)}
    asked = UrlMessage(url=site.url("/a"))
    assert await work_on(site, other, asked) == [Elsewhere(None)]
    assert site.seen == []
    (passed,) = await work_on(site, mine, asked)
    assert passed == Elsewhere(UrlMessage(url=site.url("/a"), via=(site.url("/b", foreign),)))
    assert {request.host for request in site.seen} == {"news.example"}
    assert isinstance(passed, Elsewhere)
    assert isinstance(passed.message, UrlMessage)
    (page,) = await work_on(site, other, passed.message)
    assert isinstance(page, Forward)
    assert isinstance(page.message, PageMessage)
    assert (page.message.url, page.message.final_url) == (site.url("/a"), site.url("/b", foreign))
    assert site.paths().count("/a") == 1


async def test_a_site_with_many_pages_leaves_room_for_others(site: Site, share: Share) -> None:
    site.routes = {f"/{n}": answer(HTML) for n in range(5)}
    async with Fetcher(fetch_settings(), resolve=dns({}), share=share) as fetcher:
        fetcher._hosts._state("news.example").delay_s = 20
        fetcher._hosts._state("news.example").waiting = 2
        work = worker(fetcher, share)
        (busy,) = await work([UrlMessage(url=site.url("/0"))])
        assert isinstance(busy, Later)
        assert 40 <= busy.after_s <= 60
        (other,) = await work([UrlMessage(url=site.url("/0", "other.example"))])
        assert isinstance(other, Forward)
