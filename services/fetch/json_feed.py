"""Reads JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson

from services.fetch.content import paragraphs, worthwhile
from services.fetch.dates import time_of
from services.fetch.listing import MAX_ENTRIES, Feed, Item, NotAFeed, absolute
from services.fetch.text import MAX_SUMMARY, MAX_TITLE, author_of, language_of, plain, telling

Fields = dict[str, Any]


def parse_json_feed(body: bytes, url: str, with_content: bool = False) -> Feed:
    """The feed that a JSON document is. Raises NotAFeed. Fields of a wrong type count as missing."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotAFeed(f"it begins as JSON, and breaks: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise NotAFeed("it is JSON without a list of items, as JSON Feed has it")
    language = language_of(document.get("language"))
    items: dict[str, Item] = {}
    for fields in islice(_objects(document["items"]), MAX_ENTRIES):
        if item := _item(fields, url, language, with_content):
            items.setdefault(item.url, item)
    hubs = (absolute(hub.get("url"), url) for hub in _objects(document.get("hubs")) if hub.get("type") == "WebSub")
    return Feed(
        plain(document.get("title"), MAX_TITLE),
        tuple(items.values()),
        absolute(document.get("home_page_url"), url),
        language,
        hub=next(filter(None, hubs), None),
        self_url=absolute(document.get("feed_url"), url),
    )


def _item(fields: Fields, url: str, language: str | None, with_content: bool) -> Item | None:
    link = absolute(fields.get("url"), url) or _id(fields, url) or absolute(fields.get("external_url"), url)
    if link is None:
        return None
    content, text = fields.get("content_html"), fields.get("content_text")
    full = content if isinstance(content, str) and content else paragraphs(text) if isinstance(text, str) else None
    about = telling(fields.get("summary"), MAX_SUMMARY)
    updated = time_of(fields.get("date_modified"))
    return Item(
        url=link,
        title=plain(fields.get("title"), MAX_TITLE),
        published_at=time_of(fields.get("date_published")) or updated,
        about=about or telling(full, MAX_SUMMARY),
        authors=tuple(filter(None, (author_of(author.get("name")) for author in _authors(fields)))),
        language=language_of(fields.get("language")) or language,
        updated_at=updated,
        content_html=worthwhile(full, plain(about, MAX_SUMMARY)) if with_content else None,
    )


def _id(fields: Fields, url: str) -> str | None:
    """An id is the item's address as often as not."""
    found = fields.get("id")
    return absolute(found, url) if isinstance(found, str) and found.startswith(("http://", "https://")) else None


def _authors(fields: Fields) -> Iterator[Fields]:
    """A list in 1.1, one object in 1.0."""
    return _objects(fields.get("authors") or [fields.get("author")])


def _objects(value: Any) -> Iterator[Fields]:
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())
