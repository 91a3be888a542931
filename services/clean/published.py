"""When an article was published and changed, from the surest source to the weakest."""

import re
from datetime import datetime, timedelta
from typing import Any

from htmldate import find_date
from lxml.html import HtmlElement

from services.clean.dates import parse_date
from services.clean.head import Head
from services.clean.jsonld import Node, first
from services.clean.words import squeeze
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
_LONG_AFTER = timedelta(days=90)
_A_DAY_APART = timedelta(days=2)
_DATE = re.compile(
    r"(?:^|[\s_-])(?:date|datetime|published|posted|pubdate|datum|fecha|data|tarih|дата)(?:$|[\s_-])", re.IGNORECASE
)
_SHORT = 80
_FEW = 4


def find_published(
    tree: HtmlElement, head: Head, node: Node, url: str, fetched_at: datetime, beside: list[str]
) -> datetime | None:
    """Declared in data, marked as a time, or written beside the headline or in an element named "date": the first
    there is. `beside`: see beside.py."""
    marked = tree.xpath(
        '//*[@itemprop="datePublished"]/@*[name()="datetime" or name()="content"] | //time[@pubdate]/@datetime'
    )
    # Several days are those of other articles' teasers.
    own = marked if len({value[:10] for value in marked}) == 1 else []
    declared = [node.get("datePublished"), *head.every(_PUBLISHED), *own, node.get("dateCreated")]
    month_first = _month_first(head, url)
    dates = [found for value in declared if (found := parse_date(first(value), fetched_at))]
    if dates:
        shown = [(line, day) for line in beside if (day := written_date([line], month_first=month_first))]
        found = _earlier(_as_shown(dates, shown), written_date(_marked_texts(tree), month_first=month_first))
        return _published_again(found, find_modified(head, node, found, fetched_at), shown) or found
    times = tree.xpath("(//article//time | //main//time)/@datetime") or tree.xpath("//time/@datetime")
    if found := _first_date(times[:1], fetched_at):
        return found
    # "Published 5 May" counts more than "Updated 6 June" above it.
    shown_first = sorted(beside, key=lambda line: bool(UPDATED.search(line)))
    for lines in ([*head.every(_PUBLISHED), *shown_first], _named_date(tree)):
        written = written_date(lines, month_first=month_first)
        if written and written <= fetched_at:
            return written
    return None


def _as_shown(declared: list[datetime], shown: list[tuple[str, datetime]]) -> datetime:
    """The first declared time, or where they differ the first that is of a day that the page shows."""
    days = {day.date() for line, day in shown if not UPDATED.search(line)}
    return next((time for time in declared if time.date() in days), declared[0])


def _marked_texts(tree: HtmlElement) -> list[str]:
    """Short texts marked as the publication's date."""
    texts = (squeeze(" ".join(e.itertext())) for e in tree.xpath('//*[@itemprop="datePublished"]'))
    return [text for text in texts if 0 < len(text) <= _SHORT]


def _earlier(declared: datetime, marked: datetime | None) -> datetime:
    """`marked`, where it is days before: what is declared is when the page was made anew."""
    return marked if marked and declared - marked > _A_DAY_APART else declared


def _published_again(
    published: datetime, modified: datetime | None, shown: list[tuple[str, datetime]]
) -> datetime | None:
    """`modified`, where it is long after and the date that the page shows as its own: the text was written anew. The
    shown day, where that is another: `modified` is in UTC."""
    if modified is None or modified - published < _LONG_AFTER or not shown:
        return None
    if not all(abs(day - modified) < _A_DAY_APART and not UPDATED.search(line) for line, day in shown):
        return None
    return modified if modified.date() == shown[0][1].date() else shown[0][1]


def _named_date(tree: HtmlElement) -> list[str]:
    """Short texts of elements whose class says date, but not date of a change."""
    named = [e for e in tree.iter("p", "span", "div", "li", "small") if _DATE.search(e.get("class") or "")]
    texts = (squeeze(" ".join(e.itertext())) for e in named if len(e) <= _FEW)
    return [text for text in texts if len(text) <= _SHORT and not UPDATED.match(text)]


def _month_first(head: Head, url: str) -> bool:
    """Whether 3/4/2026 is March 4: in English of the United States, or of nowhere under a domain of no country."""
    language, _, region = (head.lang or head.first("og:locale")).replace("_", "-").lower().partition("-")
    return language == "en" and (region == "us" or (not region and len(domain_of(url).rsplit(".", 1)[-1]) > 2))


def guess_published(tree: HtmlElement, url: str, fetched_at: datetime) -> datetime | None:
    """What htmldate finds in the address and in elements that are named for dates.

    Without its extensive search through all text: on 302 pages that gave ten days more, none that a gold date
    confirms and one that it denies, and took a third of the time of everything.
    """
    # Its own bound is the clock's today; the page's is the day it was fetched.
    latest = (fetched_at + timedelta(days=1)).replace(tzinfo=None)
    try:
        said = find_date(tree, extensive_search=False, original_date=True, url=url, max_date=latest)
        found = parse_date(said, fetched_at)
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
