from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetch.feeds import parse_feed
from services.fetch.listing import Item, NotAFeed

URL = "https://news.example/feeds/main.xml"
AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)

RSS2 = """<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Harbour &amp; Coast</title><link>https://news.example/</link><language>en-GB</language>
<item><title>Ferry &lt;b&gt;late&lt;/b&gt; again</title><link>/2026/ferry?a=1&amp;b=2</link>
<description>&lt;p&gt;No wind,&lt;script&gt;alert(1)&lt;/script&gt; no &lt;i&gt;ferry&lt;/i&gt;.&lt;/p&gt;</description>
<pubDate>Sun, 22 Nov 2026 09:30:00 +0100</pubDate><dc:creator>Ada Quay</dc:creator></item>
<item><title>No link, but a guid</title><guid>https://news.example/guid</guid></item>
<item><title>A script</title><link>javascript:alert(1)</link></item>
<item><title>A file</title><link>file:///etc/passwd</link></item>
</channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://base.example/x/">
<title>Coast</title><link href="https://news.example/"/><updated>2026-11-22T08:30:00Z</updated>
<entry><title>One</title><id>1</id><link rel="alternate" href="one"/><published>2026-11-22T09:30:00+01:00</published>
<author><name>Ada Quay</name></author></entry></feed>"""
RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>RDF</title>
<link>https://news.example/</link></channel><item rdf:about="https://news.example/r"><title>R</title>
<link>https://news.example/r</link><dc:date>2026-11-22T08:30:00Z</dc:date></item></rdf:RDF>"""
RSS091 = """<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
"http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel><title>Old</title>
<item><title>O</title><link>https://news.example/o</link></item></channel></rss>"""
JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "J", "home_page_url": "https://news.example/",
"language": "fr", "items": [{"id": "1", "url": "https://news.example/j", "title": "JSON",
"date_published": "2026-11-22T08:30:00Z", "authors": [{"name": "Ada Quay"}]}]}"""


def test_rss() -> None:
    feed = parse_feed(RSS2.encode(), "application/rss+xml", URL)
    assert (feed.title, feed.home, feed.language) == ("Harbour & Coast", "https://news.example/", "en")
    about = "<p>No wind,<script>alert(1)</script> no <i>ferry</i>.</p>"
    assert feed.items == (
        Item("https://news.example/2026/ferry?a=1&b=2", "Ferry late again", AT, about, ("Ada Quay",), "en"),
        Item("https://news.example/guid", "No link, but a guid", None, None, (), "en"),
    )
    assert [item.summary for item in feed.items] == ["No wind, no ferry.", None]


@pytest.mark.parametrize(
    ("document", "title", "item"),
    [
        (ATOM, "Coast", Item("https://base.example/x/one", "One", AT, None, ("Ada Quay",))),
        (RDF, "RDF", Item("https://news.example/r", "R", AT, None, (), None)),
        (RSS091, "Old", Item("https://news.example/o", "O", None, None, (), None)),
        (JSON_FEED, "J", Item("https://news.example/j", "JSON", AT, None, ("Ada Quay",), "fr")),
    ],
)
def test_other_kinds(document: str, title: str, item: Item) -> None:
    feed = parse_feed(document.encode(), None, URL)
    assert feed.title == title
    assert feed.items == (item,)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (RSS2.replace("Harbour", "Hafenübersicht").encode("latin-1"), "text/xml; charset=ISO-8859-1"),
        (RSS2.replace('"1.0"', '"1.0" encoding="cp1252"').replace("Harbour", "Hafenübersicht").encode("cp1252"), None),
        (RSS2.replace("Harbour", "Hafenübersicht").encode("utf-8-sig"), "text/xml; charset=ISO-8859-1"),
        (RSS2.replace('"1.0"', '"1.0" encoding="utf-16"').replace("Harbour", "Hafenübersicht").encode("utf-16"), None),
    ],
)  # fmt: skip
def test_charsets(body: bytes, kind: str | None) -> None:
    assert parse_feed(body, kind, URL).title == "Hafenübersicht & Coast"


def test_what_is_too_broken_for_the_fast_way_is_read_carefully() -> None:
    body = RSS2.replace("<item>", "<item a=1>").replace("<rss ", "<rss x=y ")
    feed = parse_feed(body.encode(), None, URL)
    assert feed.title == "Harbour & Coast"
    assert [item.url for item in feed.items] == ["https://news.example/2026/ferry?a=1&b=2", "https://news.example/guid"]
    assert feed.items[0].published_at == AT


def test_an_empty_feed_is_a_feed() -> None:
    feed = parse_feed(b'<rss version="2.0"><channel><title>Quiet</title></channel></rss>', None, URL)
    assert (feed.title, feed.items) == ("Quiet", ())


@pytest.mark.parametrize("body", [b"", b"<html><body>No</body></html>", b"\x89PNG\r\n", b"{}", b"[1]", b"plain text"])
def test_no_feed(body: bytes) -> None:
    with pytest.raises(NotAFeed, match="is no feed"):
        parse_feed(body, "text/html", URL)


ENTITIES = '<!DOCTYPE rss [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32", "utf-7", "cp037"])
def test_entities_are_refused_in_every_charset(encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'
    document = f"{ENTITIES}<rss version='2.0'><channel><title>&b;</title></channel></rss>"
    encoded = document.encode(encoding)
    body = declared.encode() + encoded if encoding in ("utf-7", "cp037") else (declared + document).encode(encoding)
    with pytest.raises(NotAFeed, match="declares entities"):
        parse_feed(body, None, URL)


def test_external_entities_are_refused() -> None:
    body = RSS2.replace("?>", '?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>', 1).replace("Harbour", "&f;")
    with pytest.raises(NotAFeed, match="declares entities"):
        parse_feed(body.encode(), None, URL)


def test_deep_nesting_is_bounded_and_no_work_for_feedparser(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object, **__: object) -> None:
        raise AssertionError("feedparser takes ten seconds for this")

    monkeypatch.setattr("feedparser.parse", slow)
    for closing in (b"", b"</a>" * 100_000):
        body = b'<rss version="2.0"><channel><title>D</title>' + b"<a>" * 100_000 + closing + b"<item></channel></rss>"
        assert parse_feed(body, None, URL).items == ()


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(noise: bytes) -> None:
    for body in (noise, RSS2.encode()[:500] + noise, b'<rss version="2.0"><channel><item><link>' + noise):
        try:
            feed = parse_feed(body, None, URL)
        except NotAFeed:
            continue
        assert all(item.url.startswith(("http://", "https://")) for item in feed.items)
