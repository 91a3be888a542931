"""Reads what lists news: RSS 0.9 to 2.0, RDF, Atom, JSON Feed, and sitemaps.

fastfeedparser reads first (some 80 times as fast as feedparser on real feeds); feedparser reads what it leaves out.
"""

import calendar
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import fastfeedparser
import feedparser

from services.fetch.listing import Feed, Item, NotAFeed, absolute
from services.fetch.prepare import prepared
from services.fetch.sitemaps import is_sitemap, parse_sitemap
from services.fetch.text import MAX_SUMMARY, MAX_TITLE, author_of, language_of, plain, time_of

MAX_SLOW_TAGS = 20_000
"""feedparser takes about 0.1 ms a tag here and nothing can stop it; a larger feed is left to the fast parser."""
_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
# The fast parser knows only xml:lang.
_LANGUAGE = re.compile(rb"<(?:dc:)?language>\s*([A-Za-z-]+)")
_HEAD = 16 * 1024
Entries = Sequence[Mapping[str, Any]]


def parse_feed(body: bytes, content_type: str | None, url: str) -> Feed:
    """What the document at `url` lists; relative links are resolved against it (and xml:base).

    Raises NotAFeed, saying what it is instead or what is wrong with it. Loads nothing from anywhere.
    """
    body = prepared(body, content_type)
    if is_sitemap(body):
        return parse_sitemap(body, url)
    about, entries, problem = _fast(body)
    slow_about, slow_entries = _slow(body, url) if _incomplete(entries, body) else ({}, ())
    if problem and not slow_entries:
        raise NotAFeed(f"{url} is no feed ({content_type or 'no content type'}): {problem}")
    about = {**slow_about, **{k: v for k, v in about.items() if v}}
    declared = _LANGUAGE.search(body[:_HEAD])
    language = language_of(about.get("language") or (declared[1].decode() if declared else None))
    # What both parsers found keeps feedparser's order and the fast parser's reading.
    fast_items = () if _needs_base(_links(entries), body) else _items(entries, url, language)
    items = {item.url: item for item in _items(slow_entries, url, language)}
    items.update((item.url, item) for item in fast_items)
    return Feed(plain(about.get("title"), MAX_TITLE), tuple(items.values()), absolute(about.get("link"), url), language)


def _fast(body: bytes) -> tuple[Mapping[str, Any], Entries, str | None]:
    """What the feed says of itself, its entries, and why there are none."""
    try:
        found = fastfeedparser.parse(body, include_media=False, include_enclosures=False, include_tags=False)
        return found.get("feed") or {}, found.get("entries") or (), None
    except Exception as error:  # it raises ValueError for no feed, and much else for broken ones
        return {}, (), " ".join(f"{error or type(error).__name__}".split())[:200]


def _incomplete(entries: Entries, body: bytes) -> bool:
    """Whether the fast parser may have left something out: it has fewer entries than there are tags, or none, or
    entries without link; or links need xml:base, which it does not know."""
    if body.count(b"<") > MAX_SLOW_TAGS or body.lstrip()[:1] == b"{":
        return False
    links = _links(entries)
    return len(links) < max(1, len(_ENTRY.findall(body))) or _needs_base(links, body)


def _needs_base(links: Sequence[str], body: bytes) -> bool:
    return b"xml:base" in body and not all(link.startswith(("http://", "https://")) for link in links)


def _slow(body: bytes, url: str) -> tuple[Mapping[str, Any], Entries]:
    try:
        # As a file, so that feedparser never takes the content for an address to open; markup is stripped later.
        found = feedparser.parse(io.BytesIO(body), response_headers={"content-location": url}, sanitize_html=False)
    except Exception:  # it fails in many ways on broken documents; then the fast parser's word stands
        return {}, ()
    for entry in found.entries:
        for field in ("published", "updated"):
            # Not its own get(), which warns of a fallback that is going to be removed.
            parsed = dict.get(entry, f"{field}_parsed")
            entry[field] = datetime.fromtimestamp(calendar.timegm(parsed), UTC).isoformat() if parsed else None
    return found.feed, found.entries


def _links(entries: Entries) -> list[str]:
    return [link for link in map(_link, entries) if link]


def _link(entry: Mapping[str, Any]) -> str | None:
    """The entry's link, or an id that is one (an RSS guid, an Atom id)."""
    links = (entry.get("link"), *(link.get("href") for link in entry.get("links") or ()))
    found = next((link for link in links if link), None) or entry.get("id")
    return found if isinstance(found, str) else None


def _items(entries: Entries, url: str, language: str | None) -> Iterator[Item]:
    for entry in entries:
        link = absolute(_link(entry), url)
        if link is not None:
            yield Item(
                url=link,
                title=plain(entry.get("title"), MAX_TITLE),
                published_at=time_of(entry.get("published")) or time_of(entry.get("updated")),
                summary=plain(entry.get("description") or entry.get("summary"), MAX_SUMMARY),
                authors=tuple(filter(None, (author_of(a.get("name")) for a in entry.get("authors") or ()))),
                language=language_of(entry.get("language")) or language,
            )
