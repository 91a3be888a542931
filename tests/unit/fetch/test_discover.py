import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from services.fetch.client import Fetcher
from services.fetch.discover import discover, feed_links
from services.fetch.listing import NotAFeed
from services.fetch.places import PLACES, elsewhere, sitemaps_of
from services.runtime.web.errors import BadStatus
from tests.support.site import Site, answer, redirect

RSS = b"<rss version='2.0'><channel><title>T</title><item><title>A</title><link>/a</link></item></channel></rss>"
EMPTY = b"<rss version='2.0'><channel><title>T</title></channel></rss>"
SITEMAP = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://news.example/a</loc></url></urlset>"""
PLAIN = answer(b"<html><title>News</title></html>")
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
    site.routes = {"/": answer(HOME), "/plain": answer(b"<html></html>"), "/feed": answer(EMPTY)}
    with pytest.raises(NotAFeed, match=r"names 2 feeds, of which none can be read: .*HTTP status 404"):
        await discover(site.url("/"), fetcher, fetcher.limits)
    with pytest.raises(NotAFeed, match="it names no feed"):
        await discover(site.url("/plain"), fetcher, fetcher.limits)
    assert site.paths()[-6:] == list(PLACES)
    assert site.paths().count("/robots.txt") == 1
    with pytest.raises(BadStatus):
        await discover(site.url("/none"), fetcher, fetcher.limits)


async def test_a_page_without_feeds_leads_to_the_news_sitemaps_of_robots_txt(site: Site, fetcher: Fetcher) -> None:
    rules = b"User-agent: *\nSitemap: /all.xml\nSitemap: /tags/news.xml\nSitemap: /news/1.xml\nSitemap: /news/gone.xml"
    site.routes = {
        "/home": PLAIN,
        "/robots.txt": answer(rules, kind="text/plain"),
        "/all.xml": answer(SITEMAP),
        "/tags/news.xml": answer(SITEMAP),
        "/news/1.xml": answer(SITEMAP),
    }
    found = await discover(site.url("/home"), fetcher, fetcher.limits)
    assert [(f.url, f.is_sitemap, f.home) for f in found] == [
        (site.url("/tags/news.xml"), True, site.url("/home")),
        (site.url("/news/1.xml"), True, site.url("/home")),
    ]
    assert not {"/all.xml", *PLACES} & set(site.paths())


async def test_the_usual_places_come_before_a_sitemap_of_all_pages(site: Site, fetcher: Fetcher) -> None:
    site.routes = {
        "/home": PLAIN,
        "/robots.txt": answer(b"Sitemap: /all.xml", kind="text/plain"),
        "/all.xml": answer(SITEMAP),
        "/feed": PLAIN,  # as sites do that answer everything with their application
        "/rss": answer(EMPTY),
        "/atom.xml": answer(RSS),
    }
    assert [f.url for f in await discover(site.url("/home"), fetcher, fetcher.limits)] == [site.url("/atom.xml")]
    del site.routes["/atom.xml"]
    assert [f.url for f in await discover(site.url("/home"), fetcher, fetcher.limits)] == [site.url("/all.xml")]


async def test_named_feeds_that_are_gone_are_made_up_for(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/": answer(HOME), "/rss.xml": answer(RSS)}
    assert [f.url for f in await discover(site.url("/"), fetcher, fetcher.limits)] == [site.url("/rss.xml")]


async def test_a_site_that_no_longer_answers_is_not_asked_on(site: Site, fetcher: Fetcher) -> None:
    async def hang_up(_request: object, writer: asyncio.StreamWriter) -> None:
        writer.close()

    site.routes = {"/home": PLAIN, "/feed": hang_up, "/rss": answer(RSS)}
    with pytest.raises(NotAFeed, match="names no feed"):
        await discover(site.url("/home"), fetcher, fetcher.limits)
    assert "/rss" not in site.paths()


async def test_what_robots_txt_forbids_is_not_asked_for(site: Site, fetcher: Fetcher) -> None:
    rules = b"User-agent: *\nDisallow: /feed\nDisallow: /news.xml\nSitemap: /news.xml"
    site.routes = {"/home": PLAIN, "/robots.txt": answer(rules, kind="text/plain"), "/feed": answer(RSS)}
    with pytest.raises(NotAFeed, match=r"robots\.txt names 1 sitemaps"):
        await discover(site.url("/home"), fetcher, fetcher.limits)
    assert not {"/feed", "/news.xml"} & set(site.paths())


@given(st.binary(max_size=200) | st.text().map(lambda text: f"Sitemap: {text}".encode("utf-8", "surrogatepass")))
def test_no_robots_txt_breaks_the_reading_of_sitemaps(data: bytes) -> None:
    found = sitemaps_of(Protego.parse(data.decode("utf-8-sig", "replace")), "https://news.example/")
    assert all(url.startswith(("http://", "https://")) for url in found)


async def test_robots_txt_that_is_too_large_or_broken_names_what_can_be_read(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/robots.txt": answer(b"Sitemap: /news.xml\n" + b"#" * 600_000, kind="text/plain")}
    rules = await fetcher.rules(site.url("/a"), fetcher.limits)
    assert sitemaps_of(rules, site.url("/")) == [site.url("/news.xml")]
    site.routes = {"/robots.txt": answer(b"", 503)}
    for host in ("failing.example", "10.0.0.1"):
        assert sitemaps_of(await fetcher.rules(site.url("/a", host), fetcher.limits), site.url("/")) == []


def test_a_thousand_sitemaps_are_tried_a_few() -> None:
    many = [f"https://news.example/{'news' if n % 2 else 'all'}/{n}.xml" for n in range(1000)]
    assert [len(urls) for urls, _ in elsewhere(many, "https://news.example/")] == [3, len(PLACES), 3]
