"""Reads what lists news: RSS 0.9 to 2.0, RDF, Atom, JSON Feed, sitemaps, and plain lists of addresses.

One lxml parse does nearly all of it, mostly without the articles that nobody asked for; feedparser is asked where
something is missing in a broken document.
"""

from dataclasses import replace

from services.fetch.careful import entries_in, read_carefully
from services.fetch.entries import Reader, Unread
from services.fetch.json_feed import parse_json_feed
from services.fetch.listing import Feed, NotAFeed
from services.fetch.markup import parse_sound, parse_xml
from services.fetch.names import name_of
from services.fetch.prepare import prepared, prepared_lean, refuse_entities
from services.fetch.sitemaps import read_sitemap
from services.fetch.url_list import url_list

FEEDS = frozenset({"rss", "rdf", "feed", "channel"})
SITEMAPS = frozenset({"urlset", "sitemapindex"})


def parse_feed(body: bytes, content_type: str | None, url: str, *, with_content: bool = False) -> Feed:
    """What the document at `url` lists; relative links are resolved against it (and xml:base).

    `with_content`: with `content_html` of items. Raises NotAFeed, saying what it is instead or what is wrong with it.
    Loads nothing from anywhere.
    """
    try:
        if not with_content and (lean := prepared_lean(body, content_type)) and (feed := _lean(lean, url)):
            return feed
        return _parsed(prepared(body, content_type), url, with_content)
    except NotAFeed as error:
        raise NotAFeed(f"{url} is no feed ({content_type or 'no content type'}): {error}") from None


def _lean(body: bytes, url: str) -> Feed | None:
    """What is read of the whole document; None where that is not sure without the articles."""
    root = parse_sound(body, url)
    if root is None or name_of(root.tag) not in FEEDS:
        return None
    try:
        return Reader(url, is_lean=True).feed(root)
    except Unread:
        return None


def _parsed(body: bytes, url: str, with_content: bool) -> Feed:
    start = body.lstrip()[:1]
    if start == b"{":
        return parse_json_feed(body, url, with_content)
    if start != b"<" and (listed := url_list(body, url)):
        return listed
    document = parse_xml(body, url)
    kind = "" if document.root is None else name_of(document.root.tag)
    if document.root is not None and kind in SITEMAPS:
        return read_sitemap(document.root, url)
    feed = Feed(None, ()) if document.root is None else Reader(url, with_content).feed(document.root)
    if (document.is_broken or kind not in FEEDS) and len(feed.items) < entries_in(body):
        feed = _completed(feed, body, url, with_content)
    if not feed.items and kind not in FEEDS:
        raise NotAFeed(f"its first element is <{kind.removeprefix('?')}>" if kind else "it holds no XML")
    return feed


def _completed(feed: Feed, body: bytes, url: str, with_content: bool) -> Feed:
    """With what the careful way finds in a document of which something is missing."""
    refuse_entities(body)
    careful = read_carefully(body, url, with_content)
    # What both found keeps feedparser's order and the fast way's reading.
    items = {item.url: item for item in (*careful.items, *feed.items)}
    return replace(
        feed,
        title=feed.title or careful.title,
        items=tuple(items.values()),
        home=feed.home or careful.home,
        language=feed.language or careful.language,
    )
