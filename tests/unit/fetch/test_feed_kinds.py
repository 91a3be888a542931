"""Feeds as they are written in the world, well and badly; and the same feeds read by feedparser, item by item."""

import io
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetch.feeds import parse_feed
from services.fetch.listing import Feed, absolute
from services.fetch.text import author_of, plain

URL = "https://news.example/feeds/main.xml"
AT, LATER = datetime(2026, 11, 22, 8, 30, tzinfo=UTC), datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:a10="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'
)


def rss(*items: str, about: str = "", head: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'{head}<rss version="2.0" {NAMESPACES}><channel><title>News</title>{about}{inside}</channel></rss>'


def atom(*entries: str, about: str = "", namespace: str = "http://www.w3.org/2005/Atom") -> str:
    inside = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<?xml version="1.0"?><feed xmlns="{namespace}"><title>News</title>{about}{inside}</feed>'


def read(document: str | bytes, *, with_content: bool = False) -> Feed:
    body = document.encode() if isinstance(document, str) else document
    return parse_feed(body, None, URL, with_content=with_content)


A, B = (
    "<title>A</title><link>https://x.example/a</link>",
    "<title>B</title><link>/b</link><pubDate>1 Feb 2026</pubDate>",
)
WELL_FORMED = {
    "CDATA": rss(
        "<title><![CDATA[Fish & <b>chips</b>]]></title><link><![CDATA[https://x.example/?a=1&b=2]]></link>", B
    ),
    "HTML in titles": rss("<title>&lt;em>Big&lt;/em> news &amp;amp; more</title><link>https://x.example/a</link>", B),
    "a prefix of its own": rss(
        "<a10:title>no</a10:title><title>A</title><link>/a</link><dc:creator>Ada</dc:creator>"
        "<a10:updated>2026-11-23T07:00:00Z</a10:updated><dc:date>2026-11-22T08:30:00Z</dc:date>",
    ),
    "duplicated guids": rss(A + "<guid>same</guid>", B + "<guid>same</guid>"),
    "guids as links": rss("<title>A</title><guid>https://x.example/a</guid>", "<guid isPermaLink='true'>/b</guid>"),
    "xml:base": atom(
        '<title>A</title><id>1</id><link href="a"/>',
        '<title>B</title><id>2</id><link xml:base="deeper/" href="b"/>',
    ).replace("<feed ", '<feed xml:base="https://base.example/x/" '),
    "several links": atom(
        '<title>A</title><id>1</id><link rel="self" href="/self"/><link rel="enclosure" href="/a.mp3"/>'
        '<link rel="alternate" type="text/html" href="/a"/><link rel="replies" href="/replies"/>'
    ),
    "XHTML": atom(
        '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Big <em>news</em></div></title><id>1</id>'
        '<link href="/a"/><summary type="html">&lt;p>One&lt;/p></summary><updated>2026-11-22T08:30:00Z</updated>'
    ),
    "Atom 0.3": atom(
        '<title>A</title><link rel="alternate" type="text/html" href="/a"/><issued>2026-11-22T08:30:00Z</issued>'
        "<modified>2026-11-23T07:00:00Z</modified><author><name>Ada</name></author>",
        namespace="http://purl.org/atom/ns#",
    ),
    "RSS 0.90": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>T</title></channel>'
    "<item><title>A</title><link>https://x.example/a</link></item></rdf:RDF>",
    "RSS 2 with a namespace": rss(A, B).replace("<rss ", '<rss xmlns="http://backend.userland.com/rss2" '),
    "windows-1251": rss("<title>Новости</title><link>/a</link>", head='<?xml version="1.0" encoding="windows-1251"?>'),
    "odd zones": rss(
        "<link>/a</link><pubDate>Sun, 22 Nov 2026 03:30:00 EST</pubDate>",
        "<link>/b</link><pubDate>Sun, 22 Nov 2026 10:30 +0200</pubDate>",
    ),
    "two authors": rss(A + "<dc:creator>Ada Quay</dc:creator><dc:creator>Bo Pier</dc:creator>", B),
}
BROKEN = {
    "cut in the middle": rss(A, B, "<title>C</title><link>/c</link><description>It")[: -len("</item></channel></rss>")],
    "cut in a tag": rss(A, B)[:-20],
    "junk before": "Warning: line 3\n\n" + rss(A, B),
    "white space before": " \n\t" + rss(A, B),
    "markup before": "<br />\n<b>Warning</b>: line 3\n" + rss(A, B),
    "HTML's entities": rss("<title>A&nbsp;B &eacute;t&eacute; &mdash; C</title><link>/a?x=1&amp;y=2</link>", B),
    "ampersands in links": rss("<title>Q & A</title><link>https://x.example/?a=1&b=2&c=3</link>", B),
    "a sign that is no tag": rss("<title>1 < 2</title><link>/a</link>", B),
    "control characters": rss("<title>A\x03 B\x00</title><link>/a</link>", B),
    "prefixes nobody declared": rss(A + "<dc:creator>Ada</dc:creator>", B).replace(NAMESPACES, ""),
    "unquoted attributes": rss(A, B).replace("<item>", "<item n=1>"),
    "HTML that nobody escaped": rss(A + "<description><p>One<br>two</p></description>", B),
}  # fmt: skip


def encoded(name: str, document: str) -> bytes:
    return document.encode("cp1251" if name == "windows-1251" else "utf-8")


@pytest.mark.parametrize("name", [*WELL_FORMED, *BROKEN])
def test_whatever_feedparser_finds_is_found(name: str) -> None:
    body = encoded(name, (WELL_FORMED | BROKEN)[name])
    entries = feedparser.parse(io.BytesIO(body), response_headers={"content-location": URL}).entries
    expected = [absolute(entry.get("link"), URL) for entry in entries]
    assert expected
    found = {item.url: item for item in read(body).items}
    assert set(filter(None, expected)) <= set(found)
    for entry, link in zip(entries, expected, strict=True):
        if link is None or name in BROKEN:
            continue
        item = found[link]
        assert item.title == plain(entry.get("title"), 500)
        assert item.authors == tuple(filter(None, (author_of(a.get("name")) for a in entry.get("authors", ()))))
        when = dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed")
        assert (item.published_at and item.published_at.timetuple()[:6]) == (when and when[:6])


@pytest.mark.parametrize(
    ("name", "titles", "urls"),
    [
        ("cut in the middle", ["A", "B", "C"], ["https://x.example/a", "/b", "/c"]),
        ("cut in a tag", ["A", "B"], ["https://x.example/a", "/b"]),
        ("junk before", ["A", "B"], ["https://x.example/a", "/b"]),
        ("white space before", ["A", "B"], ["https://x.example/a", "/b"]),
        ("markup before", ["A", "B"], ["https://x.example/a", "/b"]),
        ("HTML's entities", ["A B été — C", "B"], ["/a?x=1&y=2", "/b"]),
        ("ampersands in links", ["Q & A", "B"], ["https://x.example/?a=1&b=2&c=3", "/b"]),
        ("a sign that is no tag", ["1 < 2", "B"], ["/a", "/b"]),
        ("control characters", ["A B", "B"], ["/a", "/b"]),
        ("prefixes nobody declared", ["A", "B"], ["https://x.example/a", "/b"]),
        ("HTML that nobody escaped", ["A", "B"], ["https://x.example/a", "/b"]),
    ],
)
def test_broken_feeds_are_read_whole(name: str, titles: list[str], urls: list[str]) -> None:
    items = read(BROKEN[name]).items
    assert [item.title for item in items] == titles
    assert [item.url for item in items] == [absolute(url, URL) for url in urls]


@pytest.mark.parametrize(
    "charset", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "windows-1251", "koi8-r"]
)
def test_one_feed_in_many_charsets(charset: str) -> None:
    head = "" if charset.startswith("utf") else f'<?xml version="1.0" encoding="{charset}"?>'
    body = rss("<title>Новости дня</title><link>/a</link>", head=head).encode(charset)
    assert [(item.url, item.title) for item in read(body).items] == [("https://news.example/a", "Новости дня")]


def test_no_digit_is_taken_for_a_link() -> None:
    feed = read(rss("<guid>12345</guid>", "<guid isPermaLink='false'>/x</guid>", "<guid>news.example-77</guid>"))
    assert feed.items == ()


@pytest.mark.parametrize("name", ["a prefix of its own", "Atom 0.3"])
def test_the_time_of_a_change(name: str) -> None:
    item = read(WELL_FORMED[name]).items[0]
    assert (item.published_at, item.updated_at) == (AT, LATER)


def test_without_a_time_of_publication_the_change_counts_as_it() -> None:
    item = read(atom('<link href="/a"/><updated>2026-11-23T07:00:00Z</updated>')).items[0]
    assert (item.published_at, item.updated_at) == (LATER, LATER)


HUB = (
    '<{0}link rel="hub" href="https://hub.example/"/><{0}link rel="self" href="https://x.example/feed"/>'
    "<link{1}https://x.example/{2}"
)


@pytest.mark.parametrize(
    "document",
    [rss(about=HUB.format("a10:", ">", "</link>")), atom(about=HUB.format("", ' href="', '"/>'))],
)
def test_hubs(document: str) -> None:
    feed = read(document)
    assert (feed.hub, feed.self_url) == ("https://hub.example/", "https://x.example/feed")
    assert feed.home == "https://x.example/"
    assert (read(rss()).hub, read(rss()).self_url) == (None, None)


LONG = "<p>The whole article, &amp; more.</p>"
ESCAPED = escape(LONG)
XHTML = (
    '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>The <b>whole</b><br/>of it.</p></div></content>'
)


@pytest.mark.parametrize(
    ("document", "content"),
    [
        (rss(f"<link>/a</link><description>Short</description><content:encoded>{ESCAPED}</content:encoded>"), LONG),
        (rss(f"<link>/a</link><description>{ESCAPED}</description><content:encoded>{ESCAPED}</content:encoded>"), None),
        (rss(f"<link>/a</link><content:encoded>{ESCAPED}</content:encoded>"), LONG),
        (rss("<link>/a</link><description>Short</description>"), None),
        (rss(f"<link>/a</link><content:encoded>{'x' * (1 << 20)}y</content:encoded>"), None),
        (atom(f'<link href="/a"/><summary>Short</summary><content type="html">{ESCAPED}</content>'), LONG),
        (atom(f'<link href="/a"/>{XHTML}'), "<div><p>The <b>whole</b><br>of it.</p></div>"),
        (atom('<link href="/a"/><content>One &amp;\n\ntwo</content>'), "<p>One &amp;</p><p>two</p>"),
        (atom('<link href="/a"/><content type="image/png">iVBO</content>'), None),
        (atom('<link href="/a"/><content type="html" src="https://x.example/"/>'), None),
    ],
)  # fmt: skip
def test_content(document: str, content: str | None) -> None:
    assert read(document, with_content=True).items[0].content_html == content
    assert read(document).items[0].content_html is None


def test_content_stands_in_for_a_missing_summary() -> None:
    assert read(rss(f"<link>/a</link><content:encoded>{ESCAPED}</content:encoded>")).items[0].summary == (
        "The whole article, & more."
    )


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)
PATH = st.from_regex(r"[a-z0-9]{1,9}(\?[a-z]=[0-9]&b=2)?", fullmatch=True)


@given(st.lists(st.tuples(TEXT, PATH), max_size=8, unique_by=lambda pair: pair[1]), st.sampled_from(["rss", "atom"]))
def test_every_item_that_is_written_is_found_in_order(items: list[tuple[str, str]], kind: str) -> None:
    if kind == "rss":
        written = rss(*(f"<title>{escape(escape(t))}</title><link>/{escape(path)}</link>" for t, path in items))
    else:
        written = atom(*(f'<title>{escape(escape(t))}</title><link href="/{escape(path)}"/>' for t, path in items))
    found = [(item.title, item.url) for item in read(written).items]
    assert found == [(title, f"https://news.example/{path}") for title, path in items]


@given(st.integers(0, 2000), st.sampled_from([*WELL_FORMED, *BROKEN]))
def test_feeds_cut_anywhere_are_read_or_refused(cut: int, name: str) -> None:
    body = encoded(name, (WELL_FORMED | BROKEN)[name])[:cut]
    try:
        feed = read(body, with_content=True)
    except ValueError:  # NotAFeed
        return
    assert all(item.url.startswith(("http://", "https://")) for item in feed.items)


def test_many_names_that_nobody_knows_hide_none_that_matters() -> None:
    unknown = "".join(f"<x{n}/>" for n in range(3000)) + "<rss:/>"
    body = f"<rss><channel><item>{unknown}<TITLE>One</TITLE><link>https://news.example/1</link></item></channel></rss>"
    assert [item.title for item in parse_feed(body.encode(), None, "https://news.example/feed").items] == ["One"]
