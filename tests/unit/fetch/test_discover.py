import pytest

from services.fetch.client import Fetcher
from services.fetch.discover import discover, feed_links
from services.fetch.listing import NotAFeed
from services.runtime.web.errors import BadStatus
from tests.support.site import Site, answer, redirect

RSS = b"<rss version='2.0'><channel><title>T</title><item><title>A</title><link>/a</link></item></channel></rss>"
HOME = b"""<html><head><base href="/sub/"><link rel="stylesheet alternate" type="application/rss+xml" href="feed">
<link rel="ALTERNATE" type="Application/Atom+XML; x=1" href="/gone"><link rel=alternate type=text/html href=/fr>
<link rel=alternate type=application/rss+xml title="Comments" href=/c><link rel=alternate type=application/rss+xml>
<link rel=alternate type=application/rss+xml href="javascript:x"></head></html>"""


def test_links_of_a_page() -> None:
    assert feed_links(HOME, "https://news.example/") == ["https://news.example/sub/feed", "https://news.example/gone"]
    assert feed_links(b"", "https://news.example/") == []


async def test_a_home_page_leads_to_its_feeds(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/": answer(HOME), "/sub/feed": answer(RSS)}
    (found,) = await discover(site.url("/"), fetcher, fetcher.limits)
    assert (found.url, found.home, found.is_sitemap) == (site.url("/sub/feed"), site.url("/"), False)
    assert found.feed.title == "T"


async def test_a_feed_that_moved_for_good_is_known_by_its_new_address(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/old": redirect("/feed", 301), "/for-now": redirect("/feed", 302), "/feed": answer(RSS)}
    assert [f.url for f in await discover(site.url("/old"), fetcher, fetcher.limits)] == [site.url("/feed")]
    assert [f.url for f in await discover(site.url("/for-now"), fetcher, fetcher.limits)] == [site.url("/for-now")]


async def test_what_names_no_feed_says_so(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/": answer(HOME), "/plain": answer(b"<html></html>")}
    with pytest.raises(NotAFeed, match=r"names 2 feeds, of which none can be read: .*HTTP status 404"):
        await discover(site.url("/"), fetcher, fetcher.limits)
    with pytest.raises(NotAFeed, match="it names no feed"):
        await discover(site.url("/plain"), fetcher, fetcher.limits)
    with pytest.raises(BadStatus):
        await discover(site.url("/none"), fetcher, fetcher.limits)
