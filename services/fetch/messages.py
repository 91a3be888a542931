"""What a source's items become: a URL to fetch, or the page at once where the feed carries whole articles. Pure."""

import html
from collections.abc import Iterable
from datetime import datetime

from services.contracts.messages import Hints, PageMessage, UrlMessage
from services.contracts.sources import SourceRecord
from services.fetch.listing import Item
from services.fetch.text import language_of


def messages(source: SourceRecord, items: Iterable[Item], now: datetime) -> list[UrlMessage | PageMessage]:
    """A message for each item, read at `now`."""
    return [
        _page(source, item, now) if source.full_text and item.content_html else _url(source, item) for item in items
    ]


def _url(source: SourceRecord, item: Item) -> UrlMessage:
    return UrlMessage(url=item.url, source=source.id, hints=_hints(source, item))


def _page(source: SourceRecord, item: Item, now: datetime) -> PageMessage:
    title = html.escape(item.title or "")
    return PageMessage(
        url=item.url,
        html=f"<!doctype html><title>{title}</title><article><h1>{title}</h1>{item.content_html}</article>",
        title=item.title,
        description=item.summary,
        authors=item.authors,
        published_at=item.published_at,
        fetched_at=now,
        language=item.language or language_of(source.language),
        source=source.id,
        source_name=source.name,
    )


def _hints(source: SourceRecord, item: Item) -> Hints:
    return Hints(
        title=item.title,
        published_at=item.published_at,
        language=item.language or language_of(source.language),
        authors=item.authors,
        summary=item.summary,
    )
