"""The hits of a search as a feed: RSS 2.0, Atom (RFC 4287), JSON Feed 1.1. Pure.

https://www.rssboard.org/rss-specification · https://www.rfc-editor.org/rfc/rfc4287 · https://www.jsonfeed.org/version/1.1/
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import orjson
from lxml import etree

Article = dict[str, Any]
ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
# All that XML 1.0 has no way to write (https://www.w3.org/TR/xml/#charsets); JSON and Elasticsearch do.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Feed:
    """What is told of the feed itself: `page` is its search for people, `own` the feed's address, both absolute."""

    title: str
    page: str
    own: str
    updated: datetime


def rss(feed: Feed, articles: Sequence[Article]) -> bytes:
    """RSS 2.0."""
    root = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": ATOM, "dc": DC})
    channel = etree.SubElement(root, "channel")
    for name, value in (("title", feed.title), ("link", feed.page), ("description", _about(feed))):
        _add(channel, name, value)
    etree.SubElement(channel, f"{{{ATOM}}}link", {"href": feed.own, "rel": "self", "type": "application/rss+xml"})
    _add(channel, "lastBuildDate", format_datetime(feed.updated))
    for article in articles:
        item = etree.SubElement(channel, "item")
        _add(item, "title", article["title"])
        _add(item, "link", article["url"])
        _add(item, "guid", article["id"], isPermaLink="false")
        _add(item, "pubDate", format_datetime(_when(article)))
        _add(item, "description", _summary(article))
        for author in article["authors"]:
            _add(item, f"{{{DC}}}creator", author)
        _add(item, f"{{{DC}}}source", article["source"]["name"])
        for tag in article["tags"]:
            _add(item, "category", tag)
    return _xml(root)


def atom(feed: Feed, articles: Sequence[Article]) -> bytes:
    """Atom."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]  # None: the namespace without prefix
    _atom(root, "id", feed.own)
    _atom(root, "title", feed.title)
    _atom(root, "updated", feed.updated.isoformat())
    etree.SubElement(root, f"{{{ATOM}}}link", {"rel": "self", "type": "application/atom+xml", "href": feed.own})
    etree.SubElement(root, f"{{{ATOM}}}link", {"rel": "alternate", "type": "text/html", "href": feed.page})
    for article in articles:
        entry = etree.SubElement(root, f"{{{ATOM}}}entry")
        _atom(entry, "id", article["url"])
        _atom(entry, "title", article["title"])
        _atom(entry, "updated", _indexed(article).isoformat())
        if article["published_at"]:
            _atom(entry, "published", article["published_at"])
        # An entry without authors needs one (4.2.1): who published it then.
        for name in article["authors"] or [article["source"]["name"]]:
            _atom(etree.SubElement(entry, f"{{{ATOM}}}author"), "name", name)
        etree.SubElement(entry, f"{{{ATOM}}}link", {"rel": "alternate", "href": _clean(article["url"])})
        for tag in filter(None, map(_clean, article["tags"])):
            etree.SubElement(entry, f"{{{ATOM}}}category", {"term": tag})
        _atom(entry, "summary", _summary(article))
    return _xml(root)


def json_feed(feed: Feed, articles: Sequence[Article]) -> bytes:
    """JSON Feed 1.1."""
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            "home_page_url": feed.page,
            "feed_url": feed.own,
            "description": _about(feed),
            "items": [_item(article) for article in articles],
        }
    )


def _item(article: Article) -> dict[str, Any]:
    given = {
        "image": article["image_url"],
        "language": article["language"],
        "date_published": article["published_at"],
        "date_modified": article["modified_at"],
        "authors": [{"name": name} for name in article["authors"]],
        "tags": article["tags"],
    }
    needed = {
        "id": article["id"],
        "url": article["url"],
        "title": article["title"],
        "content_text": _summary(article),
    }
    return {**needed, **{name: value for name, value in given.items() if value}}


def _summary(article: Article) -> str:
    return article["description"] or article["title"] or ""


def _about(feed: Feed) -> str:
    return f"New articles that match {feed.title}"


def _when(article: Article) -> datetime:
    return datetime.fromisoformat(article["published_at"] or article["fetched_at"])


def _indexed(article: Article) -> datetime:
    return datetime.fromisoformat(article["indexed_at"])


def _atom(parent: etree._Element, name: str, text: str) -> None:
    _add(parent, f"{{{ATOM}}}{name}", text)


def _add(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, name, attributes).text = _clean(text)


def _clean(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _xml(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")
