import gzip
from datetime import UTC, datetime

import pytest

from services.fetch.feeds import parse_feed
from services.fetch.listing import Item, NotAFeed

URL = "https://news.example/sitemap.xml"
AT, CHANGED = datetime(2026, 11, 22, 8, 30, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
NEWS = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://news.example/one </loc><lastmod>2026-01-01</lastmod><news:news><news:publication>
<news:name>Coast</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-11-22T09:30:00+01:00</news:publication_date>
<news:title>One &amp; only</news:title></news:news>
<image:image><image:loc>https://news.example/one.jpg</image:loc><image:title>Picture</image:title></image:image></url>
<url><loc>/two</loc><lastmod>2026-11-21</lastmod></url>
<url><loc>mailto:x@news.example</loc></url><!-- a comment --><url/></urlset>"""
INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://news.example/old.xml</loc><lastmod>2020-01-01</lastmod></sitemap>
<sitemap><loc>https://news.example/undated.xml</loc></sitemap>
<sitemap><loc>https://news.example/new.xml.gz</loc><lastmod>2026-11-22T08:00:00Z</lastmod></sitemap></sitemapindex>"""


@pytest.mark.parametrize(
    "body", [NEWS, gzip.compress(NEWS), NEWS.decode().replace('"1.0"', '"1.0" encoding="utf-16"').encode("utf-16")]
)
def test_a_news_sitemap(body: bytes) -> None:
    feed = parse_feed(body, "application/xml", URL)
    assert feed.is_sitemap
    assert feed.items == (
        Item("https://news.example/one", "One & only", AT, None, (), "en", CHANGED),
        Item("https://news.example/two", None, datetime(2026, 11, 21, tzinfo=UTC)),
    )


def test_an_index_names_its_sitemaps_the_newest_first() -> None:
    feed = parse_feed(INDEX, None, URL)
    assert feed.is_sitemap
    assert feed.children == tuple(f"https://news.example/{name}" for name in ("new.xml.gz", "old.xml", "undated.xml"))
    assert feed.items == ()


def test_a_broken_sitemap_gives_what_stands_before_the_break() -> None:
    feed = parse_feed(NEWS[: NEWS.index(b"<url><loc>/two")], None, URL)
    assert [item.title for item in feed.items] == ["One & only"]


@pytest.mark.parametrize(
    "body",
    [b"<x><urlset/></x>", gzip.compress(NEWS)[:60], gzip.compress(bytes(60 * 1024 * 1024))],
    ids=["other XML", "cut short", "a bomb"],  # gzip writes the time into the bytes
)
def test_what_is_no_sitemap_says_so(body: bytes) -> None:
    with pytest.raises(NotAFeed, match=r"its first element is <x>|can not be unpacked"):
        parse_feed(body, None, URL)


def test_addresses_with_stray_ampersands_are_read_whole() -> None:
    feed = parse_feed(b"<urlset><url><loc>https://news.example/?a=1&b=2&copy=3</loc></url></urlset>", None, URL)
    assert [item.url for item in feed.items] == ["https://news.example/?a=1&b=2&copy=3"]


def test_a_plain_list_of_addresses() -> None:
    body = b"\xef\xbb\xbf# all pages\r\n\r\nhttps://news.example/a#top\r\n HTTPS://NEWS.example/b \nmore below\nhttp://x.example/\n"
    feed = parse_feed(body + b"https://news.example/a\n", "text/plain", URL)
    assert feed.is_sitemap
    assert [item.url for item in feed.items] == [
        "https://news.example/a",
        "https://news.example/b",
        "http://x.example/",
    ]


@pytest.mark.parametrize("body", [b"# nothing\n", b"https://news.example/\nis a fine page\n", b"ftp://news.example/"])
def test_a_text_that_is_mostly_no_addresses_is_no_list(body: bytes) -> None:
    with pytest.raises(NotAFeed, match="it holds no XML"):
        parse_feed(body, "text/plain", URL)
