"""Reads sitemaps, news sitemaps and sitemap indexes.

https://www.sitemaps.org/protocol.html
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice

from lxml import etree

from services.fetch.dates import time_of
from services.fetch.listing import MAX_ENTRIES, Feed, Item, absolute
from services.fetch.names import name_of
from services.fetch.text import MAX_TITLE, language_of, plain

_NEVER = datetime.min.replace(tzinfo=UTC)


def read_sitemap(root: etree._Element, url: str) -> Feed:
    """The pages of a `urlset` as items, or the sitemaps of a `sitemapindex` as children."""
    entries = map(_fields, islice(root.iterchildren("*"), MAX_ENTRIES))
    if name_of(root.tag) == "sitemapindex":
        return Feed(None, (), children=_children(entries, url), is_sitemap=True)
    items = {item.url: item for item in _items(entries, url)}
    return Feed(None, tuple(items.values()), is_sitemap=True)


def _children(entries: Iterable[dict[str, str]], url: str) -> tuple[str, ...]:
    """The sitemaps of an index, the last changed first; those without a date follow in their order."""
    newest = sorted(entries, key=lambda fields: time_of(fields.get("lastmod")) or _NEVER, reverse=True)
    links = (absolute(fields.get("loc"), url) for fields in newest)
    return tuple(dict.fromkeys(link for link in links if link))


def _items(entries: Iterable[dict[str, str]], url: str) -> Iterator[Item]:
    for fields in entries:
        link = absolute(fields.get("loc"), url)
        if link is not None:
            published, changed = time_of(fields.get("publication_date")), time_of(fields.get("lastmod"))
            yield Item(
                link,
                title=plain(fields.get("title"), MAX_TITLE),
                published_at=published or changed,
                language=language_of(fields.get("language")),
                updated_at=changed if published else None,
            )


def _fields(entry: etree._Element) -> dict[str, str]:
    """Texts by local name of what is inside an entry; of a name the first counts: those of images come later."""
    fields: dict[str, str] = {}
    for element in entry.iterdescendants("*"):
        if text := element.text:
            fields.setdefault(element.tag.rpartition("}")[2].lower(), text.strip())
    return fields
