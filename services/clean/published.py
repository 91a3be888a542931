"""When an article was published and changed, from the surest source to the weakest."""

from datetime import datetime, timedelta
from typing import Any

from htmldate import find_date
from lxml.html import HtmlElement

from services.clean.dates import parse_date
from services.clean.head import Head
from services.clean.jsonld import Node, first
from services.clean.written_dates import written_date

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished",
    "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.created", "dc.date.created", "pubdate",
    "publishdate", "publish-date", "publish_date", "date", "dc.date", "dcterms.date", "citation_publication_date",
    "cxenseparse:recs:publishtime", "last-published", "rnews:datepublished", "og:published_time", "displaydate",
    "article.published",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "dc.date.modified", "lastmod",
    "last-modified", "og:article:modified_time",
)  # fmt: skip


def find_published(
    tree: HtmlElement, head: Head, node: Node, fetched_at: datetime, beside: list[str]
) -> datetime | None:
    """Declared in data, marked as a time, or written beside the headline: the first there is."""
    marked = tree.xpath(
        '//*[@itemprop="datePublished"]/@*[name()="datetime" or name()="content"] | //time[@pubdate]/@datetime'
    )
    declared = [node.get("datePublished"), *head.every(_PUBLISHED), *marked, node.get("dateCreated")]
    times = tree.xpath("(//article//time | //main//time)/@datetime") or tree.xpath("//time/@datetime")
    if found := _first_date([*declared, *times[:1]], fetched_at):
        return found
    written = written_date(beside)
    return written if written and written <= fetched_at else None


def guess_published(tree: HtmlElement, url: str, fetched_at: datetime) -> datetime | None:
    """What htmldate finds in the address and anywhere in the page's text; it may be another event's date."""
    # Its own bound is the clock's today; the page's is the day it was fetched.
    latest = (fetched_at + timedelta(days=1)).replace(tzinfo=None)
    try:
        found = parse_date(find_date(tree, original_date=True, url=url, max_date=latest), fetched_at)
    except (ValueError, TypeError, OverflowError, RecursionError):
        # Text that looks like a date and is none (its parsers let these through) is no date.
        return None
    # A year alone comes back as its first day: that is a year in the text, no date of the article.
    return None if found and (found.month, found.day) == (1, 1) else found


def _first_date(values: list[Any], fetched_at: datetime) -> datetime | None:
    return next((found for value in values if (found := parse_date(first(value), fetched_at))), None)


def find_modified(head: Head, node: Node, published: datetime | None, fetched_at: datetime) -> datetime | None:
    """The declared time of the last change, unless it lies before the publication."""
    modified = _first_date([node.get("dateModified"), *head.every(_MODIFIED)], fetched_at)
    return modified if modified and (published is None or modified >= published) else None
