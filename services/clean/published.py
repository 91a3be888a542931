"""When an article was published and changed, from the surest source to the weakest."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from htmldate import find_date
from lxml.html import HtmlElement

from services.clean.dates import parse_date
from services.clean.elements import short_text
from services.clean.head import Head
from services.clean.jsonld import Node, first
from services.clean.written_dates import UPDATED, written_date
from services.contracts.urls import domain_of

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


class Dated(NamedTuple):
    """A time in UTC and where it was found, for people: "json-ld datePublished", "meta date", "text"."""

    at: datetime
    found: str


_LONG_AFTER = timedelta(days=90)
_A_DAY_APART = timedelta(days=2)
_DATE = re.compile(
    r"(?:^|[\s_-])(?:date|datetime|published|posted|pubdate|datum|fecha|data|tarih|дата)(?:$|[\s_-])", re.IGNORECASE
)
# htmldate compares each of them with all others (libxml2's union of node sets): 24,000 took a second.
_MAX_HEADINGS = 1000
_SHORT = 80
_FEW = 4


def find_published(
    tree: HtmlElement, head: Head, node: Node, url: str, fetched_at: datetime, beside: list[str]
) -> Dated | None:
    """Declared in data, marked as a time, or written beside the headline or in an element named "date": the first
    there is. `beside`: see beside.py."""
    month_first = _month_first(head, url)
    if dates := _declared(tree, head, node, fetched_at):
        shown = [(line, day) for line in beside if (day := written_date([line], month_first=month_first))]
        found = _earlier(_as_shown(dates, shown), written_date(_marked_texts(tree), month_first=month_first))
        return _published_again(found, find_modified(head, node, found, fetched_at), shown) or found
    if timed := _first_date([("time element", value) for value in _times(tree)], fetched_at):
        return timed
    # "Published 5 May" counts more than "Updated 6 June" above it.
    shown_first = sorted(beside, key=lambda line: bool(UPDATED.search(line)))
    for where, lines in (("text", [*head.every(_PUBLISHED), *shown_first]), ("element named date", _named_date(tree))):
        written = written_date(lines, month_first=month_first)
        if written and written <= fetched_at:
            return Dated(written, where)
    return None


def _times(tree: HtmlElement) -> list[str]:
    """The first <time>'s of an article or the main part; where there is none, the page's first."""
    timed = [element for element in tree.iter("time") if element.get("datetime") is not None]
    inside = (element for element in timed if next(element.iterancestors("article", "main"), None) is not None)
    return [element.get("datetime") for element in [*islice(inside, 1), *timed][:1]]


def _declared(tree: HtmlElement, head: Head, node: Node, fetched_at: datetime) -> list[Dated]:
    """The times of publication in the page's data, the surest first."""
    marked = [
        value
        for element in tree.xpath('//*[@itemprop="datePublished" or self::time[@pubdate]]')
        for name, value in element.items()
        if name == "datetime" or (name == "content" and element.get("itemprop") == "datePublished")
    ]
    # Several days are those of other articles' teasers.
    own = marked if len({value[:10] for value in marked}) == 1 else []
    said = [
        ("json-ld datePublished", node.get("datePublished")),
        *head.named(_PUBLISHED),
        *(("itemprop datePublished", value) for value in own),
        ("json-ld dateCreated", node.get("dateCreated")),
    ]
    return list(_dates(said, fetched_at))


def _as_shown(declared: list[Dated], shown: list[tuple[str, datetime]]) -> Dated:
    """The first declared time, or where they differ the first that is of a day that the page shows."""
    days = {day.date() for line, day in shown if not UPDATED.search(line)}
    return next((time for time in declared if time.at.date() in days), declared[0])


def _marked_texts(tree: HtmlElement) -> list[str]:
    """Short texts marked as the publication's date."""
    texts = (short_text(e, _SHORT) for e in tree.xpath('//*[@itemprop="datePublished"]'))
    return [text for text in texts if text]


def _earlier(declared: Dated, marked: datetime | None) -> Dated:
    """`marked`, where it is days before: what is declared is when the page was made anew."""
    is_anew = marked is not None and declared.at - marked > _A_DAY_APART
    return Dated(marked, "itemprop datePublished") if marked and is_anew else declared


def _published_again(published: Dated, modified: Dated | None, shown: list[tuple[str, datetime]]) -> Dated | None:
    """`modified`, where it is long after and the date that the page shows as its own: the text was written anew. The
    shown day, where that is another: `modified` is in UTC."""
    if modified is None or modified.at - published.at < _LONG_AFTER or not shown:
        return None
    if not all(abs(day - modified.at) < _A_DAY_APART and not UPDATED.search(line) for line, day in shown):
        return None
    return modified if modified.at.date() == shown[0][1].date() else Dated(shown[0][1], "text")


def _named_date(tree: HtmlElement) -> list[str]:
    """Short texts of elements whose class says date, but not date of a change."""
    named = [e for e in tree.iter("p", "span", "div", "li", "small") if _DATE.search(e.get("class") or "")]
    texts = (short_text(e, _SHORT) for e in named if len(e) <= _FEW)
    return [text for text in texts if text is not None and not UPDATED.match(text)]


def _month_first(head: Head, url: str) -> bool:
    """Whether 3/4/2026 is March 4: in English of the United States, or of nowhere under a domain of no country."""
    language, _, region = (head.lang or head.first("og:locale")).replace("_", "-").lower().partition("-")
    return language == "en" and (region == "us" or (not region and len(domain_of(url).rsplit(".", 1)[-1]) > 2))


def guess_published(tree: HtmlElement, url: str, fetched_at: datetime) -> Dated | None:
    """What htmldate finds in the address and in elements that are named for dates.

    Without its extensive search through all text: on 302 pages that gave ten days more, none that a gold date
    confirms and one that it denies, and took a third of the time of everything.
    """
    if len(list(islice(tree.iter("title", "h1"), _MAX_HEADINGS + 1))) > _MAX_HEADINGS:
        return None
    # Its own bound is the clock's today; the page's is the day it was fetched.
    latest = (fetched_at + timedelta(days=1)).replace(tzinfo=None)
    try:
        said = find_date(tree, extensive_search=False, original_date=True, url=url, max_date=latest)
        found = parse_date(said, fetched_at)
    except (ValueError, TypeError, OverflowError, RecursionError):
        # Text that looks like a date and is none (its parsers let these through) is no date.
        return None
    # A year alone comes back as its first day: that is a year in the text, no date of the article.
    return None if found is None or (found.month, found.day) == (1, 1) else Dated(found, "guess")


def _dates(values: Iterable[tuple[str, Any]], fetched_at: datetime) -> Iterator[Dated]:
    return (Dated(at, name) for name, value in values if (at := parse_date(first(value), fetched_at)))


def _first_date(values: Iterable[tuple[str, Any]], fetched_at: datetime) -> Dated | None:
    return next(_dates(values, fetched_at), None)


def find_modified(head: Head, node: Node, published: Dated | None, fetched_at: datetime) -> Dated | None:
    """The declared time of the last change, unless it lies before the publication."""
    modified = _first_date([("json-ld dateModified", node.get("dateModified")), *head.named(_MODIFIED)], fetched_at)
    return modified if modified and (published is None or modified.at >= published.at) else None
