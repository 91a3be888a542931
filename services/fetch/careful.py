"""Reads with feedparser what is too broken for the fast way. It takes long, and finds something in most documents."""

import calendar
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import feedparser

from services.fetch.content import worthwhile
from services.fetch.listing import Feed, Item, absolute
from services.fetch.text import MAX_SUMMARY, MAX_TITLE, author_of, language_of, plain, telling

MAX_TAGS = 20_000
MAX_ATTRIBUTES = 50_000
"""feedparser takes about 0.1 ms a tag and 0.02 ms an attribute here, and nothing can stop it; larger documents are left
to the fast way."""
_ATTRIBUTE = re.compile(rb"=\s*+[\"']")
_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)


def entries_in(body: bytes) -> int:
    """How many entries a document seems to have."""
    return len(_ENTRY.findall(body))


def read_carefully(body: bytes, url: str, with_content: bool = False) -> Feed:
    """What feedparser finds in a document in UTF-8; nothing in what is too large for it, or breaks it."""
    if body.count(b"<") > MAX_TAGS or len(_ATTRIBUTE.findall(body)) > MAX_ATTRIBUTES:
        return Feed(None, ())
    try:
        # As a file, so that feedparser never takes the content for an address to open; markup is stripped later.
        headers = {**_HEADERS, "content-location": url}
        found = feedparser.parse(io.BytesIO(body), response_headers=headers, sanitize_html=False)
    except Exception:  # it fails in many ways on broken documents; then the fast way's word stands
        return Feed(None, ())
    about = found.feed
    language = language_of(about.get("language"))
    items = {item.url: item for item in _items(found.entries, url, language, with_content)}
    return Feed(plain(about.get("title"), MAX_TITLE), tuple(items.values()), absolute(about.get("link"), url), language)


def _items(entries: list[Any], url: str, language: str | None, with_content: bool) -> Iterator[Item]:
    for entry in entries:
        link = absolute(entry.get("link") or entry.get("id"), url)
        if link is None:
            continue
        updated = _time(entry, "updated")
        contents = [content.get("value") for content in entry.get("content") or ()]
        about = telling(entry.get("summary"), MAX_SUMMARY)
        yield Item(
            url=link,
            title=plain(entry.get("title"), MAX_TITLE),
            published_at=_time(entry, "published") or updated,
            about=about,
            authors=tuple(filter(None, (author_of(a.get("name")) for a in entry.get("authors") or ()))),
            language=language_of(entry.get("language")) or language,
            updated_at=updated,
            content_html=worthwhile(next(iter(contents), None), plain(about, MAX_SUMMARY)) if with_content else None,
        )


def _time(entry: Any, field: str) -> datetime | None:
    # Not its own get(), which warns of a fallback that is going to be removed.
    parsed = dict.get(entry, f"{field}_parsed")
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError):
        return None
