"""Reads sitemaps, news sitemaps and sitemap indexes.

https://www.sitemaps.org/protocol.html
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from lxml import etree

from services.fetch.listing import Feed, Item, NotAFeed, absolute
from services.fetch.text import MAX_TITLE, language_of, plain, time_of

MAX_ENTRIES = 50_000
"""sitemaps.org: the most entries of one file."""
_HEAD = 4096
_NEVER = datetime.min.replace(tzinfo=UTC)


def is_sitemap(body: bytes) -> bool:
    """Whether the root element is one of a sitemap."""
    head = body[:_HEAD].replace(b"\0", b"")
    return b"<urlset" in head or b"<sitemapindex" in head


def parse_sitemap(body: bytes, url: str) -> Feed:
    """The pages of a sitemap as items, or the sitemaps of an index as children. Raises NotAFeed.

    A broken document gives what stands before its break. `body` is free of DTD entities (see prepare.py).
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise NotAFeed(f"{url} is no readable sitemap: {error}") from None
    if root is None:
        raise NotAFeed(f"{url} is no readable sitemap: it holds no XML")
    entries = [_fields(entry) for entry in islice(root, MAX_ENTRIES) if isinstance(entry.tag, str)]
    if _local(root) == "sitemapindex":
        return Feed(None, (), children=_children(entries, url), is_sitemap=True)
    if _local(root) != "urlset":
        raise NotAFeed(f"{url} is no sitemap: its first element is <{_local(root)}>")
    items = {item.url: item for item in _items(entries, url)}
    return Feed(None, tuple(items.values()), is_sitemap=True)


def _children(entries: list[dict[str, str]], url: str) -> tuple[str, ...]:
    """The sitemaps of an index, the last changed first; those without a date follow in their order."""
    newest = sorted(entries, key=lambda fields: time_of(fields.get("lastmod")) or _NEVER, reverse=True)
    links = (absolute(fields.get("loc"), url) for fields in newest)
    return tuple(dict.fromkeys(link for link in links if link))


def _items(entries: list[dict[str, str]], url: str) -> Iterator[Item]:
    for fields in entries:
        link = absolute(fields.get("loc"), url)
        if link is not None:
            yield Item(
                link,
                title=plain(fields.get("title"), MAX_TITLE),
                published_at=time_of(fields.get("publication_date")) or time_of(fields.get("lastmod")),
                language=language_of(fields.get("language")),
            )


def _fields(entry: etree._Element) -> dict[str, str]:
    """Texts by local name of what is inside an entry; of a name the first counts: those of images come later."""
    fields: dict[str, str] = {}
    for element in entry.iter():
        if isinstance(element.tag, str) and element.text:
            fields.setdefault(_local(element), element.text.strip())
    return fields


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname.lower()
